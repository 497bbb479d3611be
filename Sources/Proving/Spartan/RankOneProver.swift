public import AssayAlgebra
internal import AssayCircuits
internal import AssayCommitments
internal import AssaySumcheck
internal import AssayTranscripts
public import AssayVerification

/// Proves rank-1 constraints. The protocol is described where it is checked, at `RankOneVerifier`.
///
/// - Complexity: for n wires and constraints n·log n products of the field, in plain Swift on one
///   thread.
public enum RankOneProver {
  /// Proves that a witness satisfies the constraints and has the public values.
  ///
  /// - Throws: `ProofError.rankOne` when it does not satisfy them, `.statement` when it has other
  ///   public values, `.commitment` when it is too long.
  @specialized(where K == BN254Scalar)
  @specialized(where K == NativeBN254Scalar)
  public static func prove<K: BaseField & ChallengeField>(
    _ statement: RankOneStatement<K>, witness: [K]
  ) throws(ProofError) -> [UInt8] where K.Base == K {
    let system = statement.system
    do throws(RankOneError) {
      if let constraint = try system.firstUnsatisfiedConstraint(witness) {
        throw RankOneError.unsatisfied(constraint: constraint)
      }
    } catch { throw .rankOne(error) }
    for (wire, value) in statement.publicValues.enumerated() where witness[wire + 1] != value {
      throw .statement(
        field: "public value \(wire)", expected: "\(value)", found: "\(witness[wire + 1])")
    }
    return try prove(statement, uncheckedWitness: witness)
  }

  /// Goes through the protocol with whatever the witness is, one value for each wire.
  ///
  /// - Parameter vector: what A, B and C are said to be multiplied with; the witness if absent.
  package static func prove<K: BaseField & ChallengeField>(
    _ statement: RankOneStatement<K>, uncheckedWitness witness: [K], multiplying vector: [K]? = nil
  ) throws(ProofError) -> [UInt8] where K.Base == K {
    let arithmetic = PlainArithmetic<K>()
    let oracle = CommittedOracle(
      arithmetic.rows([witness], layout: statement.layout), layout: statement.layout,
      rateBits: statement.parameters.rowCodes[0].rateBits, arithmetic: arithmetic)
    var transcript = TranscriptWriter<K>(
      schedule: statement.schedule, context: statement.context)
    do { try transcript.send(RankOneLabel.root, digest: oracle.root) } catch {
      throw .transcript(error)
    }
    let (point, value) = try reduce(
      statement, witness: witness, vector: vector ?? witness, transcript: &transcript)
    do throws(CommitmentError) {
      let challenge: K
      do { challenge = try transcript.challenge(RankOneLabel.publicWires) } catch {
        throw CommitmentError.transcript(error)
      }
      try OpeningProver.open(
        claims: statement.claims(point: point, value: value, challenge: challenge),
        oracles: [oracle], parameters: statement.parameters, arithmetic: arithmetic,
        transcript: &transcript)
    } catch { throw .commitment(error) }
    do { return try transcript.finish() } catch { throw .transcript(error) }
  }

  private static func reduce<K: BaseField & ChallengeField>(
    _ statement: RankOneStatement<K>, witness: [K], vector: [K],
    transcript: inout TranscriptWriter<K>
  ) throws(ProofError) -> (point: [K], value: K) where K.Base == K {
    let system = statement.system
    do throws(SumcheckError) {
      let products = try PlainConstraintSum.prove(
        a: system.a.product(with: vector), b: system.b.product(with: vector),
        c: system.c.product(with: vector), variables: statement.constraintVariables,
        label: RankOneLabel.constraints, transcript: &transcript)
      let weights: [K]
      do { weights = try transcript.challenges(RankOneLabel.matrices) } catch {
        throw .transcript(error)
      }
      let rows = Multilinear.eqTable(products.point)
      let zeros = [K](
        repeating: .zero, count: 1 << statement.wireVariables - system.wireCount)
      var combination = [K](repeating: .zero, count: system.wireCount)
      for (weight, matrix) in zip(weights, [system.a, system.b, system.c]) {
        for (wire, value) in matrix.combination(rowWeights: rows).enumerated() {
          combination[wire] += weight * value
        }
      }
      var tables = PlainTables<K>(
        [
          .init(
            tables: [combination + zeros, witness + zeros], variables: statement.wireVariables,
            scale: .one
          ) { values in values[0] * values[1] }
        ], weights: SumcheckRounds.uniformWeights(statement.wireVariables),
        degree: RankOneLabel.wireDegree)
      let point = try tables.prove(
        rounds: statement.wireVariables, label: RankOneLabel.wires, transcript: &transcript)
      let value = tables.values(ofSummand: 0)[1]
      try transcript.write(RankOneLabel.value, [value])
      return (point, value)
    } catch { throw .sumcheck(error) }
  }
}
