public import AssayCryptography
public import AssayWire

/// How well a state does on the test set of its spec: the same bits whoever measures.
///
/// The test set is taken in order, in batches of the `batch` of `QualityMeasure`; nothing is
/// dropped or augmented, and running statistics are those of the state. Targets that the model's
/// loss ignores do not count.
///
/// - accuracy: the number of targets whose row of the prediction is largest at the target: at the
///   first of equals; a row of NaN and −∞ alone counts as largest at 0. `rows` is how many targets
///   count, or 1 where none does.
/// - loss: S / n in float64, with n the number of examples and S the sum, from the first batch on,
///   of each batch's loss (float32, as the model's loss node gives it) times its number of
///   examples; where labels are ignored, with the targets that count in place of examples, and n 1
///   where there are none.
public enum Quality: Hashable, Sendable {
  case accuracy(correct: UInt64, rows: UInt64)
  /// The bits of a float64; every NaN is written as 7ff8000000000000.
  case loss(bits: UInt64)

  /// The most targets of a test set: 2⁵³.
  public static let rowLimit: UInt64 = 1 << 53

  /// A mean loss.
  public init(loss: Double) {
    self = .loss(bits: loss.isNaN ? 0x7ff8_0000_0000_0000 : loss.bitPattern)
  }

  /// What was measured.
  public var metric: QualityMeasure.Metric {
    switch self {
    case .accuracy: .accuracy
    case .loss: .loss
    }
  }

  /// The share that is right, or the loss, as near as a float64 comes.
  public var value: Double {
    switch self {
    case .accuracy(let correct, let rows): Double(correct) / Double(rows)
    case .loss(let bits): Double(bitPattern: bits)
    }
  }

  /// SHA-256 of the compact JSON form: what a rejection compares.
  public var digest: Digest {
    SHA256.digest(domain: "assay/quality/v1", [json.serialized()])
  }
}

extension Quality {
  /// Reads `{"metric":"accuracy","correct":951,"rows":1000}` or
  /// `{"metric":"loss","bits":"3fc4a0de5f0d1e00"}`.
  public init(_ object: consuming JSONFields) throws(WireError) {
    var fields = object
    switch try fields.string("metric") {
    case "accuracy":
      let correct = try fields.uint64("correct")
      let rows = try fields.uint64("rows")
      guard (1...Self.rowLimit).contains(rows), correct <= rows else {
        throw fields.failure("correct", "expected at most rows, and those at most 2^53")
      }
      self = .accuracy(correct: correct, rows: rows)
    case "loss":
      let text = try fields.string("bits")
      guard let bytes = try? Hex.decode(text), bytes.count == 8 else {
        throw fields.failure("bits", "expected the 16 hex digits of a float64")
      }
      let bits = bytes.reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
      self = .init(loss: Double(bitPattern: bits))
      guard self == .loss(bits: bits) else {
        throw fields.failure("bits", "expected 7ff8000000000000 for what is not a number")
      }
    case let metric:
      throw fields.failure(
        "metric", "expected \"accuracy\" or \"loss\", found \"\(metric.prefix(60))\"")
    }
    try fields.finish()
  }

  /// The JSON form.
  public var json: JSONValue {
    let name = JSONValue.string(metric.rawValue)
    switch self {
    case .accuracy(let correct, let rows):
      return .object(["metric": name, "correct": .integer(correct), "rows": .integer(rows)])
    case .loss(let bits):
      let bytes = (0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * UInt64($0))) }
      return .object(["metric": name, "bits": .string(Hex.encode(bytes))])
    }
  }
}

extension Quality: CustomStringConvertible {
  public var description: String {
    switch self {
    case .accuracy(let correct, let rows): "\(correct) of \(rows) right"
    case .loss(let bits): "loss \(Double(bitPattern: bits))"
    }
  }
}
