public import AssayCryptography
public import AssayMerkle
public import AssaySpecification
internal import AssayWire

/// A file that proves one interval of a claim: both records of the trace, opened; the roots that
/// their states are made of; and one proof per stretch of steps.
public struct IntervalProof: Hashable, Sendable {
  /// One end of the interval.
  public struct End: Hashable, Sendable {
    public let record: TraceRecord
    /// Shows the record under the claim's trace root.
    public let inclusion: InclusionProof
    /// The roots that the record's state root is made of: see `StateCommitment`.
    public let contentsRoots: [Digest]

    /// Collects an end.
    public init(record: TraceRecord, inclusion: InclusionProof, contentsRoots: [Digest]) {
      self.record = record
      self.inclusion = inclusion
      self.contentsRoots = contentsRoots
    }
  }

  /// The interval, numbered in the claim's segment from 0.
  public let interval: UInt64
  public let before: End
  public let after: End
  /// The polynomial roots between stretches, in order.
  public let joints: [Digest]
  /// One proof per stretch of `ProofOptions.steps` steps, the last of what is left.
  public let proofs: [[UInt8]]

  /// Collects a file's parts.
  public init(
    interval: UInt64, before: End, after: End, joints: [Digest], proofs: [[UInt8]]
  ) {
    self.interval = interval
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
    for end in [before, after] {
      writer.write(raw: end.record.bytes)
      end.inclusion.encode(to: &writer)
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

extension IntervalProof.End {
  fileprivate init(decoding reader: inout WireReader) throws(WireError) {
    let bytes = try reader.readBytes(count: TraceRecord.byteCount)
    do throws(SpecificationError) {
      record = try TraceRecord(decoding: bytes)
    } catch {
      throw .notCanonical("\(error)")
    }
    inclusion = try InclusionProof(decoding: &reader)
    contentsRoots = try reader.readDigests(limit: 1 << 16)
  }
}

extension WireReader {
  /// A count (32 bits) and as many digests.
  fileprivate mutating func readDigests(limit: Int) throws(WireError) -> [Digest] {
    let count = Int(try readUInt32())
    guard count <= limit else { throw .tooLong(limit: limit, found: count) }
    var digests: [Digest] = []
    for _ in 0..<count {
      let bytes = try readBytes(count: Digest.byteCount)
      do throws(CryptographyError) {
        digests.append(try Digest(bytes: bytes))
      } catch {
        throw .notCanonical("\(error)")
      }
    }
    return digests
  }
}
