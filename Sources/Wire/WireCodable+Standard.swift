extension Optional: WireCodable where Wrapped: WireCodable {
  /// A byte, 1 where there is a value, then the value.
  public func encode(to writer: inout WireWriter) {
    writer.write(UInt8(self == nil ? 0 : 1))
    self?.encode(to: &writer)
  }

  public init(decoding reader: inout WireReader) throws(WireError) {
    switch try reader.readUInt8() {
    case 0: self = nil
    case 1: self = try Wrapped(decoding: &reader)
    case let byte: throw .notCanonical("expected 0 or 1 before an optional value, found \(byte)")
    }
  }
}

extension Array: WireCodable where Element: WireCodable {
  /// A 32-bit count, then the elements.
  public func encode(to writer: inout WireWriter) {
    writer.write(UInt32(count))
    for element in self { element.encode(to: &writer) }
  }

  public init(decoding reader: inout WireReader) throws(WireError) {
    // Every element has a byte at least, so that no more is allocated than is there.
    let count = try reader.readCount(limit: .max, elementByteCount: 1)
    self = []
    for _ in 0..<count { append(try Element(decoding: &reader)) }
  }
}

extension UInt64: WireCodable {
  public func encode(to writer: inout WireWriter) { writer.write(self) }

  public init(decoding reader: inout WireReader) throws(WireError) {
    self = try reader.readUInt64()
  }
}

extension String: WireCodable {
  public func encode(to writer: inout WireWriter) { writer.write(self) }

  public init(decoding reader: inout WireReader) throws(WireError) {
    self = try reader.readString(limit: .max)
  }
}
