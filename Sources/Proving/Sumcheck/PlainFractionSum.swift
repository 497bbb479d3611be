public import AssayAlgebra
public import AssaySumcheck
public import AssayTranscripts

/// The prover of `FractionSum` over any field, as plainly as it can be written.
///
/// It is what faster provers are compared with: they must write the same proof.
public enum PlainFractionSum {
  /// Proves Σ numerator / denominator over leaves that are filled up to 2^bits with 0 / 1.
  ///
  /// - Precondition: as many numerators as denominators, at most 2^bits.
  /// - Throws: `SumcheckError.pole` when a denominator is zero, `.transcript` when the schedule is
  ///   another.
  public static func prove<K: ChallengeField>(
    numerators: [K], denominators: [K], bits: Int, label: String,
    transcript: inout TranscriptWriter<K>
  ) throws(SumcheckError) -> (root: FractionSum.Root<K>, leaves: FractionSum.LeafClaim<K>) {
    let layers = layers(numerators: numerators, denominators: denominators, bits: bits)
    let root = (layers[0].numerators[0], layers[0].denominators[0])
    return try FractionSum.prove(
      root: root, bits: bits, label: label, transcript: &transcript
    ) { layer, claim, lambda in
      PlainTables(
        [
          .init(tables: layers[layer + 1].children, variables: layer, scale: .one) { values in
            FractionSum.Children(values).batched(lambda)
          }
        ], weights: claim.point, degree: FractionSum.degree)
    }
  }

  /// The fractions of one layer.
  struct Layer<K: ChallengeField> {
    var numerators: [K]
    var denominators: [K]

    /// p₀, q₀, p₁, q₁ of the nodes above.
    var children: [[K]] {
      let half = numerators.count / 2
      return [
        Array(numerators[..<half]), Array(denominators[..<half]),
        Array(numerators[half...]), Array(denominators[half...]),
      ]
    }
  }

  /// All layers, the root first.
  private static func layers<K: ChallengeField>(
    numerators: [K], denominators: [K], bits: Int
  ) -> [Layer<K>] {
    let size = 1 << bits
    precondition(
      numerators.count == denominators.count && numerators.count <= size,
      "\(numerators.count) numerators and \(denominators.count) denominators for \(size) leaves")
    let missing = size - numerators.count
    var layer = Layer(
      numerators: numerators + Array(repeating: .zero, count: missing),
      denominators: denominators + Array(repeating: .one, count: missing))
    var layers = [layer]
    for _ in 0..<bits {
      let children = layer.children
      let indices = children[0].indices
      layer = Layer(
        numerators: indices.map {
          children[0][$0] * children[3][$0] + children[2][$0] * children[1][$0]
        },
        denominators: indices.map { children[1][$0] * children[3][$0] })
      layers.insert(layer, at: 0)
    }
    return layers
  }
}

extension PlainTables: FractionTables {
  var children: [K] { values(ofSummand: 0) }
}
