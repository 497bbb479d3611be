internal import AssayCryptography
internal import AssayFiles
internal import AssayTolerance
internal import AssayWire

/// `assay tolerance …`: training that other programs did.
enum ToleranceCommands {
  static let group = CommandGroup(
    name: "tolerance",
    abstract: "Verify training that other programs did, within a TOLERANCE: weaker evidence.",
    sections: [
      .init(
        title: "Training elsewhere",
        nodes: [
          .command(ToleranceImportCommand.self), .command(TolerancePolicyCommand.self),
          .command(ToleranceVerifyCommand.self),
        ])
    ])
}

/// `assay tolerance import`: makes a claimed trace of a folder of checkpoints.
struct ToleranceImportCommand: Command {
  static let description = CommandDescription(
    name: "import",
    abstract: "Import checkpoints of another program, and claim them.",
    discussion: """
      Reads a folder that the Python package in 'python' recorded, any folder of safetensors
      checkpoints with such a trace.json and batches.npy, or a folder of the published code of
      proof-of-learning (Jia et al. 2021): model_step_0, model_step_k, … by torch.save, and
      indices.npy.

      What torch.save wrote is decoded without unpickling: nothing in it is executed, and a pickle
      that names anything but tensors, numbers, texts and dictionaries is refused.

      Writes every checkpoint as a safetensors file, and claim.json: signed with the provider's key,
      over the root of all of it. A claim of this kind is never taken where terms ask for execution
      with zero tolerance or for proofs.
      """,
    examples: [
      CommandExample(
        "assay tolerance import recorded --key provider.key --out trace",
        "Imports what the Python package recorded."),
      CommandExample(
        "assay tolerance import proof/CIFAR10_test --key provider.key --out trace "
          + "--terms terms.json", "Imports a folder of proof-of-learning, for a job."),
    ])

  @Argument(help: "The folder of checkpoints.") var source: String
  @Option("file", help: "The provider's private key.") var key: String
  @Option("folder", help: "Where to write the trace.") var out: String
  @Option("file", help: "The terms of the job that the work is for.") var terms: String?

  func run(_ console: Console) throws -> ExitCode {
    let key = try KeyFiles.signingKey(at: key)
    let job = try TermsReference(path: terms)
    let bar = console.progress(total: 1000, unit: "‰ of the checkpoints")
    defer { bar.finish() }
    let salt = try Digest(bytes: RandomBytes.make(32))
    let (trace, layout) = try TraceImport.run(source, to: out, salt: salt) { done, total in
      bar.update(done * 1000 / total, remark: "")
    }
    bar.finish()
    let claim = try trace.claim(job: job.job, terms: job.digest, provider: key.verifyingKey)
    let envelope = claim.signed(by: key)
    let path = out + "/claim.json"
    try FileAccess.write(envelope.encoded, to: path)
    let last = try trace.state(ofRecord: trace.intervalCount)
    let groups = last.floatingGroups.map(AuditText.printable)
    try console.print("class        TOLERANCE")
    try console.print(
      "layout       \(layout == .safetensors ? "safetensors" : "proof-of-learning")")
    try console.print("steps        \(claim.firstStep) to \(claim.lastStep)")
    try console.print(
      "checkpoints  \(claim.traceSize), of \(last.tensors.count) tensors in "
        + groups.joined(separator: ", "))
    try console.print("trace        root \(claim.traceRoot)")
    try console.print("claim        \(path)")
    try console.print("identity     \(envelope.identity)")
    try console.json(
      .object([
        "class": .string("TOLERANCE"), "layout": .string(layout.rawValue),
        "claim": .string(path), "identity": .string(envelope.identity.hex),
        "firstStep": .integer(claim.firstStep), "lastStep": .integer(claim.lastStep),
        "traceSize": .integer(claim.traceSize), "traceRoot": .string(claim.traceRoot.hex),
        "artefact": .string(claim.artefact.hex),
        "groups": .array(groups.map { .string($0) }),
      ]))
    return .success
  }
}
