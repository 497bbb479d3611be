public import AssayWire

/// Why a transcript could not go on.
public enum TranscriptError: Error, Hashable, Sendable {
  /// The schedule's next step is `expected` (nil: there is none), and `found` was asked for.
  case step(expected: String?, found: String)
  /// The message `label` has `found` elements or bytes where the schedule says `expected`.
  case count(label: String, expected: Int, found: Int)
  /// The proof's bytes end early or late, or an opening is longer than its limit.
  case wire(label: String, WireError)
  /// The element at `index` of the message `label` is not reduced.
  case notReduced(label: String, index: Int)
  /// The number in `label` does not solve its puzzle of `bits` bits.
  case grinding(label: String, bits: Int)
}

extension TranscriptError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .step(let expected, let found):
      "transcript: expected \(expected ?? "the end"), found \(found); "
        + "follow the schedule in order"
    case .count(let label, let expected, let found):
      "\(label): expected \(expected) elements or bytes, found \(found); follow the schedule"
    case .wire(let label, let error):
      "\(label): \(error)"
    case .notReduced(let label, let index):
      "\(label): expected a reduced field element, found another at \(index); fetch the proof again"
    case .grinding(let label, let bits):
      "\(label): expected a number that solves a puzzle of \(bits) bits, found another; "
        + "fetch the proof again"
    }
  }
}
