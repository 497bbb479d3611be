public import AssayAlgebra
public import AssayTranscripts

/// What rounds of a sumcheck leave to be shown: that a polynomial has a value at a point.
public struct RoundsResult<Value: AffineValue>: Hashable, Sendable {
  /// The challenges, that of the first variable first.
  public let point: [Value.Scalar]
  /// What the polynomial must be at the point.
  public let value: Value
}

/// The rounds of a sumcheck (Lund, Fortnow, Karloff and Nisan, 1992), in one normal form.
///
/// The claim is c = Σ_{x ∈ {0,1}ⁿ} eq(w, x)·h(x). In round k the prover sends the coefficients
/// h₁ … h_d of X … X^d of
///
///     H(X) = Σ_x eq(w_{k+1} … w_n, x)·h(r₁, …, r_{k−1}, X, x).
///
/// The constant term follows from c = (1 − w_k)·H(0) + w_k·H(1), so the next claim is
/// H(r) = c + Σ_i h_i·(rⁱ − w_k): every message fits its claim, and there is nothing to refuse
/// before the end. Taking eq out of the message (Gruen, ePrint 2024/108) lowers the degree by one.
///
/// A sum without weights is the case w = (½, …, ½), of which the sum is 2ⁿ times as large.
public enum SumcheckRounds {
  /// The messages and challenges of these rounds.
  public static func schedule(
    rounds: Int, degree: Int, label: String, isMasked: Bool = false
  ) -> [Schedule.Step] {
    (0..<rounds).flatMap { _ in
      [
        Schedule.Step("\(label).round", SumMessage.elements(degree, isMasked: isMasked)),
        Schedule.Step("\(label).point", .challenges(1)),
      ]
    }
  }

  /// Reduces `claim` = Σ_x eq(weights, x)·h(x) to the value of h at a random point.
  ///
  /// - Throws: `SumcheckError.transcript`.
  /// - Soundness: nothing is shown before the caller has checked that h(point) is the value.
  ///   A false claim then passes with probability at most rounds · degree / |K|.
  @specialized(where T == TranscriptReader<GMPGoldilocksExtension>)
  @specialized(where T == TranscriptReader<GoldilocksExtension>)
  public static func verify<T: ClaimReader & ~Copyable>(
    claim: T.Value, weights: [T.Value.Scalar], degree: Int, label: String, transcript: inout T
  ) throws(SumcheckError) -> RoundsResult<T.Value> {
    var value = claim
    var point: [T.Value.Scalar] = []
    for weight in weights {
      let coefficients = try transcript.read("\(label).round", count: degree)
      let challenge = try transcript.draw("\(label).point")
      value = next(after: value, coefficients, weight: weight, challenge: challenge)
      point.append(challenge)
    }
    return RoundsResult(point: point, value: value)
  }

  /// Reduces `claim` = Σ_x g(x) over x ∈ {0,1}^rounds to the value of g at a random point.
  ///
  /// - Throws: `SumcheckError.transcript`.
  /// - Soundness: as with weights.
  @specialized(where T == TranscriptReader<GMPGoldilocksExtension>)
  @specialized(where T == TranscriptReader<GoldilocksExtension>)
  public static func verify<T: ClaimReader & ~Copyable>(
    claim: T.Value, rounds: Int, degree: Int, label: String, transcript: inout T
  ) throws(SumcheckError) -> RoundsResult<T.Value> {
    try verify(
      claim: mean(claim, variables: rounds), weights: uniformWeights(rounds), degree: degree,
      label: label, transcript: &transcript)
  }

  /// The claim after a round: c + Σ_i h_i·(rⁱ − w), where `coefficients` are h₁, h₂, ….
  package static func next<Value: AffineValue>(
    after claim: Value, _ coefficients: [Value], weight: Value.Scalar, challenge: Value.Scalar
  ) -> Value {
    var value = claim
    var power = challenge
    for coefficient in coefficients {
      value += coefficient.scaled(by: power - weight)
      power = power * challenge
    }
    return value
  }

  /// The weights that make a sum a mean.
  package static func uniformWeights<K: ChallengeField>(_ count: Int) -> [K] {
    Array(repeating: half(), count: count)
  }

  /// A sum over {0,1}^variables divided by the number of its terms.
  package static func mean<Value: AffineValue>(_ sum: Value, variables: Int) -> Value {
    let half: Value.Scalar = half()
    var factor = Value.Scalar.one
    for _ in 0..<variables { factor *= half }
    return sum.scaled(by: factor)
  }

  private static func half<K: ChallengeField>() -> K {
    guard let half = K(2).inverse else {
      preconditionFailure("a sumcheck needs a field in which 2 is not zero")
    }
    return half
  }

  /// The error of the rounds as a multiple of 1 / |K|: rounds · degree.
  public static func soundnessNumerator(rounds: Int, degree: Int) -> Int {
    rounds * degree
  }
}
