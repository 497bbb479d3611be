internal import AssayAuditing
internal import AssayBeacons
internal import AssayCryptography
internal import AssayEvidence
internal import AssayFiles
internal import AssaySpecification
internal import AssayTraining
internal import AssayWire
internal import Foundation

/// `assay certify`: turns a claim into a certificate that stands by itself.
struct CertifyCommand: Command {
  static let description = CommandDescription(
    name: "certify",
    abstract: "Turn a claim into a certificate that anyone can check offline.",
    discussion: """
      No verifier has to be online: the intervals are drawn from a verifiable delay over the claim,
      squarings modulo the RSA-2048 challenge number (nobody is known to have its factors), which
      takes its time on any number of machines. What was drawn is answered in the same file, by a
      bundle with the start states, or with --evidence proof by the run's proofs and the artefact,
      which is left out where the proofs hide the weights.
      `assay verify` checks it; it needs the data, unless the answer is proofs.

      A provider may throw a claim away and try again, at the price of a delay for every try. So a
      certificate is weaker than a draw from secrets that others reveal; `assay plan --against
      grinding` says how many draws and squarings make trying cost more than it gains.

      An interrupted delay goes on where it was when the command is given again.
      """,
    examples: [
      CommandExample("assay certify run", "Draws as many as find 10 % laziness with 99 %."),
      CommandExample(
        "assay certify run --draw 264 --squarings 67108864 --out run.certificate",
        "Draws 264 intervals after a minute's delay."),
    ])

  @Argument(help: "The run folder.") var run: String
  @Option("file", help: "The claim that was made; claim.json in the run folder if left out.")
  var claim: String?
  @Option("count", in: 1...EvidencePolicy.drawnLimit, help: "Intervals to draw.") var draw: Int?
  @Option(
    "count", in: 1...Int(DelayProof.squaringLimit),
    help: "Squarings of the delay; a core does about a million a second.")
  var squarings: Int = 1 << 24
  @Option("name", help: "recompute or proof: what answers the draw.")
  var evidence: EvidenceMethod = .recompute
  @Option("folder", help: "The run's proofs; 'proofs' in the run folder if left out.")
  var proofs: String?
  @Option(
    "file", help: "Where to write the certificate; run.certificate in the folder if left out.")
  var out: String?
  var files = DataOptions()
  var options = BackendOptions()

  func run(_ console: Console) throws -> ExitCode {
    let directory = try RunDirectory.open(run)
    let envelope = try FileAccess.read(
      claim ?? directory.claimPath, limit: Envelope.maximumByteCount)
    let opened = try ProviderClaim.open(envelope)
    let policy = try policy(intervalCount: intervalCount(opened.claim))
    let began = console.elapsed()
    let input = DrawSource.delayInput(
      job: opened.claim.job, terms: opened.claim.terms, claim: opened.identity,
      policy: policy.digest)
    let delay = try delay(input, console)
    let delaySeconds = console.elapsed() - began
    let challenge = try Challenge(
      job: opened.claim.job, terms: opened.claim.terms, claim: opened.identity, policy: policy,
      source: .delay(delay), intervalCount: intervalCount(opened.claim))
    let path = out ?? run + "/run.certificate"
    let writer = CertificateWriter(spec: directory.spec, claim: envelope, challenge: challenge)
    let size = try writer.write(
      answer(directory, envelope, opened.claim, challenge, console), toFile: path)
    FileAccess.remove(checkpointPath(input))
    try console.print("certificate  \(path), \(Quantity.bytes(size))")
    try console.print("delay        \(squarings) squarings, \(Quantity.seconds(delaySeconds))")
    try console.print(
      "intervals    \(challenge.indices.count) of \(challenge.draw.intervalCount) "
        + (evidence == .proof ? "proved" : "to be executed again"))
    try GrindingText.show(challenge, console)
    try console.json(
      .object([
        "certificate": .string(path), "bytes": .integer(size), "squarings": .integer(squarings),
        "intervalCount": .integer(challenge.draw.intervalCount),
        "intervals": .array(challenge.indices.map { .integer($0) }),
        "delaySeconds": .double(delaySeconds), "seconds": .double(console.elapsed() - began),
      ]))
    return .success
  }

  private func intervalCount(_ claim: ProviderClaim) throws -> Int {
    guard claim.traceSize >= 2, claim.traceSize <= UInt64(Detection.intervalLimit) + 1 else {
      throw OperationError(
        "the claim covers \(claim.traceSize) states; expected 2 to \(Detection.intervalLimit + 1).")
    }
    return Int(claim.traceSize) - 1
  }

  private func policy(intervalCount: Int) throws -> EvidencePolicy {
    guard evidence == .recompute || evidence == .proof else {
      throw UsageError(
        "--evidence \(evidence.rawValue): a certificate's answer is of one kind.",
        hint: "Say recompute or proof.")
    }
    let plan = try AuditPlan(
      against: .lazy(fractionMillionths: 100_000, confidenceMillionths: 990_000),
      intervalCount: intervalCount)
    let drawn = draw ?? plan.drawnCount
    guard drawn <= intervalCount else {
      throw UsageError("--draw \(drawn): the claim has \(intervalCount) intervals.")
    }
    let falseIntervals = Detection.falseIntervals(of: intervalCount, millionths: 100_000)
    return EvidencePolicy(
      method: evidence, selection: .drawn(drawn), adversary: .lazy(fractionMillionths: 100_000),
      confidenceMillionths: Detection.probability(
        intervals: intervalCount, drawn: drawn, falseIntervals: falseIntervals
      ).millionths)
  }

  /// Computes the delay, or what is left of it.
  private func delay(_ input: Digest, _ console: Console) throws -> DelayProof {
    let checkpoints = checkpointPath(input)
    var evaluation = try DelayEvaluation(
      input: input, squarings: UInt64(squarings),
      checkpoints: FileAccess.exists(checkpoints)
        ? FileAccess.read(checkpoints, limit: DelayEvaluation.checkpointByteLimit) : [])
    let bar = console.progress(total: squarings, unit: "squarings")
    defer { bar.finish() }
    let file = try OpenFile(checkpoints, for: .appending)
    var saved = evaluation.checkpointCount
    var isOver = false
    while !isOver {
      isOver = !evaluation.advance()
      try file.append(evaluation.checkpoints(after: saved))
      saved = evaluation.checkpointCount
      bar.update(Int(evaluation.done))
    }
    let proof = evaluation.prove(cores: ProcessInfo.processInfo.activeProcessorCount) { share in
      bar.update(squarings, remark: "proof \(Quantity.percent(share))")
    }
    do {
      try proof.verify(input: input)
    } catch {
      FileAccess.remove(checkpoints)
      throw OperationError(
        "the stored checkpoints of the delay were damaged; they are deleted. Give the command "
          + "again: the delay starts anew.")
    }
    return proof
  }

  /// Where the delay's checkpoints are until the certificate is written.
  private func checkpointPath(_ input: Digest) -> String {
    run + "/delay-\(input.hex.prefix(16))-\(squarings)"
  }

  private func artefact(
    _ directory: RunDirectory, _ claim: ProviderClaim
  ) throws -> [UInt8] {
    let artefact = try FileAccess.read(
      directory.checkpointPath(step: claim.lastStep),
      limit: directory.spec.stateLayout.byteCount + (1 << 20))
    guard SHA256.digest(of: artefact) == claim.artefact else {
      throw OperationError(
        "the state after step \(claim.lastStep) in '\(run)' is not the artefact in the claim.")
    }
    return artefact
  }

  private func answer(
    _ directory: RunDirectory, _ envelope: [UInt8], _ claim: ProviderClaim, _ challenge: Challenge,
    _ console: Console
  ) throws -> CertificateWriter.Answer {
    let bar = console.progress(total: challenge.indices.count, unit: "intervals")
    guard evidence == .proof else {
      let answer = try RunAnswer(
        directory, claim: envelope, challenge: challenge, files: files, options: options)
      return .bundle(byteCount: answer.packer.byteCount) { sink throws(AuditingError) in
        defer { bar.finish() }
        try answer.pack(progress: { bar.update($0) }, to: sink)
      }
    }
    let folder = ProofFolder(proofs ?? ProofFolder.usual(inRun: run))
    let missing = try challenge.indices.filter { try folder.proof($0) == nil }
    guard missing.isEmpty else {
      let list = missing.map(String.init).joined(separator: ",")
      throw OperationError(
        "these drawn intervals are not proved: \(list). Make the proofs with 'assay prove \(run) "
          + "--intervals \(list)' and give this command again.")
    }
    // Who has proofs that hide the weights does not hand the last ones out beside them.
    let isHidden = directory.spec.proof?.isHiding == true
    let artefact = try isHidden ? nil : artefact(directory, claim)
    return .proofs(
      try challenge.indices.compactMap { interval in
        try folder.proof(interval).map { (interval, $0) }
      }, artefact: artefact)
  }
}
