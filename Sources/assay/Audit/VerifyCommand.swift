internal import AssayAlgebra
internal import AssayAuditing
internal import AssayCryptography
internal import AssayEvidence
internal import AssayFiles
internal import AssaySettlement
internal import AssaySpecification
internal import AssayVerification
internal import AssayWire

/// `assay verify`: looks at what a file is, and checks it.
struct VerifyCommand: Command {
  static let description = CommandDescription(
    name: "verify",
    abstract:
      "Check a claim, verdict, receipt, certificate, proof or dispute, and print what it says.",
    discussion: """
      Looks at what the file is.

      Of a signed claim or verdict it says who states what. Whether a claim is true is what `assay
      audit` finds out; whether a verdict counts depends on the terms of its job.

      Of a proof (assay prove) it says which steps of a claim were computed exactly. Checking takes
      milliseconds, and neither data nor weights, but the claim and the spec. Arithmetic is GMP's
      unless --arithmetic native asks for the second verifier. A proof of rank-1 constraints (assay
      circuit prove) needs the circuit.

      Of a certificate (assay certify) it draws the intervals again from the delay, and executes
      them again on the data, or checks their proofs: what `assay audit` does, with all in one file.

      Of a dispute's transcript it holds the dispute again, answer by answer, and says who lost.

      A receipt is checked against the terms of its job, and where it names proofs, these again, if
      they are named with --proofs, --claim and --spec. A challenge is drawn again.
      """,
    examples: [
      CommandExample("assay verify run/claim.json", "Shows a claim."),
      CommandExample(
        "assay verify verdict.json --signer verifier.pub", "Also checks who signed it."),
      CommandExample("assay verify run/run.certificate", "Checks a certificate."),
      CommandExample(
        "assay verify interval-3.proof --claim claim.json --spec spec.json", "Checks a proof."),
      CommandExample("assay verify dispute.transcript", "Holds a dispute again."),
      CommandExample(
        "assay verify receipt.json --terms terms.json --proofs proofs --claim claim.json "
          + "--spec spec.json", "Checks a receipt and the proofs that it names."),
    ])

  @Argument(help: "The file.") var file: String
  @Option("file", help: "Of a claim or verdict: public key of who must have signed.")
  var signer: String?
  @Option("file", help: "Of a proof: the claim whose interval it proves.") var claim: String?
  @Option("file", help: "Of a proof: the claim's spec.") var spec: String?
  @Option("name", help: "Of a proof: gmp or native.") var arithmetic: Arithmetic = .gmp
  @Option("file", help: "Of a proof of rank-1 constraints: the .r1cs file.") var circuit: String?
  @Option("file", help: "Of a receipt: the terms of its job.") var terms: String?
  @Option("folder", help: "Of a receipt: the proofs that it names.") var proofs: String?
  var files = DataOptions()
  var weights = WeightsOptions()
  var test = TestDataOptions()
  var options = BackendOptions()

  func run(_ console: Console) throws -> ExitCode {
    let start = try OpenFile(file, for: .reading)
    if FileKind(try start.read(at: 0, count: min(start.byteCount, 64))) == .certificate {
      return try CertificateChecking(
        file: file, files: files, weights: weights, test: test, options: options
      ).run(console)
    }
    let bytes = try FileAccess.read(file, limit: IntervalProof.byteCountLimit)
    switch FileKind(bytes) {
    case .certificate: preconditionFailure("the file was looked at before")
    case .intervalProof:
      guard let claim, let spec else {
        throw UsageError(
          "'\(file)' is the proof of an interval; say of which claim and spec.",
          hint: "Add --claim claim.json --spec spec.json.")
      }
      return try ProofChecking(
        file: file, claimPath: claim, specPath: spec, arithmetic: arithmetic
      ).run(bytes, console)
    case .circuitProof:
      guard let circuit else {
        throw UsageError(
          "'\(file)' is a proof of rank-1 constraints; say of which.",
          hint: "Add --circuit circuit.r1cs.")
      }
      return try CircuitProofChecking(file: file, circuit: circuit, arithmetic: arithmetic)
        .run(bytes, console)
    case .disputeTranscript: return try TranscriptChecking(file: file).run(bytes, console)
    case .receipt:
      guard let terms else {
        throw UsageError(
          "'\(file)' is a receipt; say of which terms.", hint: "Add --terms terms.json.")
      }
      return try ReceiptChecking(
        file: file, terms: terms, proofs: proofs, claim: claim, spec: spec
      ).run(bytes, console)
    case .other(let what, let command):
      throw UsageError(
        "'\(file)' is \(what), which this command does not check.", hint: "See \(command).")
    case .statement, .challenge, .unknown:
      return try StatementChecking(file: file, signer: signer).run(bytes, console)
    }
  }
}
