internal import AssayAlgebra
internal import AssayCircuits
public import AssayCommitments
internal import AssaySumcheck

/// What a proof's parameters are worth, counted by code from proven bounds alone.
public struct SecurityReport: Hashable, Sendable {
  /// What each part of the protocol adds to the chance that a false statement is accepted.
  public let terms: [SecurityTerm]
  /// All of them together.
  public let total: ErrorBound

  /// Adds the terms up.
  init(_ terms: [SecurityTerm]) {
    self.terms = terms
    total = ErrorBound.sum(terms.map(\.bound))
  }

  /// Bits of security: a false statement is accepted with a probability of at most 2^−bits,
  /// whatever an interactive prover does; SHA-256's 128 bits stand beside it.
  public var bits: Int { total.bits }
}

extension ProofSetting {
  static func security(
    _ circuit: Circuit, _ layouts: CircuitLayouts, _ parameters: CommitmentParameters,
    _ pads: PadSetting?
  ) throws(ProofError) -> SecurityReport {
    typealias K = GoldilocksExtension
    let variables = ProductClaims<K>.variableCounts(circuit)
    var terms: [SecurityTerm] = []
    func add(_ name: String, _ numerator: Int) {
      guard numerator > 0 else { return }
      terms.append(SecurityTerm(name, ErrorBound(numerator: numerator, field: K.self)))
    }
    // Fractions of degree 1 in α and the βs: sites + rows of tables.
    add(
      "lookups: sum of fractions",
      FractionSum.identitySoundnessNumerator(
        leafCount: layouts.sites.elementCount + layouts.tables.elementCount))
    add(
      "lookups: layers",
      FractionSum.soundnessNumerator(bits: layouts.siteBits)
        + FractionSum.soundnessNumerator(bits: layouts.tableBits))
    add("relations: random point", RelationClaims<K>.pointCount(circuit))
    add("products: sumcheck", BatchedProducts.soundnessNumerator(variables: variables))
    if let pads {
      add(
        "masks: products",
        (PadSetting.degreeOfProducts + 1) * pads.productBits)
      // One for each layer, the roots, both trees' leaves, the products, and the three ends.
      add("masks: batch", layouts.siteBits + layouts.tableBits + 7 - 1)
    }
    do throws(CommitmentError) {
      terms += try parameters.securityTerms(
        layouts: opened(layouts, pads),
        claimCount: claimCount(circuit, isHiding: pads != nil), field: K.self)
    } catch {
      throw .commitment(error)
    }
    return SecurityReport(terms)
  }
}
