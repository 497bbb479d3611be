/// The two sides of a dispute.
public enum Party: String, Hashable, Sendable, CaseIterable {
  /// Who disputes what the other states.
  case challenger
  /// Whose claim is disputed.
  case defender
}

/// Something of each side.
public struct Pair<Value> {
  /// The challenger's.
  public var challenger: Value
  /// The defender's.
  public var defender: Value

  /// One value for each side.
  public init(challenger: Value, defender: Value) {
    self.challenger = challenger
    self.defender = defender
  }

  /// The same value for both sides.
  init(both value: Value) { self.init(challenger: value, defender: value) }

  /// A side's value.
  public subscript(party: Party) -> Value {
    get { party == .challenger ? challenger : defender }
    set {
      switch party {
      case .challenger: challenger = newValue
      case .defender: defender = newValue
      }
    }
  }

  /// Each side's value, transformed.
  func map<Other>(
    _ transform: (Value) throws(DisputeError) -> Other
  ) throws(DisputeError) -> Pair<Other> {
    Pair<Other>(challenger: try transform(challenger), defender: try transform(defender))
  }
}

extension Pair: Equatable where Value: Equatable {
  /// Whether both sides say the same.
  var agrees: Bool { challenger == defender }
}

extension Pair: Hashable where Value: Hashable {}
extension Pair: Sendable where Value: Sendable {}
