public import AssayAccounting
public import AssaySpecification
internal import AssayWire

/// The quality that the full price is for, and the price of accepted work that misses it.
///
///     {"metric":"accuracy","atLeastMillionths":950000,"lowerPrice":"4000"}
///     {"metric":"loss","atMostMillionths":1500000,"lowerPrice":"0"}
///
/// Decided exactly: correct · 10⁶ ≥ threshold · rows in integers; loss ≤ threshold / 10⁶ in
/// float64, the quotient rounded once. A loss that is no number misses every threshold.
///
/// What honest work reaches follows from the spec, whoever does it: the condition says who bears
/// the risk that the spec is poor, not how well the provider worked.
public struct QualityCondition: Hashable, Sendable {
  /// Below which accuracy, or above which loss, the lower price is paid.
  public enum Threshold: Hashable, Sendable {
    case accuracy(atLeastMillionths: Int)
    case loss(atMostMillionths: Int)
  }

  public var threshold: Threshold
  /// What the provider is paid for accepted work that misses the threshold; the rest of the price
  /// goes back to the buyer.
  public var lowerPrice: Amount

  /// The highest threshold of a loss: a million.
  public static let lossLimitMillionths = 1_000_000_000_000

  /// A condition.
  public init(threshold: Threshold, lowerPrice: Amount) {
    self.threshold = threshold
    self.lowerPrice = lowerPrice
  }

  /// What a claim must have measured.
  public var metric: QualityMeasure.Metric {
    switch threshold {
    case .accuracy: .accuracy
    case .loss: .loss
    }
  }

  /// Whether a quality reaches the threshold; one of another metric does not.
  public func isMet(by quality: Quality?) -> Bool {
    switch (threshold, quality) {
    case (.accuracy(let least), .accuracy(let correct, let rows)):
      UInt128(correct) * 1_000_000 >= UInt128(least) * UInt128(rows)
    case (.loss(let most), .loss(let bits)):
      Double(bitPattern: bits) <= Double(most) / 1_000_000
    default: false
    }
  }
}

extension QualityCondition: CustomStringConvertible {
  public var description: String {
    switch threshold {
    case .accuracy(let least): "an accuracy of at least \(Self.decimal(least))"
    case .loss(let most): "a loss of at most \(Self.decimal(most))"
    }
  }

  private static func decimal(_ millionths: Int) -> String {
    let digits = String(millionths % 1_000_000 + 1_000_000).dropFirst()
    let fraction = digits.reversed().drop { $0 == "0" }.reversed()
    return "\(millionths / 1_000_000)" + (fraction.isEmpty ? "" : "." + String(fraction))
  }
}

extension QualityCondition {
  init(_ object: consuming JSONFields) throws(WireError) {
    var fields = object
    switch try fields.string("metric") {
    case "accuracy":
      threshold = .accuracy(
        atLeastMillionths: try fields.integer("atLeastMillionths", in: 0...1_000_000))
    case "loss":
      threshold = .loss(
        atMostMillionths: try fields.integer(
          "atMostMillionths", in: 0...Self.lossLimitMillionths))
    case let metric:
      throw fields.failure(
        "metric", "expected “accuracy” or “loss”, found “\(metric.prefix(60))”")
    }
    lowerPrice = try fields.amount("lowerPrice")
    try fields.finish()
  }

  var json: JSONValue {
    let (name, millionths): (String, Int) =
      switch threshold {
      case .accuracy(let least): ("atLeastMillionths", least)
      case .loss(let most): ("atMostMillionths", most)
      }
    return .object([
      JSONMember(name: "metric", value: .string(metric.rawValue)),
      JSONMember(name: name, value: .integer(millionths)),
      JSONMember(name: "lowerPrice", value: .string(lowerPrice.description)),
    ])
  }
}
