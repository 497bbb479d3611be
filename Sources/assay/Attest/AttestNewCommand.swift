internal import AssayAttestations
internal import AssayCryptography
internal import AssayFiles
internal import AssaySpecification
internal import AssayTraining
internal import AssayWire
internal import Foundation

/// `assay attest new`: signs a provenance or a verification summary.
struct AttestNewCommand: Command {
  static let description = CommandDescription(
    name: "new", abstract: "Sign a model's provenance, or what an audit of it found.",
    discussion: """
      With the provider's key and the claim: SLSA Provenance v1, whose subject is the last state,
      whose materials are spec, data and given weights. With --verdict and --challenge, and the
      verifier's key: a SLSA Verification Summary v1. Both are in-toto statements in DSSE envelopes;
      each is one more line of --out, which other people's tools verify.

      Where --state gives the last state's file, the model that `assay export` writes from it is
      computed here, and is a subject too: the signer then vouches for that file. Without it only
      the state's own file is one.
      """,
    examples: [
      CommandExample(
        "assay attest new run/claim.json --spec run/spec.json --state "
          + "run/checkpoints/step-000000000200.safetensors --key provider.key --out "
          + "model.safetensors.intoto.jsonl", "The provider's statement."),
      CommandExample(
        "assay attest new run/claim.json --spec run/spec.json --verdict verdict.json --challenge "
          + "challenge.json --key verifier.key --out model.safetensors.intoto.jsonl",
        "Adds the verifier's."),
    ])

  @Argument(help: "The signed claim.") var claim: String
  @Option("file", help: "The claim's spec.") var spec: String
  @Option("file", help: "The last state's file, as the run folder holds it.") var state: String?
  @Option("file", help: "The private key of the provider, or of the verifier.") var key: String
  @Option("file", help: "For a summary: the signed verdict.") var verdict: String?
  @Option("file", help: "For a summary: the challenge that was answered.") var challenge: String?
  @Option("file", help: "Where to add the line.") var out: String
  @Option("seconds", in: 0...253_402_300_799, help: "The time since 1970; the clock's if left out.")
  var now: UInt64?
  var weights = WeightsOptions()

  func run(_ console: Console) throws -> ExitCode {
    guard (verdict == nil) == (challenge == nil) else {
      throw UsageError(
        "A summary is of a verdict and the challenge that it answers.",
        hint: "Add --verdict verdict.json --challenge challenge.json.")
    }
    let key = try KeyFiles.signingKey(at: key)
    let spec = try InputFiles.spec(spec)
    let bytes = try FileAccess.read(claim, limit: Envelope.maximumByteCount)
    let model = try modelDigest(bytes, spec, console)
    let envelope: Envelope
    let kind: String
    do {
      if let verdict, let challenge {
        kind = "verification summary"
        envelope = try VerificationSummary(
          inputs: .init(
            claim: bytes, verdict: FileAccess.read(verdict, limit: Envelope.maximumByteCount),
            challenge: FileAccess.read(challenge, limit: Envelope.maximumByteCount)),
          model: model, time: now ?? UInt64(max(0, Date.now.timeIntervalSince1970))
        ).signed(by: key)
      } else {
        kind = "provenance"
        envelope = try TrainingProvenance(claim: bytes, spec: spec, model: model).signed(by: key)
      }
    } catch let error as AttestationError {
      throw OperationError("\(error)")
    }
    try add(envelope.encoded)
    try console.print("added     \(kind), to \(out)")
    try console.print("identity  \(envelope.identity)")
    try console.print("model     \(model?.hex ?? "not stated: add --state")")
    try console.json(
      .object([
        "attestation": .string(out), "kind": .string(kind),
        "identity": .string(envelope.identity.hex), "model": model.map { .string($0.hex) } ?? .null,
      ]))
    return .success
  }

  /// SHA-256 of the exported model, from the state that the claim names.
  private func modelDigest(_ claim: [UInt8], _ spec: Spec, _ console: Console) throws -> Digest? {
    guard let state else { return nil }
    let claim = try InputFiles.claim(self.claim)
    let limit = ModelState.safetensorsByteCount(step: claim.lastStep, layout: spec.stateLayout)
    let bytes = try FileAccess.read(state, limit: limit)
    guard SHA256.digest(of: bytes) == claim.artefact else {
      throw OperationError("'\(state)' is not the last state of the claim: its SHA-256 differs.")
    }
    guard spec.numerics == .float32 else {
      console.note("assay: a state of integers is the model; there is no other file to export.")
      return nil
    }
    let last = try ModelState(
      safetensors: bytes, step: claim.lastStep, layout: spec.stateLayout)
    return SHA256.digest(of: try last.exported(spec, weights: weights.file(for: spec)))
  }

  private func add(_ line: [UInt8]) throws {
    var bytes: [UInt8] = []
    if FileAccess.exists(out) {
      bytes = try FileAccess.read(out, limit: AttestationBundle.maximumByteCount)
      if let last = bytes.last, last != 0x0a { bytes.append(0x0a) }
    }
    try FileAccess.write(bytes + line + [0x0a], to: out)
  }
}
