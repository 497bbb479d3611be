public import AssayWire

/// Why bytes from outside are not terms, a command or a receipt.
public enum SettlementError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The bytes are not the format that was expected.
  case malformed(WireError)
  /// A value in the terms is out of its range, or does not fit to another; `field` names it.
  case terms(field: String, reason: String)
  /// A command's key or name is empty, too long or has other than plain characters.
  case name(field: String, reason: String)
  /// The state breaks one of the machine's own rules: what, and in which job.
  case brokenInvariant(rule: String, job: String)
  /// An entry of a journal cannot be replayed.
  case replay(entry: UInt64, reason: String)
  /// A receipt does not follow from the evidence that it names.
  case receipt(reason: String)

  public var description: String {
    switch self {
    case .malformed(let error): "\(error)"
    case .terms(let field, let reason): "terms, \(field): \(reason)"
    case .name(let field, let reason): "\(field): \(reason)"
    case .brokenInvariant(let rule, let job): "the state is broken at job “\(job)”: \(rule)"
    case .replay(let entry, let reason): "entry \(entry) of the journal: \(reason)"
    case .receipt(let reason): "the receipt does not hold: \(reason)"
    }
  }
}
