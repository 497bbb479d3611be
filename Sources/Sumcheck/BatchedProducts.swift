public import AssayAlgebra
public import AssayTranscripts

/// Sums of products v_j = Σ_x E_j(x)·P_j(x)·Q_j(x), all reduced by one sumcheck.
///
/// Instance j has n_j variables, and E_j is a multilinear extension that the verifier evaluates by
/// itself. With n the largest n_j, instance j is constant in the first n − n_j variables. With
/// powers of a challenge γ the claims become one on means, Σ_j γʲ·v_j / 2^{n_j}, of degree 3.
public enum BatchedProducts {
  /// One sum.
  public struct Instance<Value: AffineValue>: Sendable {
    /// The sum runs over {0,1}^variables.
    public let variables: Int
    /// What the sum is claimed to be. It must be in the transcript already.
    public let value: Value
    /// E at a point of `variables` coordinates; 1 everywhere when absent.
    public let gate: (@Sendable ([Value.Scalar]) -> Value.Scalar)?

    /// Describes a sum.
    public init(
      variables: Int, value: Value, gate: (@Sendable ([Value.Scalar]) -> Value.Scalar)? = nil
    ) {
      self.variables = variables
      self.value = value
      self.gate = gate
    }
  }

  /// What remains to be shown of P and Q.
  public struct FactorClaims<Value: AffineValue>: Hashable, Sendable {
    /// The challenges of all rounds; instance j's point is the last n_j of them.
    public let point: [Value.Scalar]
    /// For each instance what P and Q must be at its point.
    public let factors: [Factors]

    /// The claims on one instance.
    public struct Factors: Hashable, Sendable {
      /// P at the instance's point.
      public let left: Value
      /// Q at the instance's point.
      public let right: Value

      package init(left: Value, right: Value) {
        self.left = left
        self.right = right
      }
    }

    package init(point: [Value.Scalar], factors: [Factors]) {
      self.point = point
      self.factors = factors
    }
  }

  /// The degree of a round's message.
  package static let degree = 3

  /// The messages and challenges for instances of these numbers of variables.
  ///
  /// - Parameter isMasked: whether messages are masked; the products of factors are one then too.
  public static func schedule(
    variables: [Int], label: String, isMasked: Bool = false
  ) -> [Schedule.Step] {
    guard let rounds = variables.max() else { return [] }
    let factors = SumMessage.elements(2 * variables.count, isMasked: isMasked)
    return [Schedule.Step("\(label).gamma", .challenges(1))]
      + SumcheckRounds.schedule(rounds: rounds, degree: degree, label: label, isMasked: isMasked)
      + [Schedule.Step("\(label).factors", factors)]
      + SumMessage.products("\(label).products", variables.count, isMasked: isMasked)
  }

  /// Reduces the sums to one value each of every P_j and Q_j. Without instances nothing is read.
  ///
  /// - Throws: `SumcheckError.transcript` and `.products`.
  /// - Soundness: the caller must check the values of all factors. A batch with a false sum then
  ///   passes with probability at most `soundnessNumerator` / |K|.
  @specialized(where T == TranscriptReader<GMPGoldilocksExtension>)
  @specialized(where T == TranscriptReader<GoldilocksExtension>)
  public static func verify<T: ClaimReader & ~Copyable>(
    _ instances: [Instance<T.Value>], label: String, transcript: inout T
  ) throws(SumcheckError) -> FactorClaims<T.Value> {
    typealias K = T.Value.Scalar
    guard let variables = instances.map(\.variables).max() else {
      return FactorClaims(point: [], factors: [])
    }
    let powers = powers(of: try transcript.draw("\(label).gamma"), count: instances.count)
    let claim = batchedMean(instances, powers: powers)
    let rounds = try SumcheckRounds.verify(
      claim: claim, weights: SumcheckRounds.uniformWeights(variables), degree: degree,
      label: label, transcript: &transcript)
    let sent = try transcript.read("\(label).factors", count: 2 * instances.count)
    let factors = instances.indices.map { index in
      FactorClaims<T.Value>.Factors(left: sent[2 * index], right: sent[2 * index + 1])
    }
    let products = try transcript.multiply(
      "\(label).products", factors.map { ($0.left, $0.right) })
    var value = T.Value(constant: .zero)
    for (index, instance) in instances.enumerated() {
      let gate: K = instance.gate?(Array(rounds.point.suffix(instance.variables))) ?? .one
      value += products[index].scaled(by: powers[index] * gate)
    }
    guard transcript.areEqual(value, rounds.value) else { throw .products(label: label) }
    return FactorClaims(point: rounds.point, factors: factors)
  }

  /// Σ_j γʲ·v_j / 2^{n_j}.
  package static func batchedMean<Value: AffineValue>(
    _ instances: [Instance<Value>], powers: [Value.Scalar]
  ) -> Value {
    zip(instances, powers).reduce(Value(constant: .zero)) { sum, pair in
      sum
        + SumcheckRounds.mean(pair.0.value, variables: pair.0.variables).scaled(by: pair.1)
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
