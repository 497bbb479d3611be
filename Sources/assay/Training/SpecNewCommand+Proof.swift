internal import AssayCircuits
internal import AssayProving
internal import AssaySpecification
internal import AssayVerification

extension SpecNewCommand {
  /// How states and data are committed to for proofs, where proofs are asked for.
  ///
  /// - Parameter plain: the same spec without proofs.
  func proofOptions(for plain: Spec, interval: UInt64) throws -> ProofOptions? {
    guard provable || proofSteps != nil else { return nil }
    guard numerics == .integer else {
      throw UsageError(
        "Only integer numerics can be proved.", hint: "Add --numerics integer.")
    }
    let steps = min(proofSteps ?? Self.usualProofSteps, Int(clamping: interval))
    let circuit = try Circuit(spec: plain, stepCount: steps)
    let rows = try ProofSetting.rows(for: circuit)
    let setting = try ProofSetting(circuit: circuit, rows: rows)
    let dataset = try files.dataset(for: plain.data)
    let root = try DataCommitment.root(of: dataset, setting: setting)
    return ProofOptions(
      steps: steps, rowBits: rows.rowBits, rateBits: rows.rateBits, dataRoot: root)
  }

  /// Steps that one proof covers unless another number is asked for.
  private static var usualProofSteps: Int { 4 }
}
