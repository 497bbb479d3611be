public import AssayAlgebra
public import AssaySumcheck
public import AssayTranscripts

/// The prover of `BatchedProducts` over any field, plainly.
public enum PlainBatchedProducts {
  /// One sum Σ_x E(x)·P(x)·Q(x) over {0,1}^variables.
  public struct Instance<K: ChallengeField> {
    /// The number of variables.
    public let variables: Int
    /// The values of E, P and Q, at most 2^variables each, zero behind; E is 1 when absent.
    public let gate: [K]?
    /// See `gate`.
    public let left: [K]
    /// See `gate`.
    public let right: [K]

    /// Describes a sum.
    public init(variables: Int, gate: [K]? = nil, left: [K], right: [K]) {
      self.variables = variables
      self.gate = gate
      self.left = left
      self.right = right
    }
  }

  /// Proves the values of all sums. Without instances nothing is sent.
  ///
  /// - Throws: `SumcheckError.transcript` when the schedule is another.
  @specialized(where K == BN254Scalar)
  @specialized(where K == NativeBN254Scalar)
  public static func prove<K: ChallengeField>(
    _ instances: [Instance<K>], label: String, transcript: inout TranscriptWriter<K>
  ) throws(SumcheckError) -> BatchedProducts.FactorClaims<K> {
    guard let rounds = instances.map(\.variables).max() else {
      return BatchedProducts.FactorClaims(point: [], factors: [])
    }
    let gamma = try transcript.draw("\(label).gamma")
    let powers = BatchedProducts.powers(of: gamma, count: instances.count)
    let summands = zip(instances, powers).map { instance, power in
      PlainTables<K>.Summand(
        tables: ([instance.left, instance.right] + (instance.gate.map { [$0] } ?? [])).map {
          $0 + Array(repeating: .zero, count: (1 << instance.variables) - $0.count)
        },
        variables: instance.variables, scale: power
      ) { values in values.dropFirst().reduce(values[0]) { $0 * $1 } }
    }
    var tables = PlainTables(
      summands, weights: SumcheckRounds.uniformWeights(rounds), degree: BatchedProducts.degree)
    let point = try tables.prove(rounds: rounds, label: label, transcript: &transcript)
    let factors = instances.indices.map { index in
      let values = tables.values(ofSummand: index)
      return BatchedProducts.FactorClaims<K>.Factors(left: values[0], right: values[1])
    }
    try transcript.write("\(label).factors", factors.flatMap { [$0.left, $0.right] })
    try transcript.write("\(label).products", productsOf: factors.map { ($0.left, $0.right) })
    return BatchedProducts.FactorClaims(point: point, factors: factors)
  }
}
