public import AssayAlgebra
public import AssayCryptography
public import AssayTranscripts

/// Checks that claims about committed columns hold, in one opening of all oracles.
///
/// See the room's documentation for the protocol. Nothing here is trusted but the arguments: the
/// layouts, parameters and claims are the verifier's own.
public enum OpeningVerifier {
  /// The steps of an opening: what is sent and drawn, in order.
  public static func schedule<K: ChallengeField>(
    layouts: [OracleLayout], parameters: CommitmentParameters, field: K.Type
  ) throws(CommitmentError) -> [Schedule.Step] {
    try parameters.schedule(
      layouts: layouts, byteCounts: (K.Base.byteCount, K.byteCount))
  }

  /// Accepts when every claim holds for the columns that the roots commit to.
  ///
  /// - Parameters:
  ///   - claims: what is to be shown; at least one.
  ///   - oracles: the layouts and roots, in the order that claims number them in.
  ///   - parameters: the verifier's own.
  ///   - transcript: has absorbed the roots, and everything that the claims depend on.
  /// - Throws: `CommitmentError`.
  /// - Soundness: if a claim is false, or a root commits to no columns, at most the sum of
  ///   `CommitmentParameters.securityTerms` of the challenges lead to acceptance.
  @specialized(where R == TranscriptReader<GMPGoldilocksExtension>)
  @specialized(where R == TranscriptReader<GoldilocksExtension>)
  @specialized(where R == TranscriptReader<BN254Scalar>)
  @specialized(where R == TranscriptReader<NativeBN254Scalar>)
  public static func verify<R: MessageReader & ~Copyable>(
    claims: [LinearClaim<R.K>], oracles: [(layout: OracleLayout, root: Digest)],
    parameters: CommitmentParameters, transcript: inout R
  ) throws(CommitmentError) {
    typealias K = R.K
    let layouts = oracles.map(\.layout)
    let stack = try RowStack(layouts)
    try parameters.check(layouts: layouts, twoAdicity: K.Base.twoAdicity)
    guard !claims.isEmpty else {
      throw .claim(claim: 0, reason: "expected at least 1 claim, found none")
    }
    var weights: [[[BlockWeight<K>]]] = []
    for (number, claim) in claims.enumerated() {
      weights.append(
        try claim.blockWeights(layouts: layouts, stack: stack, number: number))
    }
    let batch: K
    do { batch = try transcript.challenge(OpeningLabel.claims) } catch { throw .transcript(error) }
    var sum = K.zero
    for claim in claims.reversed() { sum = sum * batch + claim.value }
    var opening = OpeningState(sum: sum, parameters: parameters)
    let last = try opening.receive(oracles: oracles, stack: stack, from: &transcript)
    try opening.finish(last: last, weights: weights, batch: batch, stack: stack)
  }
}

extension CommitmentParameters {
  /// - Throws: `CommitmentError.parameters` unless these parameters fit the layouts and the field.
  package func check(
    layouts: [OracleLayout], twoAdicity: Int
  ) throws(CommitmentError) {
    let lengths = rowCodes.map(\.rowBits)
    guard Set(layouts.map(\.rowBits)) == Set(lengths) else {
      throw .parameters(
        reason: "expected layouts with rows of 2^b elements for each b = \(lengths), found b = "
          + "\(layouts.map(\.rowBits))")
    }
    let codes = codesOfRows + codesOfLevels
    guard codes.allSatisfy({ $0.codeBits <= twoAdicity }) else {
      throw .parameters(
        reason: "expected codes of at most 2^\(twoAdicity) positions, found 2^b with b = "
          + "\(codes.map(\.codeBits))")
    }
  }
}
