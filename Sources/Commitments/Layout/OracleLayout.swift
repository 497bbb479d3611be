public import AssayCryptography
internal import AssayWire

/// How the columns of one commitment lie in its matrix.
///
/// Each dimension of a column is cut into powers of two, so a column is a few blocks without any
/// padding. The blocks of all columns, sorted by size (the largest first; among equals by column,
/// then by block), follow one another in one vector, the *stack*; so every block starts at a
/// multiple of its size. The stack is cut into rows of 2^`rowBits` elements; what is missing in
/// the last row is zero.
public struct OracleLayout: Hashable, Sendable {
  /// No commitment has more elements than this.
  public static let maximumElementCount = 1 << 36
  /// No commitment has more blocks than this.
  public static let maximumBlockCount = 1 << 18
  /// No column has more dimensions than this.
  public static let maximumDimensionCount = 8

  /// What is committed, such as "state": commitments of two kinds never have the same root.
  public let kind: String
  /// The columns, in the order of their shapes.
  public let columns: [ColumnLayout]
  /// log₂ of the number of elements in a row.
  public let rowBits: Int
  /// How many elements there are: the stack's length.
  public let elementCount: Int
  /// log₂ of the size of the largest block.
  public let largestBlockBits: Int
  /// Names this layout: the digest of its kind, shapes and row length.
  public let digest: Digest

  /// How many rows hold elements.
  public var rowCount: Int { (elementCount + (1 << rowBits) - 1) >> rowBits }

  /// Lays out columns of the given shapes.
  ///
  /// - Throws: `CommitmentError.layout` when there is no column, a dimension is not positive, or a
  ///   limit above is exceeded.
  public init(
    kind: String = "columns", shapes: [[Int]], rowBits: Int
  ) throws(CommitmentError) {
    guard (0...30).contains(rowBits) else {
      throw .layout(reason: "expected rows of 2^0 to 2^30 elements, found 2^\(rowBits)")
    }
    let elementCount = try Self.elementCount(of: shapes)
    let parts = try Self.sortedParts(of: shapes)
    var offset = 0
    var blocks = shapes.map { _ in [(number: Int, block: Block)]() }
    for part in parts {
      let block = Block(ranges: part.ranges, bits: part.bits, offset: offset)
      blocks[part.column].append((part.number, block))
      offset += 1 << part.bits
    }
    self.kind = kind
    self.rowBits = rowBits
    self.elementCount = elementCount
    largestBlockBits = parts.first?.bits ?? 0
    columns = zip(shapes, blocks).map { shape, blocks in
      ColumnLayout(
        shape: shape, blocks: blocks.sorted { $0.number < $1.number }.map(\.block))
    }
    digest = Self.digest(kind: kind, shapes: shapes, rowBits: rowBits)
  }

  private struct Part {
    var column: Int
    var number: Int
    var bits: Int
    var ranges: [DyadicRange]
  }

  private static func elementCount(of shapes: [[Int]]) throws(CommitmentError) -> Int {
    guard !shapes.isEmpty else { throw .layout(reason: "expected at least 1 column, found 0") }
    var total = 0
    for (column, shape) in shapes.enumerated() {
      guard shape.count <= maximumDimensionCount else {
        throw .layout(
          reason: "column \(column): expected at most \(maximumDimensionCount) dimensions, found "
            + "\(shape.count)")
      }
      var count = 1
      for size in shape {
        let (product, overflow) = count.multipliedReportingOverflow(by: size)
        guard size > 0, !overflow, product <= maximumElementCount else {
          throw .layout(
            reason: "column \(column): expected positive dimensions with a product of at most "
              + "2^36, found \(shape)")
        }
        count = product
      }
      total += count
      guard total <= maximumElementCount else {
        throw .layout(reason: "expected at most 2^36 elements, found more; split the interval")
      }
    }
    return total
  }

  private static func sortedParts(of shapes: [[Int]]) throws(CommitmentError) -> [Part] {
    var parts: [Part] = []
    for (column, shape) in shapes.enumerated() {
      let count = shape.reduce(1) { $0 * $1.nonzeroBitCount }
      guard parts.count + count <= maximumBlockCount else {
        throw .layout(
          reason: "expected at most \(maximumBlockCount) blocks, found more; choose dimensions "
            + "with fewer binary digits")
      }
      for (number, ranges) in ColumnLayout.combinations(of: shape).enumerated() {
        parts.append(
          Part(
            column: column, number: number, bits: ranges.reduce(0) { $0 + $1.bits },
            ranges: ranges))
      }
    }
    // Swift's sort is stable: among equals the order stays that of columns and blocks.
    return parts.sorted { $0.bits > $1.bits }
  }

  private static func digest(kind: String, shapes: [[Int]], rowBits: Int) -> Digest {
    var writer = WireWriter()
    writer.write(kind)
    writer.write(UInt32(rowBits))
    writer.write(UInt32(shapes.count))
    for shape in shapes {
      writer.write(UInt32(shape.count))
      for size in shape { writer.write(UInt64(size)) }
    }
    return SHA256.digest(domain: "assay.oracle-layout.v1", [writer.bytes])
  }
}
