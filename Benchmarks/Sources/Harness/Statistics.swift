/// The middle of some measurements and how far they spread around it.
public struct Statistics: Hashable, Sendable {
  /// The median.
  public let median: Double
  /// The median absolute deviation from the median: one slow turn does not move it.
  public let deviation: Double
  /// The highest: what the machine does in a turn that nothing disturbs.
  public let best: Double

  /// Summarises measurements.
  ///
  /// - Precondition: there is at least one.
  public init(_ values: [Double]) {
    precondition(!values.isEmpty, "no measurements")
    let middle = Self.median(of: values)
    median = middle
    best = values.max() ?? middle
    deviation = Self.median(of: values.map { abs($0 - middle) })
  }

  private static func median(of values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2)
      ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }
}
