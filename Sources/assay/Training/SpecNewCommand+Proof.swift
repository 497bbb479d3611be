internal import AssayCircuits
internal import AssayProving
internal import AssaySpecification
internal import AssayVerification

extension SpecNewCommand {
  /// How states and data are committed to for proofs, where proofs are asked for.
  ///
  /// - Parameter plain: the same spec without proofs.
  func proofOptions(for plain: Spec, interval: UInt64) throws -> ProofOptions? {
    guard provable || proofSteps != nil || hiding else {
      guard openings == nil, secret == nil else {
        throw UsageError("Nothing is hidden.", hint: "Add --hiding, or leave the option out.")
      }
      return nil
    }
    guard numerics == .integer else {
      throw UsageError(
        "Only integer numerics can be proved.", hint: "Add --numerics integer.")
    }
    let steps = min(proofSteps ?? Self.usualProofSteps, Int(clamping: interval))
    let circuit = try Circuit(spec: plain, stepCount: steps)
    let openings = hiding ? self.openings ?? Self.usualOpenings : 0
    let rows = try ProofSetting.rows(for: circuit, hiddenOpenings: openings)
    let setting = try ProofSetting(circuit: circuit, rows: rows, hiddenOpenings: openings)
    let dataset = try files.dataset(for: plain.data)
    let secret = hiding ? try HidingSecret.make(at: secretPath) : nil
    let root = try DataCommitment.root(
      of: dataset, setting: setting,
      key: secret.map {
        HidingKeys.data(secret: $0, root: plain.data.root, setting: setting)
      })
    return ProofOptions(steps: steps, rows: rows, dataRoot: root, openings: openings)
  }

  /// Where the secret of a spec with hiding proofs is written.
  var secretPath: String { secret ?? out + ".secret" }

  /// Proofs that hidden data may be opened in unless another number is asked for.
  private static var usualOpenings: Int { 16 }

  /// Steps that one proof covers unless another number is asked for.
  private static var usualProofSteps: Int { 4 }
}
