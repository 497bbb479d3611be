internal import AssayStorage

extension SQLValue {
  /// PostgreSQL's binary form: integers of eight bytes, most significant first, and bytes as they
  /// are; nil for null.
  var binary: [UInt8]? {
    switch self {
    case .null: nil
    case .integer(let number): (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
    case .text(let text): Array(text.utf8)
    case .blob(let blob): blob
    }
  }
}

/// Calls a body with the addresses of byte strings, each with a zero after it, and NULL for nil.
func withPointers<Value>(
  to strings: [[UInt8]?], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Value
) -> Value {
  var all: [CChar] = []
  var starts: [Int?] = []
  for string in strings {
    starts.append(string == nil ? nil : all.count)
    if let string { all += string.map { CChar(bitPattern: $0) } + [0] }
  }
  // SAFETY: every start is within `all`, which lives through the body.
  return unsafe all.withUnsafeBufferPointer { buffer in
    let pointers: [UnsafePointer<CChar>?] = unsafe starts.map { start in
      unsafe start.flatMap { start in unsafe buffer.baseAddress?.advanced(by: start) }
    }
    // SAFETY: as above, for the array of addresses.
    return unsafe pointers.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
  }
}
