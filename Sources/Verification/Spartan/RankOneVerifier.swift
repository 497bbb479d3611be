public import AssayAlgebra
internal import AssayCircuits
internal import AssayCommitments
internal import AssayCryptography
internal import AssaySumcheck
internal import AssayTranscripts

/// Checks proofs of rank-1 constraints (Spartan: Setty, ePrint 2019/550), without a set-up.
///
/// 1. A·z ∘ B·z = C·z at all constraints becomes values a, b, c of the three products at a random
///    point x (`ConstraintSum`).
/// 2. With random r the claim r₁a + r₂b + r₃c = Σ_y (r₁A + r₂B + r₃C)(x, y)·z(y) becomes, by a
///    sumcheck over the wires, a value of the matrices and one of z at a random point y.
/// 3. The verifier evaluates the matrices itself, and the commitment to z is opened at y. The same
///    opening shows that the public wires have the public values.
///
/// - Complexity: a product for each entry of the matrices, two for each constraint and wire.
public enum RankOneVerifier {
  /// Accepts when the proof shows the statement.
  ///
  /// - Throws: `ProofError.transcript`, `.sumcheck` and `.commitment`; never traps.
  /// - Soundness: a false statement is accepted with probability at most `RankOneStatement.error()`
  ///   for a prover who sees the challenges as they are drawn. The circuit must be one that the
  ///   verifier knows by its digest: a prover who may choose it could choose one about this hash.
  @specialized(where K == BN254Scalar)
  @specialized(where K == NativeBN254Scalar)
  public static func verify<K: BaseField & ChallengeField>(
    _ proof: [UInt8], of statement: RankOneStatement<K>
  ) throws(ProofError) where K.Base == K {
    var transcript = TranscriptReader<K>(
      schedule: statement.schedule, context: statement.context, proof: proof)
    let root: Digest
    do { root = try transcript.digest(RankOneLabel.root) } catch { throw .transcript(error) }
    let (point, value) = try reduce(statement, transcript: &transcript)
    let challenge: K
    do { challenge = try transcript.challenge(RankOneLabel.publicWires) } catch {
      throw .transcript(error)
    }
    do {
      try OpeningVerifier.verify(
        claims: statement.claims(point: point, value: value, challenge: challenge),
        oracles: [(statement.layout, root)], parameters: statement.parameters,
        transcript: &transcript)
    } catch { throw .commitment(error) }
    do { try transcript.finish() } catch { throw .transcript(error) }
  }

  /// Steps 1 and 2: the value that the witness must have at a point.
  private static func reduce<K: BaseField & ChallengeField>(
    _ statement: RankOneStatement<K>, transcript: inout TranscriptReader<K>
  ) throws(ProofError) -> (point: [K], value: K) where K.Base == K {
    let products: ConstraintSum.Claim<K>
    do {
      products = try ConstraintSum.verify(
        variables: statement.constraintVariables, label: RankOneLabel.constraints,
        transcript: &transcript)
    } catch { throw .sumcheck(error) }
    let weights: [K]
    do { weights = try transcript.challenges(RankOneLabel.matrices) } catch {
      throw .transcript(error)
    }
    let rounds: RoundsResult<K>
    do {
      rounds = try SumcheckRounds.verify(
        claim: K.dot(weights, [products.a, products.b, products.c]),
        rounds: statement.wireVariables, degree: RankOneLabel.wireDegree,
        label: RankOneLabel.wires, transcript: &transcript)
    } catch { throw .sumcheck(error) }
    let sent: [K]
    do { sent = try transcript.elements(RankOneLabel.value) } catch { throw .transcript(error) }
    let system = statement.system
    let rows = Multilinear.eqTable(products.point)
    let columns = Multilinear.eqTable(rounds.point)
    let matrices = [system.a, system.b, system.c].map {
      $0.sum(rowWeights: rows, columnWeights: columns)
    }
    guard let value = sent.first, K.dot(weights, matrices) * value == rounds.value else {
      throw .sumcheck(.products(label: RankOneLabel.wires))
    }
    return (rounds.point, value)
  }
}
