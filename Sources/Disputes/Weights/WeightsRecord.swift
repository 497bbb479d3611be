public import AssayCryptography
internal import AssayMerkle
public import AssayWire

/// A part of a weights file, and the state of the file's SHA-256 before it.
///
/// The list runs from the end of the file to its beginning: the first record leads to the digest
/// that the spec names, each other one to the state that the one before it starts from. So where
/// two lists of one digest differ first, what the parts must lead to is agreed on, and a single
/// part of them is false.
///
/// Bytes: "assay.dispute.weights.v1", state (32), the part with its length (4).
public struct WeightsRecord: WireCodable, Hashable, Sendable {
  /// Bytes of every part but the file's last.
  public static let partByteCount = 4096
  private static let tag = Array("assay.dispute.weights.v1".utf8)

  /// The state before the part.
  public let before: SHA256State
  /// The file's bytes.
  public let part: [UInt8]

  init(before: SHA256State, part: [UInt8]) {
    self.before = before
    self.part = part
  }

  public func encode(to writer: inout WireWriter) {
    writer.write(raw: Self.tag)
    writer.write(raw: before.bytes)
    writer.write(lengthPrefixed: part)
  }

  public init(decoding reader: inout WireReader) throws(WireError) {
    guard try reader.readBytes(count: Self.tag.count) == Self.tag else {
      throw .notCanonical("a record of weights starts with \"assay.dispute.weights.v1\"")
    }
    before = SHA256State(bytes: try reader.readBytes(count: 32))
    part = try reader.readLengthPrefixed(limit: Self.partByteCount)
  }

  /// How many records a file of `byteCount` bytes has.
  static func count(forByteCount byteCount: Int) -> Int {
    max(1, (byteCount + partByteCount - 1) / partByteCount)
  }
}

/// What a party commits to of a weights file.
public struct WeightsChain: Sendable {
  /// The file's exact bytes.
  public let file: [UInt8]
  /// Before each part, from the file's beginning.
  private let states: [SHA256State]

  /// Runs through a file once.
  public init(_ file: [UInt8]) {
    self.file = file
    var states = [SHA256State.initial]
    for index in 1..<max(1, WeightsRecord.count(forByteCount: file.count)) {
      let start = (index - 1) * WeightsRecord.partByteCount
      let part = Array(file[start..<start + WeightsRecord.partByteCount])
      states.append(states[index - 1].absorbing(part))
    }
    self.states = states
  }

  /// Number of records.
  public var count: Int { states.count }

  /// A record, counted from the file's end.
  public func record(_ index: Int) -> WeightsRecord {
    let place = count - 1 - index
    let start = place * WeightsRecord.partByteCount
    let end = min(start + WeightsRecord.partByteCount, file.count)
    return WeightsRecord(before: states[place], part: Array(file[start..<end]))
  }

  /// The leaf hashes of all records.
  public var leafHashes: [Digest] {
    (0..<count).map { MerkleTree.leafHash(record($0).encoded) }
  }
}
