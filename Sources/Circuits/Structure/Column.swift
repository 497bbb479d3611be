/// Where a column is committed. Each oracle is one polynomial commitment with a root of its own.
public enum Oracle: Int, Hashable, Sendable, CaseIterable {
  /// The state before the first step: what the claim's first root commits to.
  case start
  /// The state after the last step.
  case end
  /// What the provider computed in between: roundings, activations, gradients.
  case witness
  /// The examples.
  case data
}

/// Names a column of a circuit.
public struct ColumnReference: Hashable, Sendable {
  public let oracle: Oracle
  /// The column's place in its oracle.
  public let index: Int

  /// Names column `index` of `oracle`.
  public init(_ oracle: Oracle, _ index: Int) {
    self.oracle = oracle
    self.index = index
  }
}

/// A committed tensor of small integers, row-major.
public struct Column: Hashable, Sendable {
  public let name: String
  /// Extents, each at least 1.
  public let shape: [Int]
  /// What an honest value can be: what the bound certificate counts with. Values that nothing else
  /// bounds are looked up in a table; those of a state follow from the state before.
  public let bounds: ClosedRange<Int64>

  /// Describes a column.
  public init(name: String, shape: [Int], bounds: ClosedRange<Int64>) {
    self.name = name
    self.shape = shape
    self.bounds = bounds
  }

  /// Elements in the column.
  public var elementCount: Int { shape.reduce(1, *) }
}

/// Columns whose tuples, position by position, must all be rows of a table.
public struct Lookup: Hashable, Sendable {
  public let name: String
  /// The table's place in the circuit.
  public let table: Int
  /// One column per lane of the table, all of one shape.
  public let columns: [ColumnReference]

  /// Describes a lookup.
  public init(name: String, table: Int, columns: [ColumnReference]) {
    self.name = name
    self.table = table
    self.columns = columns
  }
}
