/// Why no circuit could be made of a spec, or why values do not satisfy one.
public enum CircuitError: Error, Hashable, Sendable {
  /// Only specs with integer numerics are circuits.
  case notInteger
  /// The spec does not say how states and data are committed to.
  case notProvable
  /// The step uses something that circuits do not cover.
  case unsupported(what: String, instead: String)
  /// A relation's sides could differ by more than the field can tell apart.
  case boundTooLarge(relation: String, bits: Int, limit: Int)
  /// A rounded value is outside the range that tables cover: the engine ends the run there.
  case overflow(column: String, place: Int, found: Int64)
  /// A column was given another number of values than it has.
  case columnCount(column: String, expected: Int, found: Int)
  /// A value is in no row of the table it is looked up in.
  case notInTable(lookup: String, place: Int)
  /// One proof would cover more steps of so many layers than are compiled.
  case tooManyLayers(layers: Int, steps: Int, limit: Int)
  /// More positions are looked up than the lookup argument counts.
  case tooManyLookups(found: Int, limit: Int)
}

extension CircuitError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notInteger:
      "proofs need a spec with \"numerics\": \"integer\"; found float32, which is checked by "
        + "executing again"
    case .notProvable:
      "the spec has no \"proof\" object, so its states are not committed to as polynomials; "
        + "make one with `assay spec new --numerics integer --provable`"
    case .unsupported(let what, let instead):
      "\(what) is not provable; \(instead)"
    case .boundTooLarge(let relation, let bits, let limit):
      "relation \(relation) can reach 2^\(bits), more than the 2^\(limit) that the field tells "
        + "apart; use a smaller layer, batch or rate"
    case .overflow(let column, let place, let found):
      "\(column)[\(place)] rounds to \(found), outside −32768...32767: a numeric overflow, at "
        + "which a run ends"
    case .columnCount(let column, let expected, let found):
      "column \(column) has \(expected) values, found \(found)"
    case .notInTable(let lookup, let place):
      "lookup \(lookup): the values at place \(place) are in no row of its table"
    case .tooManyLayers(let layers, let steps, let limit):
      "\(steps) steps of \(layers) layers each are more than the \(limit) layers that one proof "
        + "covers; prove fewer steps at once"
    case .tooManyLookups(let found, let limit):
      "\(found) values would be looked up, at most \(limit) can be; prove fewer steps at once"
    }
  }
}
