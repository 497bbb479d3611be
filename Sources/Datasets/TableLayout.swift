/// How the columns of a CSV file become examples and targets.
public struct TableLayout: Hashable, Sendable {
  /// Whether the first record names the columns.
  public enum Header: Hashable, Sendable {
    /// It does.
    case present
    /// It does not.
    case absent
    /// It does when one of its fields is not a number.
    case detected
  }

  /// Which columns are to be predicted.
  public enum TargetColumns: Hashable, Sendable {
    /// The last column, one target for each example.
    case last
    /// The columns of these names, in this order; without a header "1" is the first column's name.
    case named([String])
  }

  /// Whether the first record names the columns.
  public let header: Header
  /// The columns to be predicted.
  public let targets: TargetColumns

  /// A layout; all columns that are not targets are features, in order.
  public init(header: Header = .detected, targets: TargetColumns = .last) {
    self.header = header
    self.targets = targets
  }
}
