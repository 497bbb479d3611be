public import AssayAlgebra

/// A matrix of which only some entries are written down, row after row.
public struct SparseMatrix<F: Field>: Hashable, Sendable {
  /// An entry of a row.
  public struct Entry: Hashable, Sendable {
    /// The column.
    public let column: Int
    /// What stands there.
    public let value: F

    /// Puts a value into a column.
    public init(_ column: Int, _ value: F) {
      self.column = column
      self.value = value
    }
  }

  /// How many columns there are.
  public let columnCount: Int
  private var entries: [Entry] = []
  /// Row i has the entries `starts[i]` ..< `starts[i + 1]`.
  private var starts = [0]

  /// Starts a matrix without rows.
  public init(columnCount: Int) {
    self.columnCount = columnCount
  }

  /// How many rows there are.
  public var rowCount: Int { starts.count - 1 }
  /// How many entries are written down.
  public var entryCount: Int { entries.count }

  /// Adds a row.
  ///
  /// - Precondition: all columns are there.
  public mutating func append(_ row: some Collection<Entry>) {
    precondition(
      row.allSatisfy { (0..<columnCount).contains($0.column) }, "columns 0 to \(columnCount - 1)")
    entries.append(contentsOf: row)
    starts.append(entries.count)
  }

  /// The entries of a row.
  public func row(_ index: Int) -> ArraySlice<Entry> {
    entries[starts[index]..<starts[index + 1]]
  }

  /// The product of a row with a vector.
  ///
  /// - Precondition: the vector has `columnCount` elements.
  public func product(ofRow index: Int, with vector: [F]) -> F {
    var sum = F.zero
    for entry in row(index) { sum += entry.value * vector[entry.column] }
    return sum
  }

  /// The products of all rows with a vector.
  ///
  /// - Precondition: the vector has `columnCount` elements.
  @specialized(where F == BN254Scalar)
  @specialized(where F == NativeBN254Scalar)
  public func product(with vector: [F]) -> [F] {
    (0..<rowCount).map { product(ofRow: $0, with: vector) }
  }

  /// Σ `rowWeights[i]` · (row i), as a row of all columns.
  ///
  /// - Precondition: there is a weight for each row.
  @specialized(where F == BN254Scalar)
  @specialized(where F == NativeBN254Scalar)
  public func combination(rowWeights: [F]) -> [F] {
    var combination = [F](repeating: .zero, count: columnCount)
    for index in 0..<rowCount {
      let weight = rowWeights[index]
      for entry in row(index) { combination[entry.column] += weight * entry.value }
    }
    return combination
  }

  /// Σ `rowWeights[i]` · `columnWeights[j]` · entry (i, j).
  ///
  /// With the weights eq(x, ·) and eq(y, ·) that is the matrix's multilinear extension at (x, y).
  ///
  /// - Precondition: there is a weight for each row and for each column.
  @specialized(where F == BN254Scalar)
  @specialized(where F == NativeBN254Scalar)
  public func sum(rowWeights: [F], columnWeights: [F]) -> F {
    var sum = F.zero
    for index in 0..<rowCount {
      sum += rowWeights[index] * product(ofRow: index, with: columnWeights)
    }
    return sum
  }
}
