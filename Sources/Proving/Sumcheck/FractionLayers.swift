internal import AssayAlgebra
internal import AssaySumcheck
internal import AssayTranscripts

/// The tables of p₀, q₀, p₁ and q₁ of one layer of a fraction sum.
protocol FractionTables<K>: RoundTables {
  /// What is left of p₀, q₀, p₁ and q₁ after the last round.
  var children: [K] { get }
}

extension FractionSum {
  /// Sends root and layers; `tables` makes a layer's tables for the claim on it and λ.
  static func prove<Tables: FractionTables>(
    root sum: (numerator: Tables.K, denominator: Tables.K), bits: Int, label: String,
    transcript: inout TranscriptWriter<Tables.K>,
    tables: (_ layer: Int, _ claim: LeafClaim<Tables.K>, _ lambda: Tables.K) -> Tables
  ) throws(SumcheckError) -> (root: Root<Tables.K>, leaves: LeafClaim<Tables.K>) {
    guard let root = Root(numerator: sum.numerator, denominator: sum.denominator) else {
      throw .pole(label: label)
    }
    try transcript.write("\(label).root", [sum.numerator, sum.denominator])
    do { try transcript.send("\(label).inverse", inverseOf: sum.denominator) } catch {
      throw .transcript(error)
    }
    var claim = LeafClaim(
      point: [], numerator: sum.numerator, denominator: sum.denominator)
    for layer in 0..<bits {
      let lambda = try transcript.draw("\(label).lambda")
      var tables = tables(layer, claim, lambda)
      let point = try tables.prove(rounds: layer, label: label, transcript: &transcript)
      let children = tables.children
      try transcript.write("\(label).children", children)
      try transcript.write(
        "\(label).products", productsOf: Children(children).factors(lambda))
      let mu = try transcript.draw("\(label).mu")
      claim = Children(children).claim(mu: mu, point: point)
    }
    return (root, claim)
  }

  /// Sends the products that show of masked roots that their sum is zero.
  static func proveCancellation<K: ChallengeField>(
    _ roots: [Root<K>], label: String, transcript: inout TranscriptWriter<K>
  ) throws(SumcheckError) {
    guard let first = roots.first else { return }
    var (numerator, denominator) = (first.numerator, first.denominator)
    for root in roots.dropFirst() {
      let pairs = factors(adding: root, to: (numerator, denominator))
      try transcript.write("\(label).products", productsOf: pairs)
      let products = pairs.map { $0.0 * $0.1 }
      (numerator, denominator) = (products[0] + products[1], products[2])
    }
  }
}
