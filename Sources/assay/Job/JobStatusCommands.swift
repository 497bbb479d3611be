internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
internal import AssayFiles
internal import AssayMerkle
internal import AssaySettlement
internal import AssaySpecification
internal import AssayStorage
internal import AssayWire

/// `assay job status`: where a job stands.
struct JobStatusCommand: Command {
  static let description = CommandDescription(
    name: "status", abstract: "Show where a job stands and what may happen next.",
    examples: [
      CommandExample("assay job status job-1", "Changes nothing."),
      CommandExample(
        "assay job status job-1 --terms terms.json", "Writes the terms that a match has made."),
    ])

  @Argument(help: "The job's name.") var job: String
  @Option("file", help: "Where to write the job's terms, to the byte.") var terms: String?
  var database = JobDatabase()

  func run(_ console: Console) throws -> ExitCode {
    let store = try database.openExisting()
    let job = try store.job(job)
    let contents = job.terms.contents
    if let terms { try FileAccess.write(job.terms.bytes, to: terms) }
    try console.print("job          \(job.id)")
    try console.print("terms        \(job.terms.digest)")
    try console.print("state        \(job.phase.name.rawValue)")
    if let deadline = job.phase.deadline {
      let now = database.time(for: store)
      let rest = deadline > now ? "in \(deadline - now) s" : "passed"
      try console.print("deadline     \(deadline) (\(rest))")
    }
    if case .settled(let ending, let time) = job.phase {
      try console.print("settled      \(ending.settlement.rawValue), \(ending.name), at \(time)")
    }
    try console.print(
      "money        price \(contents.asset.format(contents.price)), fee "
        + "\(contents.asset.format(contents.fee)), stake \(contents.asset.format(contents.stake))")
    if contents.dataReceipts > 0 {
      try console.print(
        "data         \(job.dataHolders.count) of \(contents.dataReceipts) verifiers have it")
    }
    if !job.accepted.isEmpty {
      let progress = job.progress
      try console.print(
        "verified     up to step \(progress.verifiedStep), \(progress.acceptedClaims) claims; "
          + "\(contents.asset.format(progress.released)) paid, "
          + "\(contents.asset.format(progress.retained)) retained")
    }
    if let provider = job.provider { try console.print("provider     \(provider)") }
    if let claim = job.claim {
      try console.print("claim        \(claim.identity)")
      try console.print("trace        \(claim.traceSize) records, root \(claim.traceRoot)")
      if let quality = claim.quality { try console.print("quality      \(quality)") }
      if let delivery = claim.delivery { try console.print("sealed       \(delivery.sealed)") }
    }
    for other in store.machine.replicas(of: job) {
      let relation =
        switch (job.claim?.lastRoot, other.claim?.lastRoot) {
        case (let mine?, let theirs?): mine == theirs ? "agrees" : "CONTRADICTS this claim"
        default: "is \(other.phase.name.rawValue)"
        }
      try console.print("replica      \(other.id) \(relation)")
    }
    if let index = job.claimLogIndex { try console.print("log index    \(index)") }
    if let draw = job.draw {
      try console.print("drawn        \(draw.indices.count) of \(draw.intervalCount) intervals")
    }
    if job.verdict == nil {
      for key in job.panelists { try console.print("verifier     \(key) is drawn") }
    }
    if let verdict = job.verdict {
      try console.print("verdict      \(verdict.text), log index \(verdict.logIndex)")
      if !verdict.proved.isEmpty {
        try console.print("proofs       of \(verdict.proved.count) intervals")
      }
    }
    try console.print("next         \(job.phase.next)")
    try console.json(job.json)
    return .success
  }
}

/// `assay job list`: every job.
struct JobListCommand: Command {
  static let description = CommandDescription(
    name: "list", abstract: "List the jobs of a settlement database.",
    examples: [CommandExample("assay job list", "One line a job.")])

  var database = JobDatabase()

  func run(_ console: Console) throws -> ExitCode {
    let store = try database.openExisting()
    let jobs = try store.jobNames(limit: .max).map { try store.job($0) }
    for job in jobs {
      var line = "\(job.id)  \(job.phase.name.rawValue)"
      if case .settled(let ending, _) = job.phase {
        line += "  \(ending.settlement.rawValue)  \(ending.name)"
      }
      if let deadline = job.phase.deadline { line += "  until \(deadline)" }
      try console.print(line)
    }
    if jobs.isEmpty { try console.print("no jobs") }
    try console.json(.object(["jobs": .array(jobs.map(\.json))]))
    return .success
  }
}

/// `assay receipt write`: the receipt of a settled job.
struct ReceiptWriteCommand: Command {
  static let description = CommandDescription(
    name: "write", abstract: "Sign and write the receipt of a settled job.",
    discussion: """
      The receipt links the terms, the trace, the log, the draw, the verdict and every movement of
      money. Who has the terms checks it with `assay receipt verify`, without the service. It is
      appended to the log, and --log-proof shows that it is there (`assay log verify`).
      """,
    examples: [
      CommandExample(
        "assay receipt write job-1 --key operator.key --out receipt.json",
        "Signed by the log's operator."),
      CommandExample(
        "assay receipt write job-1 --key operator.key --out receipt.json --log-proof "
          + "receipt.tlog-proof", "With the proof that it is in the log."),
    ])

  @Argument(help: "The job's name.") var job: String
  @Option("file", help: "The operator's private key.") var key: String
  @Option("file", help: "Where to write the receipt.") var out: String
  @Option("file", help: "Where to write the proof that it is in the log.") var logProof: String?
  var database = JobDatabase()

  func run(_ console: Console) throws -> ExitCode {
    let store = try database.openExisting()
    let job = try store.job(job)
    let key = try KeyFiles.signingKey(at: key)
    guard key.verifyingKey == job.terms.contents.parties.log.key else {
      throw OperationError("the key is not that of the log's operator in the terms.")
    }
    guard let receipt = try store.receipt(of: job) else {
      throw OperationError("the job '\(job.id)' is not settled yet.")
    }
    let envelope = receipt.signed(by: key)
    let index = try store.appendToLog(.receipt, envelope: envelope.encoded)
    if let logProof {
      let origin = job.terms.contents.parties.log.origin
      let evidence = try store.proveInLog(envelope.identity, origin: origin, signingWith: key)
      let proof = LogProof(
        index: index, path: evidence.proof.path, head: try SignedTreeHead(decoding: evidence.head))
      try FileAccess.write(proof.encoded, to: logProof)
    }
    try FileAccess.write(envelope.encoded, to: out)
    try console.print("receipt  \(out)")
    try console.print("in log   entry \(index)")
    try console.print("ending   \(receipt.ending.settlement.rawValue), \(receipt.ending.name)")
    try console.json(
      .object([
        "receipt": .string(out), "identity": .string(envelope.identity.hex),
        "ending": .string(receipt.ending.name), "logIndex": .integer(index),
      ]))
    return .success
  }
}

/// `assay receipt verify`: checks a receipt against the terms.
struct ReceiptVerifyCommand: Command {
  static let description = CommandDescription(
    name: "verify", abstract: "Check a receipt against the terms, without the service.",
    discussion: """
      Checks the operator's signature, the secrets against their hashes, draws again and applies the
      payout table again. Exits with 1 where something does not hold.

      Where the verdict rests on proofs, the receipt names them; who has them, the claim and the
      spec checks them again.
      """,
    examples: [
      CommandExample("assay receipt verify receipt.json --terms terms.json", "Needs nothing else."),
      CommandExample(
        "assay receipt verify receipt.json --terms terms.json --proofs proofs --claim claim.json "
          + "--spec spec.json", "Checks the proofs again, too."),
    ])

  @Argument(help: "The signed receipt.") var receipt: String
  @Option("file", help: "The terms of the job.") var terms: String
  @Option("folder", help: "The proofs that the verdict rests on.") var proofs: String?
  @Option("file", help: "For proofs: the claim.") var claim: String?
  @Option("file", help: "For proofs: the spec.") var spec: String?

  func run(_ console: Console) throws -> ExitCode {
    let bytes = try FileAccess.read(receipt, limit: Envelope.maximumByteCount)
    return try ReceiptChecking(
      file: receipt, terms: terms, proofs: proofs, claim: claim, spec: spec
    ).run(bytes, console)
  }
}

extension StandingVerdict {
  fileprivate var text: String {
    switch outcome {
    case .accepted: "accepted"
    case .rejected(let rejection):
      "rejected: \(rejection.fault.rawValue)"
        + (rejection.interval.map { ", interval \($0)" } ?? "")
        + (rejection.tensor.map { ", tensor \($0)" } ?? "")
    case .inconclusive(let reason): "inconclusive: \(reason.rawValue)"
    }
  }
}

extension Phase {
  /// What may happen next, in a sentence.
  fileprivate var next: String {
    switch self {
    case .offered: "the buyer funds it: assay job fund"
    case .funded: "a provider accepts it: assay job accept"
    case .active: "the provider trains and hands in its claim: assay job commit"
    case .interrupted: "the provider comes back or claims: assay job resume, commit"
    case .vacant: "another provider takes over: assay job resume"
    case .committed: "the operator logs the claim: assay job log"
    case .sampling(.operator, _): "the operator reveals its secret: assay job reveal"
    case .sampling(.buyer, _): "the buyer reveals its secret: assay job reveal"
    case .revealing: "the drawn verifiers show their answers: assay job verdict --nonce"
    case .verifying: "a verifier audits the drawn intervals: assay job draw, then verdict"
    case .inconclusive: "another verifier may answer: assay job verdict"
    case .challengeOpen: "after the window: assay job close; before it: assay job dispute"
    case .disputed: "the referee decides: assay job ruling, or verdict on the whole draw"
    case .delivering: "the provider discloses the artefact's key: assay job deliver"
    case .settled: "nothing: it is settled"
    }
  }
}

extension Job {
  /// The job for other programs.
  var json: JSONValue {
    var members = [
      JSONMember(name: "job", value: .string(id)),
      JSONMember(name: "terms", value: .string(terms.digest.hex)),
      JSONMember(name: "state", value: .string(phase.name.rawValue)),
      JSONMember(name: "deadline", value: phase.deadline.map { .integer($0) } ?? .null),
      JSONMember(name: "asset", value: .string(terms.contents.asset.id)),
      JSONMember(name: "price", value: .string(terms.contents.price.description)),
      JSONMember(name: "fee", value: .string(terms.contents.fee.description)),
      JSONMember(name: "stake", value: .string(terms.contents.stake.description)),
    ]
    if case .settled(let ending, let time) = phase {
      members.append(JSONMember(name: "ending", value: .string(ending.name)))
      members.append(
        JSONMember(name: "settlement", value: .string(ending.settlement.rawValue)))
      members.append(JSONMember(name: "settledAt", value: .integer(time)))
    }
    members += [
      JSONMember(name: "verifiedStep", value: .integer(progress.verifiedStep)),
      JSONMember(name: "acceptedClaims", value: .integer(progress.acceptedClaims)),
      JSONMember(name: "released", value: .string(progress.released.description)),
      JSONMember(name: "retained", value: .string(progress.retained.description)),
    ]
    if let provider {
      members.append(
        JSONMember(name: "provider", value: .string(Hex.encode(provider.bytes))))
    }
    if let claim {
      members.append(JSONMember(name: "claim", value: .string(claim.identity.hex)))
      members.append(JSONMember(name: "traceRoot", value: .string(claim.traceRoot.hex)))
    }
    if let claimLogIndex {
      members.append(JSONMember(name: "claimLogIndex", value: .integer(claimLogIndex)))
    }
    if let draw {
      members.append(JSONMember(name: "seed", value: .string(draw.seed.hex)))
      members.append(
        JSONMember(name: "intervals", value: .array(draw.indices.map { .integer($0) })))
    }
    if let verdict {
      members.append(JSONMember(name: "verdict", value: .string(verdict.text)))
      members.append(JSONMember(name: "verdictLogIndex", value: .integer(verdict.logIndex)))
      if !verdict.proved.isEmpty {
        members.append(
          JSONMember(name: "proofs", value: .array(verdict.proved.map(\.json))))
      }
    }
    return .object(members)
  }
}
