internal import AssayCryptography
internal import AssayDatasets
internal import AssayEvidence
internal import AssayFiles
internal import AssayTolerance
internal import AssayWire
internal import Foundation

/// `assay tolerance verify`: executes intervals again by the buyer's own step function.
struct ToleranceVerifyCommand: Command {
  static let description = CommandDescription(
    name: "verify",
    abstract: "Execute intervals of a claimed trace again, within a TOLERANCE.",
    discussion: """
      Runs your own step function on the intervals that the policy selects, each from its claimed
      start, and compares where it ends with the claimed end. Whole numbers, settings and schedules
      must be equal; weights within the policy's distances.

      The program stands after '--'. It finds its request in the folder that the environment names
      as ASSAY_STEP_FOLDER; `assay_trace.serve` of the Python package answers it. It runs in a
      sandbox (bubblewrap) without network, which can read the system's folders and what --read
      names, and write nothing but its answer; a GPU is not seen there. Its memory, its answer and
      its time are limited.

      The draw follows from two secrets, the claim and the policy; secrets that are left out are
      made here, which convinces whoever runs this command.

      The verdict says TOLERANCE and lists what that cannot exclude. Money that terms tie to
      execution with zero tolerance or to proofs never moves on it.
      """,
    examples: [
      CommandExample(
        "assay tolerance verify trace --policy policy.json --read . -- python3 step.py",
        "Runs step.py from this folder on the drawn intervals."),
      CommandExample(
        "assay tolerance verify trace --policy policy.json --key verifier.key --out verdict.json "
          + "--read /opt/venv --read data --memory 8000 --seconds 600 -- /opt/venv/bin/python "
          + "data/step.py", "Signs the verdict."),
    ])

  @Argument(help: "The folder of the trace.") var trace: String
  @Argument(help: "The step function: a program and its arguments, after '--'.")
  var program: [String]
  @Option("file", help: "The policy.") var policy: String
  @Option("file", help: "The claim; claim.json in the trace's folder if left out.")
  var claim: String?
  @Option("file", help: "Public key of the provider that was hired.") var provider: String?
  @Option("file", help: "The terms of the job.") var terms: String?
  @Option("file", help: "The buyer's secret, as `assay terms secret` writes it.")
  var buyerSecret: String?
  @Option("file", help: "The operator's secret.") var operatorSecret: String?
  @Option("file", help: "The verifier's private key, to sign the verdict.") var key: String?
  @Option("file", help: "Where to write the signed verdict.") var out: String = "verdict.json"
  @Option("path", help: "A file or folder that the program may read; repeat it for more.")
  var read: [String]
  @Option("megabytes", in: 16...1 << 30, help: "The most memory of each of its processes.")
  var memory: Int = 16_000
  @Option("seconds", in: 1...1 << 20, help: "The most time for one interval.")
  var seconds: Int = 3600
  @Flag(help: "Run the program with your own rights, where bubblewrap is missing.")
  var unsandboxed: Bool

  func run(_ console: Console) throws -> ExitCode {
    let signer = try key.map(KeyFiles.signingKey)
    let policy = try declaredPolicy()
    guard !unsandboxed || read.isEmpty else {
      throw UsageError(
        "--read has no meaning with --unsandboxed.", hint: "Leave out one of them.")
    }
    let program = try StepProgram(
      program, readable: read, isSandboxed: !unsandboxed, memoryMegabytes: memory,
      seconds: seconds)
    let secrets = try secrets()
    let opened: OpenedToleranceClaim
    let verification: ToleranceVerification
    do throws(ToleranceError) {
      opened = try ToleranceClaim.open(try claimBytes())
      verification = try ToleranceVerification(
        trace: ToleranceTrace(opening: trace), claim: opened, policy: policy,
        secrets: secrets)
    } catch {
      switch error {
      case .file, .batches(.unreadable): throw error
      default: return try refuse("\(error)", console)
      }
    }
    if let reason = try mismatch(opened.claim) { return try refuse(reason, console) }
    let bar = console.progress(total: 1000, unit: "‰ of the intervals")
    defer { bar.finish() }
    let verdict = try verification.verdict(by: program, device: program.words) { done, total in
      bar.update(done * 1000 / max(1, total), remark: "")
    }
    bar.finish()
    if let signer { try FileAccess.write(verdict.signed(by: signer).encoded, to: out) }
    try ToleranceText.show(verdict, console)
    if signer != nil { try console.print("verdict      \(out)") }
    try console.json(ToleranceText.json(verdict, file: signer == nil ? nil : out))
    return switch verdict.outcome {
    case .accepted: .success
    case .rejected: .rejected
    case .inconclusive: .failed
    }
  }

  private func declaredPolicy() throws -> TolerancePolicy {
    let bytes = try FileAccess.read(policy, limit: TolerancePolicy.byteCountLimit)
    do {
      return try TolerancePolicy(decoding: bytes)
    } catch {
      throw OperationError("'\(policy)' is no tolerance policy: \(error)")
    }
  }

  private func claimBytes() throws(ToleranceError) -> [UInt8] {
    do throws(FileError) {
      return try FileAccess.read(
        claim ?? trace + "/claim.json", limit: Envelope.maximumByteCount)
    } catch { throw .file(error) }
  }

  private func secrets() throws -> ToleranceSecrets {
    ToleranceSecrets(
      buyer: try buyerSecret.map(SecretFiles.secret) ?? RandomBytes.make(32),
      operator: try operatorSecret.map(SecretFiles.secret) ?? RandomBytes.make(32))
  }

  /// Why the claim is not the one that was asked for; nil where it is.
  private func mismatch(_ claim: ToleranceClaim) throws -> String? {
    if let provider, try KeyFiles.verifyingKey(at: provider) != claim.provider {
      return "it is signed by another provider, \(claim.provider.keyID)"
    }
    let job = try TermsReference(path: terms)
    if terms != nil, claim.terms != job.digest || claim.job != job.job {
      return "the claim is for other terms, \(claim.terms)"
    }
    return nil
  }

  private func refuse(_ reason: String, _ console: Console) throws -> ExitCode {
    console.note("assay: '\(trace)' is refused: \(AuditText.printable(reason))")
    try console.json(
      .object([
        "class": .string("TOLERANCE"), "result": .string("FAILED"), "reason": .string(reason),
      ]))
    return .rejected
  }
}

/// What people and programs are told of a verdict within a tolerance.
enum ToleranceText {
  static func show(_ verdict: ToleranceVerdict, _ console: Console) throws {
    try console.print("class        TOLERANCE")
    try console.print(
      "executed     \(verdict.findings.count) of \(verdict.intervalCount) intervals again")
    for finding in verdict.findings {
      let parts = zip(verdict.policy.bounds, finding.distances).map { bound, distance in
        "\(bound.distance.rawValue) \(AuditText.printable(bound.group)) "
          + String(format: "%.2g", distance)
      }
      try console.print(
        "  interval \(finding.interval): \(parts.joined(separator: ", "))"
          + (finding.isUninformative(verdict.policy) ? "; shows nothing" : ""))
    }
    switch verdict.outcome {
    case .accepted: try console.print("result       PASSED, within the TOLERANCE")
    case .inconclusive:
      try console.print(
        "result       INCONCLUSIVE: intervals whose start would pass for their end show nothing")
    case .rejected(let rejection):
      try console.print(
        "result       FAILED: \(rejection.fault.rawValue) in interval \(rejection.interval)")
      try console.print("             \(AuditText.printable(rejection.reason))")
    }
    try console.print("It cannot exclude:")
    for weakness in verdict.weaknesses { try console.print("  - \(weakness.explanation)") }
  }

  static func json(_ verdict: ToleranceVerdict, file: String?) -> JSONValue {
    var members = [
      JSONMember(name: "class", value: .string("TOLERANCE")),
      JSONMember(name: "result", value: .string(verdict.result)),
      JSONMember(name: "intervalCount", value: .integer(verdict.intervalCount)),
      JSONMember(name: "findings", value: .array(verdict.findings.map(\.json))),
      JSONMember(
        name: "notExcluded",
        value: .array(verdict.weaknesses.map { .string($0.rawValue) })),
      JSONMember(name: "verdict", value: file.map { .string($0) } ?? .null),
    ]
    if case .rejected(let rejection) = verdict.outcome {
      members.append(
        JSONMember(
          name: "rejection",
          value: .object([
            "fault": .string(rejection.fault.rawValue), "interval": .integer(rejection.interval),
            "reason": .string(rejection.reason),
          ])))
    }
    return .object(members)
  }
}
