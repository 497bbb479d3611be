public import AssayCryptography
internal import AssayMerkle
public import AssayWire

/// A state within an interval: one leaf of the list that a party commits to when asked.
///
/// Bytes: "assay.dispute.step.v1", step (8), state root (32), sum of losses (4).
public struct StepRecord: WireCodable, Hashable, Sendable {
  /// Updates made so far.
  public let step: UInt64
  /// The commitment to the state after that update.
  public let stateRoot: Digest
  /// The bits of the losses of the interval's steps so far, summed in order from +0.
  public let lossSum: UInt32

  private static let tag = Array("assay.dispute.step.v1".utf8)

  /// Makes a record.
  public init(step: UInt64, stateRoot: Digest, lossSum: UInt32) {
    self.step = step
    self.stateRoot = stateRoot
    self.lossSum = lossSum
  }

  public func encode(to writer: inout WireWriter) {
    writer.write(raw: Self.tag)
    writer.write(step)
    stateRoot.encode(to: &writer)
    writer.write(lossSum)
  }

  public init(decoding reader: inout WireReader) throws(WireError) {
    guard try reader.readBytes(count: Self.tag.count) == Self.tag else {
      throw .notCanonical("a step's record starts with \"assay.dispute.step.v1\"")
    }
    step = try reader.readUInt64()
    stateRoot = try Digest(decoding: &reader)
    lossSum = try reader.readUInt32()
  }

  /// The leaf hash of the record.
  public var leafHash: Digest { MerkleTree.leafHash(encoded) }
}

/// One entry of a step, as it is committed to: see `StepEntries`.
///
/// Bytes: "assay.dispute.entry.v1", place (4), roots (count as 4, then 32 each), numbers (count as
/// 4, then 4 each). Roots are those of the entry's tensors; the last entry has the state's root and
/// the bits of the sum of losses; the entry `scalars` has the bits of the learning rate and of the
/// optimiser's two corrections.
public struct EntryRecord: WireCodable, Hashable, Sendable {
  /// Place in the list.
  public let place: Int
  /// The roots of the entry's tensors.
  public let roots: [Digest]
  /// The bits of the entry's float32 numbers.
  public let numbers: [UInt32]

  private static let tag = Array("assay.dispute.entry.v1".utf8)
  private static let limit = 1 << 20

  /// Makes a record.
  public init(place: Int, roots: [Digest], numbers: [UInt32] = []) {
    self.place = place
    self.roots = roots
    self.numbers = numbers
  }

  public func encode(to writer: inout WireWriter) {
    writer.write(raw: Self.tag)
    writer.write(UInt32(place))
    writer.write(UInt32(roots.count))
    for root in roots { root.encode(to: &writer) }
    writer.write(UInt32(numbers.count))
    for number in numbers { writer.write(number) }
  }

  public init(decoding reader: inout WireReader) throws(WireError) {
    guard try reader.readBytes(count: Self.tag.count) == Self.tag else {
      throw .notCanonical("an entry's record starts with \"assay.dispute.entry.v1\"")
    }
    place = Int(try reader.readUInt32())
    let rootCount = try reader.readCount(limit: Self.limit, elementByteCount: Digest.byteCount)
    var roots: [Digest] = []
    for _ in 0..<rootCount { roots.append(try Digest(decoding: &reader)) }
    let numberCount = try reader.readCount(limit: Self.limit, elementByteCount: 4)
    var numbers: [UInt32] = []
    for _ in 0..<numberCount { numbers.append(try reader.readUInt32()) }
    self.roots = roots
    self.numbers = numbers
  }

  /// The leaf hash of the record.
  public var leafHash: Digest { MerkleTree.leafHash(encoded) }
}
