internal import AssaySpecification

/// What the gradients of an attention are made of.
struct AttentionGradientTerms: Sendable {
  let probabilities: AttentionProbabilities
  /// dp[t,j] = Σ_d dy[t,d]·v[j,d].
  let slopes: AttentionScores

  private var g: AttentionGeometry { slopes.g }

  /// Of one position: the first values of the chains of its scores and slopes, position after
  /// position that it sees, and r.
  private struct Row {
    let scores: Int
    let slopes: Int
    let mean: ElementProgram.Term
  }

  /// r[t] and what it is made of.
  private func appendRow(
    t: Int, _ head: AttentionPlace, _ program: inout ElementProgram
  ) -> Row {
    let (probabilities, slopes, width) = (probabilities, slopes, g.headWidth)
    let scoreChains = probabilities.scores.append(t: t, head, &program)
    let slopeChains = slopes.append(t: t, head, &program)
    let seen = AttentionPlace(b: head.b, h: head.h, t: t, d: 0).seen(g)
    let mean = program.lanes(seen) { j, sum, s throws(DisputeError) in
      ScalarFunctions.fma(
        try probabilities.probability(head, t: t, chain: scoreChains + j * width, s),
        try slopes.product(chain: slopeChains + j * width, s), sum)
    }
    return Row(scores: scoreChains, slopes: slopeChains, mean: mean)
  }

  /// ds[t,j] = (p·(dp − r))·scale.
  private func slope(
    _ row: Row, t: Int, j: Int, _ head: AttentionPlace, _ s: Scalars
  ) throws(DisputeError) -> Float {
    let p = try probabilities.probability(head, t: t, chain: row.scores + j * g.headWidth, s)
    let dp = try slopes.product(chain: row.slopes + j * g.headWidth, s)
    return (p * (dp - (try s.float(row.mean)))) * g.scale
  }

  func appendQueryGradient(
    _ place: AttentionPlace, _ key: AttentionOperand, _ program: inout ElementProgram
  ) {
    let (terms, g) = (self, g)
    let row = appendRow(t: place.t, place, &program)
    _ = program.blocks(0..<place.seen(g)) { j, sum, s throws(DisputeError) in
      ScalarFunctions.fma(
        try terms.slope(row, t: place.t, j: j, place, s),
        try s.input(key.buffer, key.element(place, row: j, g)), sum)
    }
  }

  func appendKeyGradient(
    _ place: AttentionPlace, _ query: AttentionOperand, _ program: inout ElementProgram
  ) {
    let (terms, g, j) = (self, g, place.t)
    let first = g.isCausal ? j : 0
    let rows = (first..<g.positions).map { appendRow(t: $0, place, &program) }
    _ = program.blocks(first..<g.positions) { t, sum, s throws(DisputeError) in
      ScalarFunctions.fma(
        try terms.slope(rows[t - first], t: t, j: j, place, s),
        try s.input(query.buffer, query.element(place, row: t, g)), sum)
    }
  }

  func appendValueGradient(
    _ place: AttentionPlace, _ gradient: AttentionOperand, _ program: inout ElementProgram
  ) {
    let (probabilities, g, j) = (probabilities, g, place.t)
    let first = g.isCausal ? j : 0
    let chains = (first..<g.positions).map { t in
      probabilities.scores.append(t: t, only: j, place, &program)
    }
    _ = program.blocks(first..<g.positions) { t, sum, s throws(DisputeError) in
      ScalarFunctions.fma(
        try probabilities.probability(place, t: t, chain: chains[t - first], s),
        try s.input(gradient.buffer, gradient.element(place, row: t, g)), sum)
    }
  }
}
