public import AssayCryptography
internal import AssayWire

/// Which examples each step took: one row a step, as `indices.npy` of other programs has it.
///
/// Rows of fewer examples are filled up with −1 at their end.
public struct IndexTable: Hashable, Sendable {
  /// The number of steps.
  public let rowCount: Int
  /// The most examples that a step took.
  public let columnCount: Int
  /// Row after row.
  private let indices: [Int64]

  /// Reads a NPY file of whole numbers with two dimensions.
  ///
  /// - Throws: `unsupported` where the file holds something else; `header` for a number that is no
  ///   index.
  public init(path: String) throws(DatasetError) {
    try self.init(NumericArray(FileContents(path: path)))
  }

  init(_ array: NumericArray) throws(DatasetError) {
    let dimensions = array.layout.dimensions
    guard array.isInteger, dimensions.count == 2 else {
      throw .unsupported(
        file: array.file, found: "an array of shape \(dimensions) of another kind",
        supported: "whole numbers with two dimensions: a row of example indices for every step")
    }
    rowCount = dimensions[0]
    columnCount = dimensions[1]
    var indices: [Int64] = []
    indices.reserveCapacity(rowCount * columnCount)
    for place in 0..<rowCount * columnCount {
      guard let index = array.integer(place), index >= -1 else {
        throw .header(
          file: array.file,
          reason: "row \(place / columnCount) has a number that is neither an index nor −1")
      }
      indices.append(index)
    }
    self.indices = indices
  }

  /// Some of the rows.
  ///
  /// - Precondition: the range lies in the table.
  public func rows(_ range: Range<Int>) -> IndexTable {
    precondition(0 <= range.lowerBound && range.upperBound <= rowCount, "rows of the table")
    return IndexTable(
      rowCount: range.count, columnCount: columnCount,
      indices: Array(indices[(range.lowerBound * columnCount)..<(range.upperBound * columnCount)]))
  }

  private init(rowCount: Int, columnCount: Int, indices: [Int64]) {
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.indices = indices
  }

  /// SHA-256 of the indices as 64-bit little-endian numbers.
  public var digest: Digest { SHA256.digest(of: contents) }

  private var contents: [UInt8] {
    var writer = WireWriter(reservingCapacity: 8 * indices.count)
    for index in indices { writer.write(UInt64(bitPattern: index)) }
    return writer.bytes
  }

  /// The table as a NPY file (version 1.0, `<i8`).
  public var npy: [UInt8] {
    var header =
      "{'descr': '<i8', 'fortran_order': False, 'shape': (\(rowCount), \(columnCount)), }"
    // The numbers begin at a multiple of 64, as NumPy has it.
    let length = (10 + header.utf8.count + 1 + 63) / 64 * 64 - 10
    header += String(repeating: " ", count: length - header.utf8.count - 1) + "\n"
    var writer = WireWriter()
    writer.write(raw: NPYFormat.magic + [1, 0])
    writer.write(UInt16(length))
    writer.write(raw: Array(header.utf8))
    writer.write(raw: contents)
    return writer.bytes
  }
}
