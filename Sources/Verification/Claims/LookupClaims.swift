public import AssayAlgebra
public import AssayCircuits
public import AssayCommitments

/// The lookups as sums of fractions (LogUp, ePrint 2022/1530): with the fingerprint
/// φ = v₀ + β₁·v₁ + β₂·v₂ + β₃·v₃ + β₄·tag of a tuple,
/// Σ over looked-up positions of 1/(α − φ) = Σ over table rows of multiplicity/(α − φ).
public struct LookupClaims<K: ChallengeField>: Sendable {
  let circuit: Circuit
  let layouts: CircuitLayouts
  /// α.
  public let alpha: K
  /// What the lanes of a tuple are multiplied by: 1, β₁, β₂, β₃.
  public let lanes: [K]
  /// β₄.
  public let tag: K

  /// The challenges that a proof draws: α, β₁, β₂, β₃, β₄.
  public static var challengeCount: Int { 5 }

  /// - Parameter challenges: `challengeCount` of them.
  public init(circuit: Circuit, layouts: CircuitLayouts, challenges: [K]) {
    precondition(challenges.count == Self.challengeCount)
    self.circuit = circuit
    self.layouts = layouts
    alpha = challenges[0]
    lanes = [.one] + challenges[1...3]
    tag = challenges[4]
  }

  /// What is added to every fingerprint of a table's tuples.
  public func constant(ofTable index: Int) -> K { tag * K(circuit.tables[index].tag) }

  /// The columns' claim that the leaves over the looked-up positions come down to.
  ///
  /// A leaf is 1/(α − φ) at each position and 0/1 behind the last.
  ///
  /// - Parameters:
  ///   - point: where the leaves' extension is evaluated.
  ///   - denominator: what it is claimed to be there.
  public func sites<Value: AffineValue<K>>(
    at point: [K], denominator: Value
  ) -> LinearClaim<Value> {
    var terms: [Term<K>] = []
    var known = tail(layouts.sites, at: point)
    for (lookup, layout) in zip(circuit.lookups, layouts.sites.columns) {
      let constant = alpha - self.constant(ofTable: lookup.table)
      for (number, block) in layout.blocks.enumerated() {
        let (prefix, low) = split(point, block)
        known += prefix * constant
        for (reference, lane) in zip(lookup.columns, lanes) {
          terms.append(
            .block(
              oracle: reference.oracle.rawValue, column: reference.index, block: number,
              coefficient: prefix * lane, point: low))
        }
      }
    }
    return LinearClaim(terms: terms, value: Value(constant: known) - denominator)
  }

  /// What the numerators of the leaves over the positions are at a point: 1 at each position.
  public func siteNumerator(at point: [K]) -> K {
    Multilinear.prefixIndicator(count: layouts.sites.elementCount, at: point)
  }

  /// The claim about the multiplicities that the numerators of the tables' leaves come down to: a
  /// leaf is −multiplicity/(α − φ).
  public func multiplicities<Value: AffineValue<K>>(
    at point: [K], numerator: Value
  ) -> LinearClaim<Value> {
    let terms = zip(circuit.multiplicities, layouts.tables.columns).map { reference, layout in
      let (prefix, low) = split(point, layout.blocks[0])
      return Term.block(
        oracle: reference.oracle.rawValue, column: reference.index, block: 0,
        coefficient: prefix, point: low)
    }
    return LinearClaim(terms: terms, value: numerator.scaled(by: -.one))
  }

  /// What the denominators of the tables' leaves are at a point; the verifier evaluates the tables.
  public func tableDenominator(at point: [K]) -> K {
    var value = tail(layouts.tables, at: point)
    for (index, layout) in layouts.tables.columns.enumerated() {
      let (prefix, low) = split(point, layout.blocks[0])
      var fingerprint = constant(ofTable: index)
      for (lane, weight) in zip(circuit.tables[index].evaluate(at: low), lanes) {
        fingerprint += lane * weight
      }
      value += prefix * (alpha - fingerprint)
    }
    return value
  }

  /// The extension of [index ≥ count of leaves].
  private func tail(_ layout: OracleLayout, at point: [K]) -> K {
    .one - Multilinear.prefixIndicator(count: layout.elementCount, at: point)
  }

  /// eq of the block's place, and the coordinates that number the block's elements.
  private func split(_ point: [K], _ block: Block) -> (prefix: K, low: [K]) {
    let count = point.count - block.bits
    let prefix = Multilinear.eqAtIndex(point[..<count], index: block.offset >> block.bits)
    return (prefix, Array(point[count...]))
  }
}
