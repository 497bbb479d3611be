/// A line of the table: a figure, and what it should be.
struct TableRow {
  /// What the figure is.
  enum Figure: String {
    /// Times as fast as the best peer.
    case ratio
    /// A part of the training time.
    case share
    /// 10⁹ bytes a second.
    case rate
    /// Training steps.
    case steps

    /// Whether goals are reached from above.
    var isAtMost: Bool { self == .share || self == .steps }
  }

  var section: String
  var name: String
  var figure: Figure
  /// nil where there is nothing to compare with.
  var value: Double?
  var goal: Double?
  var stretch: Double?
  /// Work per second here and in the best peer, for people.
  var own = ""
  var other = ""

  /// Whether a bound is kept; nil where there is no bound or no figure.
  func meets(_ bound: Double?) -> Bool? {
    guard let value, let bound else { return nil }
    return figure.isAtMost ? value <= bound : value >= bound
  }

  var verdict: String {
    switch (meets(goal), meets(stretch)) {
    case (_, true?): "stretch met"
    case (true?, _): "met"
    case (false?, _): "missed"
    default: value == nil ? "no peer" : ""
    }
  }

  func text(_ value: Double?) -> String {
    guard let value else { return "–" }
    return switch figure {
    case .ratio: "\(decimal(value, 2))×"
    case .share: "\(decimal(100 * value, 1)) %"
    case .rate: "\(decimal(value, 1)) GB/s"
    case .steps: decimal(value, 0)
    }
  }
}

/// A number with so many places after the point, without the locale.
func decimal(_ value: Double, _ places: Int) -> String {
  var scale = 1.0
  for _ in 0..<places { scale *= 10 }
  let digits = String(Int((value * scale).rounded()))
  if places == 0 { return digits }
  let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
  return padded.dropLast(places) + "." + padded.suffix(places)
}

/// A rate with three digits or so.
func brief(_ value: Double) -> String { decimal(value, value < 10 ? 2 : value < 100 ? 1 : 0) }
