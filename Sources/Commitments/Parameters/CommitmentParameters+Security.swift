public import AssayAlgebra

extension CommitmentParameters {
  /// How probable it is at most that an opening with a false claim is accepted, reason by reason.
  ///
  /// All bounds are proven, in the unique-decoding regime: words within half the minimum distance,
  /// (1 − ρ) / 2, of at most one code word. Where a committed matrix is further away, its random
  /// combination is too, but for n / |K| of the challenges a halving (Ben-Sasson, Carmon, Ishai,
  /// Kopparty and Saraf, ePrint 2020/654, theorem 4.1; for tensors Diamond and Gruen, 2024/1351,
  /// corollary 3.7).
  ///
  /// - Parameters:
  ///   - layouts: the oracles that are opened together.
  ///   - claimCount: how many claims are batched.
  ///   - field: what challenges are drawn from.
  public func securityTerms<K: ChallengeField>(
    layouts: [OracleLayout], claimCount: Int, field: K.Type
  ) throws(CommitmentError) -> [SecurityTerm] {
    let rowIndexBits = try RowStack(layouts).rowIndexBits
    var terms: [SecurityTerm] = []
    func append(_ name: String, _ numerator: Int) {
      guard numerator > 0 else { return }
      terms.append(
        SecurityTerm(name, ErrorBound(numerator: numerator, field: field)))
    }
    append("opening: batch of claims", claimCount - 1)
    for code in codesOfRows + codesOfLevels {
      let name = code.level == 0 ? "rows of 2^\(code.messageBits)" : "level \(code.level)"
      // Each round binds one bit: the proximity gap of a line, and a sumcheck of degree 2, which
      // counts for each length of rows here.
      var rounds = code.level == 0 ? rowIndexBits : code.roundCount
      if code.level == 0 && isHiding {
        // The claim's and the masks' share of one combination: a line like those of the rounds.
        rounds += 1
      }
      append("opening: fold, \(name)", rounds * ((1 << code.codeBits) + 2))
      terms.append(
        SecurityTerm(
          "opening: queries, \(name)",
          ErrorBound(
            queries: code.queries, rateBits: code.codeBits - code.messageBits,
            grindingBits: grindingBits,
            tail: (code.level == 0 ? foldedTailCount : 0, code.messageBits))))
      append("opening: batch of queries, \(name)", code.queries)
    }
    append("opening: last rounds", 2 * lastBits)
    return terms
  }
}
