public import AssayCryptography
internal import AssayMerkle
internal import AssayWire

/// One leaf of a run's trace: the state at an interval's end.
///
/// Bytes: "assay.trace.v1\0", index (u64), step (u64), state root (32), the mean of the losses of
/// the interval's steps as the bits of a float32 (u32), salt (32); integers little-endian. The
/// salt is the provider's, so that equal states of two providers make different leaves.
public struct TraceRecord: Hashable, Sendable {
  /// Place in the trace; record i > 0 closes interval i − 1.
  public let index: UInt64
  /// Updates made so far.
  public let step: UInt64
  public let stateRoot: Digest
  /// Losses of the interval's steps summed in order from +0, divided by their number; +0 in
  /// record 0. A NaN has the bits 0x7fc00000.
  public let meanLoss: Float
  public let salt: Digest

  private static let tag = Array("assay.trace.v1\0".utf8)
  /// Bytes of every record.
  public static let byteCount = 15 + 8 + 8 + 32 + 4 + 32

  /// Makes a record.
  public init(index: UInt64, step: UInt64, stateRoot: Digest, meanLoss: Float, salt: Digest) {
    self.index = index
    self.step = step
    self.stateRoot = stateRoot
    self.meanLoss = meanLoss.isNaN ? Float(bitPattern: 0x7fc0_0000) : meanLoss
    self.salt = salt
  }

  /// Reads a record; the bytes must be exactly one.
  public init(decoding bytes: [UInt8]) throws(SpecificationError) {
    do throws(WireError) {
      var reader = WireReader(bytes)
      guard try reader.readBytes(count: Self.tag.count) == Self.tag else {
        throw .notCanonical("a trace record starts with \"assay.trace.v1\"")
      }
      index = try reader.readUInt64()
      step = try reader.readUInt64()
      stateRoot = try reader.readDigest()
      let bits = try reader.readUInt32()
      meanLoss = Float(bitPattern: bits)
      guard !meanLoss.isNaN || bits == 0x7fc0_0000 else {
        throw .notCanonical("a NaN loss must have the bits 7fc00000, found \(bits)")
      }
      salt = try reader.readDigest()
      try reader.finish()
    } catch {
      throw .malformed(error)
    }
  }

  /// The record's bytes.
  public var bytes: [UInt8] {
    var writer = WireWriter()
    writer.write(raw: Self.tag)
    writer.write(index)
    writer.write(step)
    writer.write(raw: stateRoot.bytes)
    writer.write(meanLoss.bitPattern)
    writer.write(raw: salt.bytes)
    return writer.bytes
  }

  /// The record's leaf hash in the trace's tree.
  public var leafHash: Digest { MerkleTree.leafHash(bytes) }

  public static func == (left: Self, right: Self) -> Bool { left.bytes == right.bytes }

  public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }

  /// What the salt of record `index` opens to, under a provider's secret of 32 bytes.
  public static func saltOpening(secret: Digest, index: UInt64) -> Digest {
    var writer = WireWriter()
    writer.write(index)
    return SHA256.digest(domain: "assay.trace-salt-opening.v1", [secret.bytes, writer.bytes])
  }

  /// The salt of a record in a trace that `provider` makes.
  ///
  /// The opening is shown together with the record, and says for whom the trace was made: who signs
  /// another provider's trace cannot open its salts to his own key.
  ///
  /// - Soundness: who holds every record can make a trace of his own from them. Equal bits do not
  ///   show who did the work.
  public static func salt(opening: Digest, provider: VerifyingKey) -> Digest {
    SHA256.digest(domain: "assay.trace-salt.v1", [opening.bytes, provider.bytes])
  }
}

extension WireReader {
  /// Reads 32 bytes as a digest.
  mutating func readDigest() throws(WireError) -> Digest {
    let bytes = try readBytes(count: Digest.byteCount)
    do throws(CryptographyError) {
      return try Digest(bytes: bytes)
    } catch {
      throw .notCanonical("\(error)")
    }
  }
}
