package import AssayTranscripts

/// The labels of an opening's messages and challenges, in one place for both sides.
package enum OpeningLabel {
  package static let claims = "opening: batch of claims"
  package static let mask = "opening: mask"
  package static let maskChallenge = "opening: mask challenge"
  package static let last = "opening: last vector"
  package static let lastRound = "opening: last round"
  package static let lastChallenge = "opening: last challenge"

  package static func root(_ level: Int) -> String { "opening \(level): root" }
  package static func round(_ level: Int) -> String { "opening \(level): round" }
  package static func challenge(_ level: Int) -> String { "opening \(level): challenge" }
  package static func grind(_ level: Int) -> String { "opening \(level): grind" }
  package static func indices(_ level: Int) -> String { "opening \(level): indices" }
  package static func columns(_ level: Int) -> String { "opening \(level): columns" }
  package static func batch(_ level: Int) -> String { "opening \(level): batch of queries" }
}

/// What one round of an opening's sumcheck sends: the values at 0 and at infinity (the leading
/// coefficient) of a polynomial of degree 2. Its value at 1 follows from the claim.
package let openingRoundElementCount = 2

extension CommitmentParameters {
  /// The steps of an opening: what is sent and drawn, in order.
  ///
  /// - Parameters:
  ///   - layouts: the oracles that are opened together; their roots and everything that the claims
  ///     depend on are in the transcript before.
  ///   - byteCounts: of an element of the base field, and of the field of challenges.
  package func schedule(
    layouts: [OracleLayout], byteCounts: (base: Int, challenge: Int)
  ) throws(CommitmentError) -> [Schedule.Step] {
    let stack = try RowStack(layouts)
    var steps = [Schedule.Step(OpeningLabel.claims, .challenges(1))]
    func round(_ label: String, _ challenge: String) -> [Schedule.Step] {
      [
        Schedule.Step(label, .elements(openingRoundElementCount)),
        Schedule.Step(challenge, .challenges(1)),
      ]
    }
    func rounds(_ level: Int, _ count: Int) -> [Schedule.Step] {
      let steps = round(OpeningLabel.round(level), OpeningLabel.challenge(level))
      return Array(repeating: steps, count: count).flatMap { $0 }
    }
    func queries(_ code: Code) throws(CommitmentError) -> [Schedule.Step] {
      let masks = maskCount(rounds: stack.rowIndexBits)
      let opened = code.level == 0 ? layouts.filter { $0.rowBits == code.messageBits } : []
      let columnByteCount =
        code.level == 0
        ? opened.reduce(masks) { $0 + $1.rowCount } * byteCounts.base
        : byteCounts.challenge * code.rowCount
      let trees = code.level == 0 ? opened.count : 1
      let depth = code.codeBits + (code.level == 0 && isHiding ? 1 : 0)
      let limit = code.queries * (columnByteCount + trees * depth * 32)
      guard limit <= UInt32.max else {
        throw .parameters(
          reason: "level \(code.level): expected opened columns of less than 2^32 bytes, found "
            + "\(limit); choose longer rows")
      }
      return [
        Schedule.Step(OpeningLabel.grind(code.level), .grind(bits: grindingBits)),
        Schedule.Step(
          OpeningLabel.indices(code.level), .indices(count: code.queries, bits: code.codeBits)),
        Schedule.Step(OpeningLabel.columns(code.level), .opening(limit: limit)),
        Schedule.Step(OpeningLabel.batch(code.level), .challenges(1)),
      ]
    }
    if isHiding {
      steps += [
        Schedule.Step(OpeningLabel.mask, .elements(1)),
        Schedule.Step(OpeningLabel.maskChallenge, .challenges(1)),
      ]
    }
    steps += rounds(0, stack.rowIndexBits)
    var below = codesOfRows
    for code in codesOfLevels {
      steps.append(Schedule.Step(OpeningLabel.root(code.level), .digest))
      for code in below { steps += try queries(code) }
      steps += rounds(code.level, code.roundCount)
      below = [code]
    }
    steps.append(Schedule.Step(OpeningLabel.last, .elements(lastCount)))
    for code in below { steps += try queries(code) }
    for _ in 0..<lastBits { steps += round(OpeningLabel.lastRound, OpeningLabel.lastChallenge) }
    return steps
  }
}
