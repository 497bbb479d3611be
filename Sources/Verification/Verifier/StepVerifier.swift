public import AssayAlgebra
public import AssayCircuits
internal import AssayCommitments
internal import AssayCryptography
internal import AssaySumcheck
internal import AssayTranscripts

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
    var transcript = TranscriptReader<K>(
      schedule: setting.schedule, context: statement.context(setting),
      proof: proof)
    let witness = try Self.read { () throws(TranscriptError) in
      try transcript.digest(ProofLabel.witness)
    }
    let claims =
      try lookups(setting, &transcript) + relationsAndProducts(setting, inputs, &transcript)
    do throws(CommitmentError) {
      try OpeningVerifier.verify(
        claims: claims, oracles: setting.oracles(of: statement, witness: witness),
        parameters: setting.parameters, transcript: &transcript)
    } catch {
      throw .commitment(error)
    }
    do throws(TranscriptError) { try transcript.finish() } catch { throw .transcript(error) }
  }

  /// Two fraction sums that cancel: what they leave to be shown of the columns.
  private static func lookups(
    _ setting: ProofSetting, _ transcript: inout TranscriptReader<K>
  ) throws(ProofError) -> [LinearClaim<K>] {
    let challenges = try read { () throws(TranscriptError) in
      try transcript.challenges(ProofLabel.lookups)
    }
    let lookups = LookupClaims(
      circuit: setting.circuit, layouts: setting.layouts, challenges: challenges)
    let sites: FractionSum.LeafClaim<K>
    let tables: FractionSum.LeafClaim<K>
    do throws(SumcheckError) {
      let siteSum = try FractionSum.verify(
        bits: setting.layouts.siteBits, label: ProofLabel.sites, transcript: &transcript)
      let tableSum = try FractionSum.verify(
        bits: setting.layouts.tableBits, label: ProofLabel.tables, transcript: &transcript)
      try FractionSum.requireCancellation([siteSum.root, tableSum.root])
      (sites, tables) = (siteSum.leaves, tableSum.leaves)
    } catch {
      throw .sumcheck(error)
    }
    guard sites.numerator == lookups.siteNumerator(at: sites.point) else {
      throw .lookupLeaves("numerator of the looked-up positions")
    }
    guard tables.denominator == lookups.tableDenominator(at: tables.point) else {
      throw .lookupLeaves("denominator of the tables")
    }
    return [
      lookups.sites(at: sites.point, denominator: sites.denominator),
      lookups.multiplicities(at: tables.point, numerator: tables.numerator),
    ]
  }

  /// The relations at a random point, and the sumcheck of the products in them.
  private static func relationsAndProducts(
    _ setting: ProofSetting, _ inputs: PublicInputs, _ transcript: inout TranscriptReader<K>
  ) throws(ProofError) -> [LinearClaim<K>] {
    let point = try read { () throws(TranscriptError) in
      try transcript.challenges(ProofLabel.relations)
    }
    let values = try read { () throws(TranscriptError) in
      try transcript.elements(ProofLabel.products)
    }
    let relations = RelationClaims(circuit: setting.circuit, inputs: inputs, point: point)
    let products = ProductClaims(circuit: setting.circuit, inputs: inputs, point: point)
    let sums: BatchedProducts.FactorClaims<K>
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

  private static func read<R>(
    _ body: () throws(TranscriptError) -> R
  ) throws(ProofError) -> R {
    do throws(TranscriptError) { return try body() } catch { throw .transcript(error) }
  }
}
