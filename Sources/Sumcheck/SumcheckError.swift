public import AssayTranscripts

/// Why a sumcheck, a fraction sum or a batch of products was refused.
public enum SumcheckError: Error, Hashable, Sendable {
  /// The message does not fit the schedule, or its bytes are no field elements.
  case transcript(TranscriptError)
  /// The root of a fraction sum has denominator zero: some leaf's denominator is zero.
  case pole(label: String)
  /// The four children that were sent do not give the claim on layer `layer` (0 is the root).
  case layer(label: String, layer: Int)
  /// The fractions do not add up to zero.
  case fractionsDoNotCancel
  /// The factors that were sent do not give the sum that the rounds end in.
  case products(label: String)
  /// The three values that were sent do not give the value that the rounds end in.
  case constraints(label: String)
  /// A segment of 2^`bits` leaves stands after a smaller one, or has a negative size.
  case segmentOrder(index: Int, bits: Int)
  /// There are too many leaves; `limit` is the largest admitted number.
  case leafCount(limit: Int)
}

extension SumcheckError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .transcript(let error):
      error.description
    case .pole(let label):
      "\(label): expected a sum of fractions whose denominators are not zero, found a zero; "
        + "prove again with another commitment"
    case .layer(let label, let layer):
      "\(label): expected children that give the claim on layer \(layer), found others; "
        + "the proof is altered or was made for other leaves"
    case .fractionsDoNotCancel:
      "lookups: expected fractions that add up to zero, found another sum; "
        + "some value is not in its table or some multiplicity is wrong"
    case .products(let label):
      "\(label): expected factors that give the value of the last round, found others; "
        + "the proof is altered or a product is wrong"
    case .constraints(let label):
      "\(label): expected values a, b, c whose a·b − c is the value of the last round, "
        + "found others; the proof is altered or a constraint is violated"
    case .segmentOrder(let index, let bits):
      "leaves: expected segments in order of descending size, found 2^\(bits) leaves "
        + "as segment \(index) after a smaller one"
    case .leafCount(let limit):
      "leaves: expected at most \(limit), found more; split the interval"
    }
  }
}
