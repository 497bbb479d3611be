public import AssayCryptography
public import AssayMerkle
public import AssaySpecification
internal import AssayWire

/// A file that proves one interval of a claim: the records of the trace's ends and of the
/// interval's, opened; the roots that the interval's states are made of; and one proof per stretch
/// of steps.
public struct IntervalProof: Hashable, Sendable {
  /// A record of the trace.
  public struct Opening: Hashable, Sendable {
    public let record: TraceRecord
    /// Shows the record under the claim's trace root.
    public let inclusion: InclusionProof
    /// What the record's salt opens to: shows for whom the trace was made.
    public let saltOpening: Digest

    /// Collects an opening.
    public init(record: TraceRecord, inclusion: InclusionProof, saltOpening: Digest) {
      self.record = record
      self.inclusion = inclusion
      self.saltOpening = saltOpening
    }
  }

  /// One end of the interval.
  public struct End: Hashable, Sendable {
    public let opening: Opening
    /// The roots that the record's state root is made of: see `StateCommitment`.
    public let contentsRoots: [Digest]

    /// Collects an end.
    public init(opening: Opening, contentsRoots: [Digest]) {
      self.opening = opening
      self.contentsRoots = contentsRoots
    }
  }

  /// The interval, numbered in the claim's segment from 0.
  public let interval: UInt64
  /// The first and the last record of the trace.
  public let first: Opening
  public let last: Opening
  public let before: End
  public let after: End
  /// The polynomial roots between stretches, in order.
  public let joints: [Digest]
  /// One proof per stretch: at most `ProofOptions.steps` steps, all as many but the last.
  public let proofs: [[UInt8]]

  /// Collects a file's parts.
  public init(
    interval: UInt64, first: Opening, last: Opening, before: End, after: End, joints: [Digest],
    proofs: [[UInt8]]
  ) {
    self.interval = interval
    self.first = first
    self.last = last
    self.before = before
    self.after = after
    self.joints = joints
    self.proofs = proofs
  }
}

extension IntervalProof {
  /// The first bytes of every file.
  public static let magic = Array("assay.interval-proof.v1\0".utf8)
  /// The most bytes that a file may have.
  public static let byteCountLimit = 256 << 20
  private static let rootLimit = 1 << 16
  private static let proofLimit = Int(ProofOptions.stretchLimit)

  /// The file's bytes; integers are little-endian, lists begin with their count (32 bits).
  public var bytes: [UInt8] {
    var writer = WireWriter()
    writer.write(raw: Self.magic)
    writer.write(interval)
    for opening in [first, last] { opening.encode(to: &writer) }
    for end in [before, after] {
      end.opening.encode(to: &writer)
      writer.write(UInt32(end.contentsRoots.count))
      for root in end.contentsRoots { writer.write(raw: root.bytes) }
    }
    writer.write(UInt32(joints.count))
    for root in joints { writer.write(raw: root.bytes) }
    writer.write(UInt32(proofs.count))
    for proof in proofs { writer.write(lengthPrefixed: proof) }
    return writer.bytes
  }

  /// Reads a file; nothing in it is checked yet but its form.
  public init(decoding bytes: [UInt8]) throws(ProofError) {
    do throws(WireError) {
      guard bytes.count <= Self.byteCountLimit else {
        throw .tooLong(limit: Self.byteCountLimit, found: bytes.count)
      }
      var reader = WireReader(bytes)
      guard try reader.readBytes(count: Self.magic.count) == Self.magic else {
        throw .notCanonical("a proof of an interval starts with \"assay.interval-proof.v1\"")
      }
      interval = try reader.readUInt64()
      first = try Opening(decoding: &reader)
      last = try Opening(decoding: &reader)
      before = try End(decoding: &reader)
      after = try End(decoding: &reader)
      joints = try reader.readDigests(limit: Self.proofLimit)
      let count = Int(try reader.readUInt32())
      guard count <= Self.proofLimit else { throw .tooLong(limit: Self.proofLimit, found: count) }
      var proofs: [[UInt8]] = []
      for _ in 0..<count {
        proofs.append(try reader.readLengthPrefixed(limit: Self.byteCountLimit))
      }
      self.proofs = proofs
      try reader.finish()
    } catch {
      throw .malformed(error)
    }
  }
}

extension IntervalProof.Opening {
  fileprivate func encode(to writer: inout WireWriter) {
    writer.write(raw: record.bytes)
    inclusion.encode(to: &writer)
    writer.write(raw: saltOpening.bytes)
  }

  fileprivate init(decoding reader: inout WireReader) throws(WireError) {
    let bytes = try reader.readBytes(count: TraceRecord.byteCount)
    do throws(SpecificationError) {
      record = try TraceRecord(decoding: bytes)
    } catch {
      throw .notCanonical("\(error)")
    }
    inclusion = try InclusionProof(decoding: &reader)
    saltOpening = try reader.readDigest()
  }
}

extension IntervalProof.End {
  fileprivate init(decoding reader: inout WireReader) throws(WireError) {
    opening = try IntervalProof.Opening(decoding: &reader)
    contentsRoots = try reader.readDigests(limit: 1 << 16)
  }
}

extension WireReader {
  /// A count (32 bits) and as many digests.
  fileprivate mutating func readDigests(limit: Int) throws(WireError) -> [Digest] {
    let count = Int(try readUInt32())
    guard count <= limit else { throw .tooLong(limit: limit, found: count) }
    var digests: [Digest] = []
    for _ in 0..<count { digests.append(try readDigest()) }
    return digests
  }

  fileprivate mutating func readDigest() throws(WireError) -> Digest {
    let bytes = try readBytes(count: Digest.byteCount)
    do throws(CryptographyError) {
      return try Digest(bytes: bytes)
    } catch {
      throw .notCanonical("\(error)")
    }
  }
}
