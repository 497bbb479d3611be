/// A canonical binary writer: little-endian integers, 32-bit length prefixes, no padding.
public struct WireWriter: Sendable {
  /// What has been written so far.
  public private(set) var bytes: [UInt8] = []

  /// Creates a writer with nothing written.
  public init() {}

  /// Creates a writer with room for `capacity` bytes.
  public init(reservingCapacity capacity: Int) {
    bytes.reserveCapacity(capacity)
  }

  /// Appends one byte.
  public mutating func write(_ value: UInt8) {
    bytes.append(value)
  }

  /// Appends two bytes, the least significant first.
  public mutating func write(_ value: UInt16) {
    append(UInt64(value), byteCount: 2)
  }

  /// Appends four bytes, the least significant first.
  public mutating func write(_ value: UInt32) {
    append(UInt64(value), byteCount: 4)
  }

  /// Appends eight bytes, the least significant first.
  public mutating func write(_ value: UInt64) {
    append(value, byteCount: 8)
  }

  /// Appends bytes as they are; the reader must know their count.
  public mutating func write(raw contents: [UInt8]) {
    bytes.append(contentsOf: contents)
  }

  /// Appends the byte count as 32 bits, then the bytes.
  ///
  /// - Precondition: `contents` is shorter than 2³² bytes.
  public mutating func write(lengthPrefixed contents: [UInt8]) {
    precondition(contents.count <= Int(UInt32.max), "a length prefix has 32 bits")
    write(UInt32(contents.count))
    bytes.append(contentsOf: contents)
  }

  /// Appends the byte count of the UTF-8 form as 32 bits, then that form.
  ///
  /// - Precondition: the UTF-8 form of `text` is shorter than 2³² bytes.
  public mutating func write(_ text: String) {
    write(lengthPrefixed: Array(text.utf8))
  }

  private mutating func append(_ value: UInt64, byteCount: Int) {
    for index in 0..<byteCount {
      bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index)))
    }
  }
}
