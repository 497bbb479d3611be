internal import AssayCryptography
internal import AssayDisputes
internal import AssayFiles
internal import AssaySpecification
internal import AssayWire

/// `assay dispute open`: begins a dispute between parties who do not share a machine.
struct DisputeOpenCommand: Command {
  static let description = CommandDescription(
    name: "open",
    abstract: "Begin a dispute in a folder that both parties and a referee can reach.",
    discussion: """
      The folder holds the claims, the spec and signed answers, and nothing secret. Each party runs
      `assay dispute answer`, the referee `assay dispute decide`; how the files get from one to the
      other does not matter.
      """,
    examples: [
      CommandExample(
        "assay dispute open quarrel --spec spec.json --challenger mine.json --defender theirs.json",
        "Disputes the claim theirs.json by the claim mine.json.")
    ])

  @Argument(help: "The folder to make.") var folder: String
  @Option("file", help: "The spec.") var spec: String
  @Option("file", help: "The claim of who disputes.") var challenger: String
  @Option("file", help: "The claim that is disputed.") var defender: String
  @Option(
    "seconds", in: 1...1 << 30, help: "How long each party may take for all its answers together.")
  var allowance: Int = 3600

  func run(_ console: Console) throws -> ExitCode {
    func claim(_ path: String) throws -> [UInt8] {
      try FileAccess.read(path, limit: Envelope.maximumByteCount)
    }
    let made = try DisputeFolder.create(
      folder,
      spec: Spec(decoding: FileAccess.read(spec, limit: Spec.byteCountLimit)),
      claims: Pair(challenger: claim(challenger), defender: claim(defender)),
      rules: Dispute.Rules(allowanceSeconds: UInt64(allowance)))
    try console.print("dispute      \(made.path), \(allowance) seconds for each party")
    try console.json(.object(["dispute": .string(made.path)]))
    return .success
  }
}

/// `assay dispute answer`: a party's side.
struct DisputeAnswerCommand: Command {
  static let description = CommandDescription(
    name: "answer",
    abstract: "Answer for a run in a dispute, as long as it is one's turn.",
    discussion: """
      Reads the answers so far, signs what is asked next, and goes on when the other's answer is
      there. With --wait it stays until the dispute has ended.
      """,
    examples: [
      CommandExample(
        "assay dispute answer quarrel --run run --key provider.key --wait 3600",
        "Answers until the dispute has ended, or for an hour.")
    ])

  @Argument(help: "The dispute's folder.") var folder: String
  @Option("folder", help: "The run that was claimed.") var run: String
  @Option("file", help: "The private key that signed the claim.") var key: String
  @Option("seconds", in: 0...1 << 20, help: "How long to wait for the other's answers.")
  var wait: Int = 0
  var files = DataOptions()
  var options = BackendOptions()

  func run(_ console: Console) throws -> ExitCode {
    let folder = try DisputeFolder.open(folder)
    let key = try KeyFiles.signingKey(at: key)
    var (dispute, refused) = try folder.held()
    let parties = Party.allCases.filter { dispute.key(of: $0) == key.verifyingKey }
    guard let party = parties.first, parties.count == 1 else {
      throw OperationError(
        "the key has \(parties.isEmpty ? "neither" : "both") of the claims; use that of one party.")
    }
    let run = try DisputingRun(
      run, claim: "\(folder.path)/\(party.rawValue).claim.json", files: files, options: options,
      clock: console.elapsed)
    var waiting = console.elapsed()
    var answered = 0
    while let question = dispute.question {
      if dispute.hasAnswered(party) {
        guard console.elapsed() - waiting < Double(wait) else { break }
        Pause.seconds(0.1)
      } else {
        let signed = SignedAnswer(
          number: dispute.number, position: dispute.position, answer: try run.answer(question)
        ).signed(by: key)
        try folder.write(signed.encoded, number: dispute.number, party)
        answered += 1
        waiting = console.elapsed()
      }
      (dispute, refused) = try folder.held()
    }
    for reason in refused { console.note("does not count: \(reason)") }
    try console.print("answered     \(answered) questions as the \(party.rawValue)")
    if let finding = dispute.finding {
      for line in finding.lines() { try console.print(line) }
    } else {
      try console.print("waiting      for the other's answer to question \(dispute.number)")
    }
    try console.json(
      .object([
        "answered": .integer(answered), "party": .string(party.rawValue),
        "ended": .bool(dispute.finding != nil),
      ]))
    return .success
  }
}
