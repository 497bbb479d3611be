/// A reader of what `WireWriter` writes, which never reads past the end and bounds every length.
///
/// Call `finish()` after the last value: bytes that follow it are refused.
public struct WireReader: Sendable {
  private let bytes: [UInt8]
  private var position = 0

  /// Creates a reader at the first of `bytes`.
  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// How many bytes have not been read.
  public var remaining: Int { bytes.count - position }

  /// Reads one byte.
  ///
  /// - Throws: `WireError.truncated` at the end.
  public mutating func readUInt8() throws(WireError) -> UInt8 {
    UInt8(truncatingIfNeeded: try readInteger(byteCount: 1))
  }

  /// Reads two bytes, the least significant first.
  ///
  /// - Throws: `WireError.truncated` when fewer remain.
  public mutating func readUInt16() throws(WireError) -> UInt16 {
    UInt16(truncatingIfNeeded: try readInteger(byteCount: 2))
  }

  /// Reads four bytes, the least significant first.
  ///
  /// - Throws: `WireError.truncated` when fewer remain.
  public mutating func readUInt32() throws(WireError) -> UInt32 {
    UInt32(truncatingIfNeeded: try readInteger(byteCount: 4))
  }

  /// Reads eight bytes, the least significant first.
  ///
  /// - Throws: `WireError.truncated` when fewer remain.
  public mutating func readUInt64() throws(WireError) -> UInt64 {
    try readInteger(byteCount: 8)
  }

  /// Reads `count` bytes.
  ///
  /// - Throws: `WireError.truncated` when fewer remain, before anything is allocated.
  public mutating func readBytes(count: Int) throws(WireError) -> [UInt8] {
    guard count >= 0, count <= remaining else {
      throw .truncated(needed: count, available: remaining)
    }
    defer { position += count }
    return Array(bytes[position..<position + count])
  }

  /// Reads a 32-bit byte count and as many bytes.
  ///
  /// - Throws: `WireError.tooLong` above `limit`, `WireError.truncated` when fewer bytes remain.
  public mutating func readLengthPrefixed(limit: Int) throws(WireError) -> [UInt8] {
    try readBytes(count: readCount(limit: limit, elementByteCount: 1))
  }

  /// Reads a 32-bit byte count and as many bytes of valid UTF-8.
  ///
  /// - Throws: `WireError.tooLong` above `limit` bytes, `WireError.truncated` when fewer remain,
  ///   `WireError.notCanonical` when they are not UTF-8.
  public mutating func readString(limit: Int) throws(WireError) -> String {
    guard let text = String(validating: try readLengthPrefixed(limit: limit), as: UTF8.self) else {
      throw .notCanonical("expected text in valid UTF-8, found other bytes")
    }
    return text
  }

  /// Reads a 32-bit count of elements that take at least `elementByteCount` bytes each.
  ///
  /// A count that passes may be allocated for: that many elements can still follow.
  ///
  /// - Throws: `WireError.tooLong` above `limit`, `WireError.truncated` when the elements cannot
  ///   all be there.
  public mutating func readCount(
    limit: Int, elementByteCount: Int
  ) throws(WireError) -> Int {
    let count = Int(try readUInt32())
    guard count <= limit else { throw .tooLong(limit: limit, found: count) }
    let (needed, overflow) = count.multipliedReportingOverflow(by: elementByteCount)
    guard !overflow, needed <= remaining else {
      throw .truncated(needed: overflow ? Int.max : needed, available: remaining)
    }
    return count
  }

  /// Accepts the end of the input and nothing else.
  ///
  /// - Throws: `WireError.trailingBytes` when bytes remain.
  public func finish() throws(WireError) {
    guard remaining == 0 else { throw .trailingBytes(count: remaining) }
  }

  private mutating func readInteger(byteCount: Int) throws(WireError) -> UInt64 {
    guard byteCount <= remaining else {
      throw .truncated(needed: byteCount, available: remaining)
    }
    var value: UInt64 = 0
    for index in 0..<byteCount {
      value |= UInt64(bytes[position + index]) << UInt64(8 * index)
    }
    position += byteCount
    return value
  }
}
