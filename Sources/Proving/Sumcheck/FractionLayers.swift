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
    var claim = LeafClaim(
      point: [], numerator: sum.numerator, denominator: sum.denominator)
    for layer in 0..<bits {
      let lambda = try transcript.draw("\(label).lambda")
      var tables = tables(layer, claim, lambda)
      let point = try tables.prove(rounds: layer, label: label, transcript: &transcript)
      let children = tables.children
      try transcript.write("\(label).children", children)
      let mu = try transcript.draw("\(label).mu")
      claim = Children(children).claim(mu: mu, point: point)
    }
    return (root, claim)
  }
}
