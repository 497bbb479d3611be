/// The IDX format of the MNIST files (LeCun, Cortes, Burges, "The MNIST database").
///
/// Two zero bytes, a type code, the number of dimensions, one big-endian 32-bit extent for each,
/// then the numbers in big-endian, row-major order.
enum IDXFormat {
  /// The most dimensions that are read.
  static let dimensionLimit = 8

  /// Whether a file begins as IDX does.
  static func matches(_ head: [UInt8]) -> Bool {
    head.count >= 2 && head[0] == 0 && head[1] == 0
  }

  /// Reads the header at the beginning of `head`.
  static func layout(
    _ head: [UInt8], file: String
  ) throws(DatasetError) -> NumericArray.Layout {
    guard head.count >= 4 else {
      throw .truncated(file: file, expected: 4, found: head.count)
    }
    let scalar: NumericArray.Scalar
    switch head[2] {
    case 0x08: scalar = .unsigned(byteCount: 1)
    case 0x09: scalar = .signed(byteCount: 1)
    case 0x0b: scalar = .signed(byteCount: 2)
    case 0x0c: scalar = .signed(byteCount: 4)
    case 0x0d: scalar = .float32
    case 0x0e: scalar = .float64
    default: throw .unknownFormat(file: file, found: Array(head.prefix(4)))
    }
    let rank = Int(head[3])
    guard (1...dimensionLimit).contains(rank) else {
      throw .header(
        file: file, reason: "expected 1 to \(dimensionLimit) dimensions, found \(rank)")
    }
    let headerByteCount = 4 + 4 * rank
    guard head.count >= headerByteCount else {
      throw .truncated(file: file, expected: headerByteCount, found: head.count)
    }
    let dimensions = (0..<rank).map { dimension in
      (0..<4).reduce(0) { $0 << 8 | Int(head[4 + 4 * dimension + $1]) }
    }
    return NumericArray.Layout(
      scalar: scalar, isBigEndian: true, dimensions: dimensions,
      headerByteCount: headerByteCount)
  }
}
