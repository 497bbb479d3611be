internal import AssayCryptography
internal import AssayFiles
internal import AssaySettlement
internal import AssaySpecification

/// Reads files that users name, so that what is wrong with one is said with its name.
enum InputFiles {
  static func spec(_ path: String) throws -> Spec {
    try read(path, limit: Spec.byteCountLimit) { try Spec(decoding: $0) }
  }

  static func terms(_ path: String) throws -> Terms {
    try read(path, limit: Terms.maximumByteCount) { try Terms(decoding: $0) }
  }

  /// A signed claim, whose signature is checked.
  static func claim(_ path: String) throws -> ProviderClaim {
    try read(path, limit: Envelope.maximumByteCount) { try ProviderClaim.open($0).claim }
  }

  private static func read<Value>(
    _ path: String, limit: Int, _ decode: ([UInt8]) throws -> Value
  ) throws -> Value {
    let bytes = try FileAccess.read(path, limit: limit)
    do {
      return try decode(bytes)
    } catch {
      throw OperationError("'\(path)': \(error)")
    }
  }
}
