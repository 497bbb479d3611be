public import AssayAlgebra

/// An element that a proof sends masked: what was sent, and the secret elements, the pads, that are
/// in it, each times a known factor.
public struct MaskedValue<K: ChallengeField>: AffineValue {
  /// A pad times a factor.
  struct Term: Hashable, Sendable {
    var pad: Int
    var factor: K
  }

  /// What is known.
  let constant: K
  /// What is not, in ascending order of pads.
  let terms: [Term]

  private init(constant: K, terms: [Term]) {
    self.constant = constant
    self.terms = terms
  }

  public init(constant: K) {
    self.init(constant: constant, terms: [])
  }

  /// The pad with this number.
  init(pad: Int) {
    self.init(constant: .zero, terms: [Term(pad: pad, factor: .one)])
  }

  public func scaled(by factor: K) -> Self {
    Self(
      constant: constant * factor,
      terms: terms.map { Term(pad: $0.pad, factor: $0.factor * factor) })
  }

  public static func + (left: Self, right: Self) -> Self {
    var terms: [Term] = []
    terms.reserveCapacity(left.terms.count + right.terms.count)
    var rest = right.terms[...]
    for term in left.terms {
      while let next = rest.first, next.pad < term.pad {
        terms.append(next)
        rest.removeFirst()
      }
      if let next = rest.first, next.pad == term.pad {
        terms.append(Term(pad: term.pad, factor: term.factor + next.factor))
        rest.removeFirst()
      } else {
        terms.append(term)
      }
    }
    return Self(constant: left.constant + right.constant, terms: terms + rest)
  }

  public static func - (left: Self, right: Self) -> Self {
    left + right.scaled(by: -.one)
  }
}
