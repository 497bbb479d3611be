public import AssayWire

/// Why a file with rank-1 constraints or a witness was refused, or a witness does not fit.
public enum RankOneError: Error, Hashable, Sendable {
  /// The file ends early or late.
  case wire(WireError)
  /// The file begins with other bytes than its kind does.
  case magic(expected: String)
  /// The format's version is not the one that is read here.
  case version(expected: Int, found: Int)
  /// A section that must be there once is there `found` times.
  case sectionCount(type: Int, found: Int)
  /// A section has `found` bytes where its contents take `expected`.
  case sectionSize(type: Int, expected: Int, found: Int)
  /// The file is over another field.
  case prime
  /// `what` has the count `found`, which is not possible or above the `limit`.
  case count(of: String, limit: Int, found: Int)
  /// The circuit uses custom gates, which are no rank-1 constraints.
  case customGates
  /// A constraint names the wire `found` of `count`.
  case wireIndex(constraint: Int, count: Int, found: Int)
  /// A linear combination of a constraint names a wire twice.
  case repeatedWire(constraint: Int, wire: Int)
  /// An element is not reduced; `place` counts the elements of the section.
  case notReduced(section: Int, place: Int)
  /// A witness has `found` elements, the constraints have `expected` wires.
  case witnessCount(expected: Int, found: Int)
  /// The first element of the witness is not 1.
  case constantWire
  /// The witness does not satisfy a constraint, the first of such.
  case unsatisfied(constraint: Int)
}

extension RankOneError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .wire(let error):
      error.description
    case .magic(let expected):
      "expected a file that begins with '\(expected)', found another; check the file's kind"
    case .version(let expected, let found):
      "expected version \(expected) of the format, found \(found); write the file with circom 2"
    case .sectionCount(let type, let found):
      "expected one section of type \(type), found \(found); write the file again"
    case .sectionSize(let type, let expected, let found):
      "section \(type): expected \(expected) bytes, found \(found); fetch the whole file again"
    case .prime:
      "expected a circuit over the field that it is read for, found another prime; "
        + "compile with '--prime bn128'"
    case .count(let what, let limit, let found):
      "\(what): at most \(limit), found \(found)"
    case .customGates:
      "expected rank-1 constraints only, found custom gates; compile without them"
    case .wireIndex(let constraint, let count, let found):
      "constraint \(constraint): expected wires 0 to \(count - 1), found \(found)"
    case .repeatedWire(let constraint, let wire):
      "constraint \(constraint): expected each wire once in a combination, found \(wire) twice"
    case .notReduced(let section, let place):
      "section \(section): element \(place) is not below the prime; write the file again"
    case .witnessCount(let expected, let found):
      "witness: expected \(expected) elements, found \(found); is it of another circuit?"
    case .constantWire:
      "witness: expected 1 as the first element, found another; calculate it again"
    case .unsatisfied(let constraint):
      "witness: constraint \(constraint) does not hold; is it of another circuit?"
    }
  }
}
