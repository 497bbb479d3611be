/// Why bytes from outside were refused before anything was made of them.
public enum WireError: Error, Hashable, Sendable {
  /// `needed` more bytes were to be read where only `available` remain.
  case truncated(needed: Int, available: Int)
  /// A length or count of `found` exceeds the `limit` of the format.
  case tooLong(limit: Int, found: Int)
  /// The value ended `count` bytes before the input did.
  case trailingBytes(count: Int)
  /// The bytes have a meaning, but are not the one way of writing it; the text says what is wrong.
  case notCanonical(String)
  /// The text is not strict JSON; `line` and `column` count from 1, columns in bytes.
  case json(line: Int, column: Int, reason: String)
  /// The JSON is well formed, but the value at `path` (as in `optimizer.beta1`) is not acceptable.
  case field(path: String, reason: String)
}

extension WireError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .truncated(let needed, let available):
      "truncated: expected \(needed) more bytes, found \(available); fetch the whole file again"
    case .tooLong(let limit, let found):
      "too long: the limit is \(limit), found \(found)"
    case .trailingBytes(let count):
      "expected the end, found \(count) more bytes; remove what follows the value"
    case .notCanonical(let reason):
      "not canonical: \(reason)"
    case .json(let line, let column, let reason):
      "JSON, line \(line), column \(column): \(reason)"
    case .field(let path, let reason):
      path.isEmpty ? reason : "\(path): \(reason)"
    }
  }
}
