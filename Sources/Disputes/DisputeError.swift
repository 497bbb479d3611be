public import AssayCryptography
public import AssayMerkle
public import AssaySpecification
public import AssayWire

/// Why a dispute cannot be held, or a message in it was refused.
public enum DisputeError: Error, Hashable, Sendable {
  /// The bytes are not what they should be.
  case malformed(WireError)
  /// The envelope is not a signed statement.
  case signature(CryptographyError)
  /// The claim is none.
  case claim(SpecificationError)
  /// The two claims are not about the same work: `field` differs.
  case claimsDiffer(field: String, challenger: String, defender: String)
  /// Runs of this spec cannot be brought to one operator.
  case unsupported(reason: String)
  /// The statement is about something else: `field` differs.
  case mismatch(field: String, expected: String, found: String)
  /// The dispute has ended.
  case ended
  /// An opening belongs to other contents than were committed to.
  case opening(MerkleError)
  /// An opening lacks what was asked for, or has it in another form.
  case incomplete(reason: String)
  /// An input or value lies outside of its tensor or list.
  case noSuchElement(index: Int, count: Int)
  /// A party cannot answer; the reason is its own.
  case unanswerable(reason: String)
}

extension DisputeError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .malformed(let error): "\(error)"
    case .signature(let error): "\(error)"
    case .claim(let error): "\(error)"
    case .claimsDiffer(let field, let challenger, let defender):
      "the claims are not about the same work: \(field) is \(challenger) in the challenger's and "
        + "\(defender) in the defender's; dispute claims of one spec from one start"
    case .unsupported(let reason): "\(reason)"
    case .mismatch(let field, let expected, let found):
      "\(field): expected \(expected), found \(found); it belongs to something else"
    case .ended: "the dispute has ended; nothing more is answered"
    case .opening(let error): "\(error)"
    case .incomplete(let reason): "the opening is incomplete: \(reason)"
    case .noSuchElement(let index, let count):
      "an input leads to element \(index) of \(count)"
    case .unanswerable(let reason): "\(reason)"
    }
  }
}
