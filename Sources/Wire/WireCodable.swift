/// A value with exactly one binary form: encoding what was decoded gives the same bytes.
public protocol WireCodable {
  /// Appends the value's bytes.
  func encode(to writer: inout WireWriter)

  /// Reads what `encode(to:)` writes and leaves the reader behind it.
  ///
  /// - Throws: `WireError` for anything that is not that form; allocates no more than is there.
  init(decoding reader: inout WireReader) throws(WireError)
}

extension WireCodable {
  /// The value's bytes.
  public var encoded: [UInt8] {
    var writer = WireWriter()
    encode(to: &writer)
    return writer.bytes
  }

  /// Reads a value that takes up all of `bytes`.
  ///
  /// - Throws: `WireError`; `WireError.trailingBytes` when bytes follow the value.
  public init(decoding bytes: [UInt8]) throws(WireError) {
    var reader = WireReader(bytes)
    try self.init(decoding: &reader)
    try reader.finish()
  }
}
