public import AssayAlgebra
internal import CAssayFieldKernels

/// A matrix of values, row after row, each row of 2^`rowBits`.
///
/// Integers stand for their residues and keep their own size: a byte is not widened before it is
/// worked on.
public struct RowMatrix: Sendable {
  /// The values and their type.
  public enum Values: Sendable {
    case int8([Int8])
    case uint8([UInt8])
    case int16([Int16])
    case uint16([UInt16])
    case int32([Int32])
    case int64([Int64])
    case elements([Goldilocks])
    case extensions([GoldilocksExtension])
  }

  /// All values, the first row first.
  public let values: Values
  /// log₂ of the number of values in a row.
  public let rowBits: Int
  /// The number of rows.
  public let rowCount: Int
  /// Further coefficients of the rows when they are encoded, of degree 2^`rowBits` and more: as
  /// many for each row, row after row.
  public let tails: [Goldilocks]

  /// How many coefficients each row's tail has.
  public var tailCount: Int { rowCount == 0 ? 0 : tails.count / rowCount }

  /// Cuts values into rows.
  ///
  /// - Precondition: `rowBits` is from 0 to 32, and the number of values is a multiple of
  ///   2^`rowBits`. Tails have the same length for each row, at most 2^`rowBits`; rows of extension
  ///   elements have none.
  public init(_ values: Values, rowBits: Int, tails: [Goldilocks] = []) {
    precondition((0...32).contains(rowBits), "a row has 2^0 to 2^32 values")
    let count = values.count
    precondition(count & (1 << rowBits - 1) == 0, "\(count) values are no rows of 2^\(rowBits)")
    self.values = values
    self.rowBits = rowBits
    rowCount = count >> rowBits
    self.tails = tails
    let tailCount = tails.count / max(1, rowCount)
    precondition(
      tails.count == tailCount * rowCount && tailCount <= 1 << rowBits,
      "\(tails.count) coefficients are no tails of \(rowCount) rows of 2^\(rowBits)")
    if case .extensions = values {
      precondition(tails.isEmpty, "rows of extension elements have no tails")
    }
  }

  /// How many elements of the prime field a column of the encoded rows has: one for each row, two
  /// for each row of extension elements.
  public var columnElementCount: Int {
    if case .extensions = values { 2 * rowCount } else { rowCount }
  }

  /// Some of the rows.
  ///
  /// - Precondition: the matrix has them.
  public func rows(_ range: Range<Int>) -> RowMatrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= rowCount, "rows of \(rowCount)")
    let places = range.lowerBound << rowBits..<range.upperBound << rowBits
    let part: Values =
      switch values {
      case .int8(let values): .int8(Array(values[places]))
      case .uint8(let values): .uint8(Array(values[places]))
      case .int16(let values): .int16(Array(values[places]))
      case .uint16(let values): .uint16(Array(values[places]))
      case .int32(let values): .int32(Array(values[places]))
      case .int64(let values): .int64(Array(values[places]))
      case .elements(let values): .elements(Array(values[places]))
      case .extensions(let values): .extensions(Array(values[places]))
      }
    let own = range.lowerBound * tailCount..<range.upperBound * tailCount
    return RowMatrix(part, rowBits: rowBits, tails: Array(tails[own]))
  }

  /// Whether the values are elements of the extension.
  var areExtensions: Bool {
    if case .extensions = values { true } else { false }
  }

  /// Lends the rows to a kernel.
  func withRows<Result>(_ body: (UnsafePointer<assay_rows>) -> Result) -> Result {
    // SAFETY: each array is lent under the type code of its own elements.
    switch values {
    case .int8(let values): unsafe lend(values, ASSAY_VALUES_INT8, body)
    case .uint8(let values): unsafe lend(values, ASSAY_VALUES_UINT8, body)
    case .int16(let values): unsafe lend(values, ASSAY_VALUES_INT16, body)
    case .uint16(let values): unsafe lend(values, ASSAY_VALUES_UINT16, body)
    case .int32(let values): unsafe lend(values, ASSAY_VALUES_INT32, body)
    case .int64(let values): unsafe lend(values, ASSAY_VALUES_INT64, body)
    case .elements(let values): unsafe lend(values, ASSAY_VALUES_ELEMENT, body)
    case .extensions(let values): unsafe lend(values, ASSAY_VALUES_EXTENSION, body)
    }
  }

  private func lend<Value: BitwiseCopyable, Result>(
    _ values: [Value], _ type: Int, _ body: (UnsafePointer<assay_rows>) -> Result
  ) -> Result {
    // SAFETY: the buffer is valid during the call and kernels keep no pointer; an empty array has
    // no rows, so the stand-in for its missing address is never read.
    unsafe values.withUnsafeBytes { buffer in
      var nothing: UInt64 = 0
      return unsafe withUnsafeMutablePointer(to: &nothing) { nothing in
        // SAFETY: an element of the prime field is one word, as the kernels' is.
        unsafe tails.withUnsafeBytes { tails in
          var rows = unsafe assay_rows(
            values: buffer.baseAddress ?? UnsafeRawPointer(nothing), type: Int32(type),
            row_bits: Int32(rowBits), row_count: Int64(rowCount),
            tails: tailCount == 0 ? nil : tails.baseAddress?.assumingMemoryBound(to: UInt64.self),
            tail_count: Int64(tailCount))
          return unsafe withUnsafePointer(to: &rows, body)
        }
      }
    }
  }
}

extension RowMatrix.Values {
  /// The number of values.
  public var count: Int {
    switch self {
    case .int8(let values): values.count
    case .uint8(let values): values.count
    case .int16(let values): values.count
    case .uint16(let values): values.count
    case .int32(let values): values.count
    case .int64(let values): values.count
    case .elements(let values): values.count
    case .extensions(let values): values.count
    }
  }
}
