public import AssayAlgebra
public import AssayCircuits
package import AssayCommitments
package import AssayCryptography
package import AssaySumcheck
package import AssayTranscripts

/// Checks proofs of steps in the arithmetic `K`.
///
/// A pure function of the statement and the proof's bytes: no clock, no randomness, nothing kept
/// from proof to proof. Refuses with the rule that failed.
public enum StepVerifier<K: ChallengeField> {
  /// Checks that `proof` proves `statement` in `setting`, run with `inputs`.
  ///
  /// - Precondition: `setting` and `inputs` belong to the statement's spec and steps.
  @specialized(where K == GMPGoldilocksExtension)
  @specialized(where K == GoldilocksExtension)
  public static func verify(
    _ proof: [UInt8], of statement: StepStatement, setting: ProofSetting, inputs: PublicInputs
  ) throws(ProofError) {
    let transcript = try verify(
      reading: TranscriptReader<K>(
        schedule: setting.schedule, context: statement.context(setting), proof: proof),
      of: statement, setting: setting, inputs: inputs)
    do throws(TranscriptError) { try transcript.finish() } catch { throw .transcript(error) }
  }

  /// Checks messages, wherever they and the challenges come from; gives back where they were read.
  @specialized(where K == GMPGoldilocksExtension, R == TranscriptReader<GMPGoldilocksExtension>)
  @specialized(where K == GoldilocksExtension, R == TranscriptReader<GoldilocksExtension>)
  package static func verify<R: MessageReader<K> & ClaimReader<K> & ~Copyable>(
    reading transcript: consuming R, of statement: StepStatement, setting: ProofSetting,
    inputs: PublicInputs
  ) throws(ProofError) -> R {
    let stages = try stages(transcript, setting: setting, inputs: inputs)
    let claims = stages.claims
    let oracles = setting.oracles(
      of: statement, witness: stages.witness, padsRoot: stages.padsRoot)
    var rest = stages.transcript
    do throws(CommitmentError) {
      try OpeningVerifier.verify(
        claims: claims, oracles: oracles, parameters: setting.parameters, transcript: &rest)
    } catch {
      throw .commitment(error)
    }
    return rest
  }

  /// What all stages before the opening leave to be shown.
  package struct Stages<R: ~Copyable>: ~Copyable {
    /// At the first step of the opening.
    package let transcript: R
    package let witness: Digest
    package let padsRoot: Digest?
    package let claims: [LinearClaim<K>]
  }

  /// Reads the stages before the opening.
  @specialized(where K == GMPGoldilocksExtension, R == TranscriptReader<GMPGoldilocksExtension>)
  @specialized(where K == GoldilocksExtension, R == TranscriptReader<GoldilocksExtension>)
  package static func stages<R: MessageReader<K> & ClaimReader<K> & ~Copyable>(
    _ transcript: consuming R, setting: ProofSetting, inputs: PublicInputs
  ) throws(ProofError) -> Stages<R> {
    let witness: Digest
    do throws(TranscriptError) { witness = try transcript.digest(ProofLabel.witness) } catch {
      throw .transcript(error)
    }
    guard let pads = setting.pads else {
      let claims = try claims(setting, inputs, &transcript)
      return Stages(transcript: transcript, witness: witness, padsRoot: nil, claims: claims)
    }
    let padsRoot: Digest
    do throws(TranscriptError) { padsRoot = try transcript.digest(PadLabel.root) } catch {
      throw .transcript(error)
    }
    var masked = MaskedReader(transcript)
    let stated = try Self.claims(setting, inputs, &masked)
    let claims: [LinearClaim<K>]
    do throws(SumcheckError) {
      claims = try masked.settle(stated, pads: pads, oracle: setting.layouts.oracles.count)
    } catch {
      throw .sumcheck(error)
    }
    return Stages(
      transcript: masked.transcript, witness: witness, padsRoot: padsRoot, claims: claims)
  }

  /// What look-ups, relations and products leave to be shown of the columns.
  private static func claims<T: ClaimReader & ~Copyable>(
    _ setting: ProofSetting, _ inputs: PublicInputs, _ transcript: inout T
  ) throws(ProofError) -> [LinearClaim<T.Value>] where T.Value: AffineValue<K> {
    try lookups(setting, &transcript) + relationsAndProducts(setting, inputs, &transcript)
  }

  /// Two fraction sums that cancel: what they leave to be shown of the columns.
  private static func lookups<T: ClaimReader & ~Copyable>(
    _ setting: ProofSetting, _ transcript: inout T
  ) throws(ProofError) -> [LinearClaim<T.Value>] where T.Value: AffineValue<K> {
    let challenges = try challenges(ProofLabel.lookups, &transcript)
    let lookups = LookupClaims(
      circuit: setting.circuit, layouts: setting.layouts, challenges: challenges)
    let sites: FractionSum.LeafClaim<T.Value>
    let tables: FractionSum.LeafClaim<T.Value>
    do throws(SumcheckError) {
      let siteSum = try FractionSum.verify(
        bits: setting.layouts.siteBits, label: ProofLabel.sites, transcript: &transcript)
      let tableSum = try FractionSum.verify(
        bits: setting.layouts.tableBits, label: ProofLabel.tables, transcript: &transcript)
      try FractionSum.requireCancellation(
        [siteSum.root, tableSum.root], label: ProofLabel.lookups, transcript: &transcript)
      (sites, tables) = (siteSum.leaves, tableSum.leaves)
    } catch {
      throw .sumcheck(error)
    }
    let numerator = T.Value(constant: lookups.siteNumerator(at: sites.point))
    guard transcript.areEqual(sites.numerator, numerator) else {
      throw .lookupLeaves("numerator of the looked-up positions")
    }
    let denominator = T.Value(constant: lookups.tableDenominator(at: tables.point))
    guard transcript.areEqual(tables.denominator, denominator) else {
      throw .lookupLeaves("denominator of the tables")
    }
    return [
      lookups.sites(at: sites.point, denominator: sites.denominator),
      lookups.multiplicities(at: tables.point, numerator: tables.numerator),
    ]
  }

  /// The relations at a random point, and the sumcheck of the products in them.
  private static func relationsAndProducts<T: ClaimReader & ~Copyable>(
    _ setting: ProofSetting, _ inputs: PublicInputs, _ transcript: inout T
  ) throws(ProofError) -> [LinearClaim<T.Value>] where T.Value: AffineValue<K> {
    let point = try challenges(ProofLabel.relations, &transcript)
    let values: [T.Value]
    do throws(TranscriptError) { values = try transcript.values(ProofLabel.products) } catch {
      throw .transcript(error)
    }
    let relations = RelationClaims(circuit: setting.circuit, inputs: inputs, point: point)
    let products = ProductClaims(circuit: setting.circuit, inputs: inputs, point: point)
    let sums: BatchedProducts.FactorClaims<T.Value>
    do throws(SumcheckError) {
      sums = try BatchedProducts.verify(
        products.instances(values: values), label: ProofLabel.products, transcript: &transcript)
    } catch {
      throw .sumcheck(error)
    }
    return relations.claims(products: values)
      + products.claims(
        at: sums.point, values: sums.factors.map { ($0.left, $0.right) })
  }

  private static func challenges<T: ClaimReader & ~Copyable>(
    _ label: String, _ transcript: inout T
  ) throws(ProofError) -> [K] where T.Value: AffineValue<K> {
    do throws(TranscriptError) { return try transcript.challenges(label) } catch {
      throw .transcript(error)
    }
  }
}
