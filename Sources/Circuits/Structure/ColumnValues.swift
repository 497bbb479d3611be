/// What every column holds, row-major: per oracle, in the order of its columns.
public struct ColumnValues: Sendable {
  /// A column's values: data, of which there may be many, in bytes.
  public enum Stored: Sendable {
    case bytes([UInt8])
    case integers([Int64])

    /// The number of values.
    public var count: Int {
      switch self {
      case .bytes(let values): values.count
      case .integers(let values): values.count
      }
    }
  }

  private var values: [Oracle: [Stored]]

  /// Takes the columns of each oracle.
  public init(_ values: [Oracle: [[Int64]]]) {
    self.values = values.mapValues { $0.map { .integers($0) } }
  }

  /// Takes the columns of each oracle, those of the data as bytes.
  public init(_ values: [Oracle: [[Int64]]], data: [[UInt8]]) {
    self.init(values)
    self.values[.data] = data.map { .bytes($0) }
  }

  /// The values of a column as they are kept.
  public func stored(_ reference: ColumnReference) -> Stored {
    values[reference.oracle]?[reference.index] ?? .integers([])
  }

  /// The values of a column.
  public subscript(reference: ColumnReference) -> [Int64] {
    get {
      switch stored(reference) {
      case .bytes(let values): values.map { Int64($0) }
      case .integers(let values): values
      }
    }
    set { values[reference.oracle]?[reference.index] = .integers(newValue) }
  }
}
