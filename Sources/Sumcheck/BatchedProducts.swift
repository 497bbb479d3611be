public import AssayAlgebra
public import AssayTranscripts

/// Sums of products v_j = Σ_x E_j(x)·P_j(x)·Q_j(x), all reduced by one sumcheck.
///
/// Instance j has n_j variables, and E_j is a multilinear extension that the verifier evaluates by
/// itself. With n the largest n_j, instance j is constant in the first n − n_j variables. With
/// powers of a challenge γ the claims become one on means, Σ_j γʲ·v_j / 2^{n_j}, of degree 3.
public enum BatchedProducts {
  /// One sum.
  public struct Instance<K: ChallengeField>: Sendable {
    /// The sum runs over {0,1}^variables.
    public let variables: Int
    /// What the sum is claimed to be. It must be in the transcript already.
    public let value: K
    /// E at a point of `variables` coordinates; 1 everywhere when absent.
    public let gate: (@Sendable ([K]) -> K)?

    /// Describes a sum.
    public init(variables: Int, value: K, gate: (@Sendable ([K]) -> K)? = nil) {
      self.variables = variables
      self.value = value
      self.gate = gate
    }
  }

  /// What remains to be shown of P and Q.
  public struct FactorClaims<K: ChallengeField>: Hashable, Sendable {
    /// The challenges of all rounds; instance j's point is the last n_j of them.
    public let point: [K]
    /// For each instance what P and Q must be at its point.
    public let factors: [Factors]

    /// The claims on one instance.
    public struct Factors: Hashable, Sendable {
      /// P at the instance's point.
      public let left: K
      /// Q at the instance's point.
      public let right: K

      package init(left: K, right: K) {
        self.left = left
        self.right = right
      }
    }

    package init(point: [K], factors: [Factors]) {
      self.point = point
      self.factors = factors
    }
  }

  /// The degree of a round's message.
  package static let degree = 3

  /// The messages and challenges for instances of these numbers of variables.
  public static func schedule(variables: [Int], label: String) -> [Schedule.Step] {
    guard let rounds = variables.max() else { return [] }
    return [Schedule.Step("\(label).gamma", .challenges(1))]
      + SumcheckRounds.schedule(rounds: rounds, degree: degree, label: label)
      + [Schedule.Step("\(label).factors", .elements(2 * variables.count))]
  }

  /// Reduces the sums to one value each of every P_j and Q_j. Without instances nothing is read.
  ///
  /// - Throws: `SumcheckError.transcript` and `.products`.
  /// - Soundness: the caller must check the values of all factors. A batch with a false sum then
  ///   passes with probability at most `soundnessNumerator` / |K|.
  @specialized(where K == GMPGoldilocksExtension)
  @specialized(where K == GoldilocksExtension)
  public static func verify<K: ChallengeField>(
    _ instances: [Instance<K>], label: String, transcript: inout TranscriptReader<K>
  ) throws(SumcheckError) -> FactorClaims<K> {
    guard let variables = instances.map(\.variables).max() else {
      return FactorClaims(point: [], factors: [])
    }
    let powers = powers(of: try transcript.draw("\(label).gamma"), count: instances.count)
    let claim = batchedMean(instances, powers: powers)
    let rounds = try SumcheckRounds.verify(
      claim: claim, weights: SumcheckRounds.uniformWeights(variables), degree: degree,
      label: label, transcript: &transcript)
    let sent = try transcript.read("\(label).factors", count: 2 * instances.count)
    var factors: [FactorClaims<K>.Factors] = []
    var value = K.zero
    for (index, instance) in instances.enumerated() {
      let (left, right) = (sent[2 * index], sent[2 * index + 1])
      let gate = instance.gate?(Array(rounds.point.suffix(instance.variables))) ?? .one
      value += powers[index] * gate * left * right
      factors.append(.init(left: left, right: right))
    }
    guard value == rounds.value else { throw .products(label: label) }
    return FactorClaims(point: rounds.point, factors: factors)
  }

  /// Σ_j γʲ·v_j / 2^{n_j}.
  package static func batchedMean<K: ChallengeField>(
    _ instances: [Instance<K>], powers: [K]
  ) -> K {
    zip(instances, powers).reduce(.zero) { sum, pair in
      sum + pair.1 * SumcheckRounds.mean(pair.0.value, variables: pair.0.variables)
    }
  }

  /// 1, γ, γ², ….
  package static func powers<K: ChallengeField>(of gamma: K, count: Int) -> [K] {
    var power = K.one
    return (0..<count).map { _ in
      defer { power = power * gamma }
      return power
    }
  }

  /// The error of the batch as a multiple of 1 / |K|: 3 a round, and the degree in γ.
  public static func soundnessNumerator(variables: [Int]) -> Int {
    guard let rounds = variables.max() else { return 0 }
    return degree * rounds + variables.count - 1
  }
}
