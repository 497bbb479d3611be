internal import AssayAlgebra
internal import AssaySumcheck

/// The claim of the present round, Σ_x eq(weights, x)·h(x), as its prover follows it.
struct WeightedClaim {
  typealias K = GoldilocksExtension

  private(set) var value: K
  /// The weights of the present round's variable and of those behind it.
  private(set) var weights: ArraySlice<K>
  /// The challenges so far.
  private(set) var point: [K] = []

  init(value: K, weights: [K]) {
    self.value = value
    self.weights = weights[...]
  }

  /// H(1), from value = (1 − w)·H(0) + w·H(1).
  ///
  /// A weight is zero with probability 1 / |K|; the proof is then refused, and made again.
  func valueAt1(valueAt0: K) -> K {
    guard let weight = weights.first, let inverse = weight.inverse else { return .zero }
    return valueAt0 + (value - valueAt0) * inverse
  }

  /// Goes to the next round.
  mutating func bind(_ coefficients: [K], at challenge: K) {
    guard let weight = weights.popFirst() else { preconditionFailure("no round is left") }
    value = SumcheckRounds.next(
      after: value, coefficients, weight: weight, challenge: challenge)
    point.append(challenge)
  }
}
