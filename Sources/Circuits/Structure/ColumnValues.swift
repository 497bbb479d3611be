/// What every column holds, row-major: per oracle, in the order of its columns.
public struct ColumnValues: Sendable {
  /// A column's values: data, of which there may be many, in bytes.
  public enum Stored: Sendable {
    case bytes([UInt8])
    /// Bytes whose halves, rounded down, are the values: examples need no memory beside their own.
    case halves([UInt8])
    case integers([Int64])

    /// The number of values.
    public var count: Int {
      switch self {
      case .bytes(let values), .halves(let values): values.count
      case .integers(let values): values.count
      }
    }

    /// All values.
    public var integers: [Int64] {
      if case .integers(let values) = self { return values }
      return integers(in: 0..<count)
    }

    /// Some values.
    public func integers(in range: Range<Int>) -> [Int64] {
      switch self {
      case .bytes(let values): values[range].map { Int64($0) }
      case .halves(let values): values[range].map { Int64($0 >> 1) }
      case .integers(let values): Array(values[range])
      }
    }
  }

  private var values: [Oracle: [Stored]]

  /// Takes the columns of each oracle.
  public init(_ values: [Oracle: [[Int64]]]) {
    self.values = values.mapValues { $0.map { .integers($0) } }
  }

  /// Takes the columns of each oracle, those of the data as they are kept.
  public init(_ values: [Oracle: [[Int64]]], data: [Stored]) {
    self.init(values)
    self.values[.data] = data
  }

  /// The values of a column as they are kept.
  public func stored(_ reference: ColumnReference) -> Stored {
    values[reference.oracle]?[reference.index] ?? .integers([])
  }

  /// The values of a column.
  public subscript(reference: ColumnReference) -> [Int64] {
    get { stored(reference).integers }
    set { values[reference.oracle]?[reference.index] = .integers(newValue) }
  }
}
