internal import AssayCryptography
internal import AssayEvidence
internal import AssayFiles
internal import AssaySettlement
internal import AssaySpecification
internal import AssayWire

/// `assay buyer`: posts a job from a spec and follows it to its receipt.
struct BuyerCommand: Command {
  static let description = CommandDescription(
    name: "buyer", abstract: "Post a job from a spec at a service, and follow it to its receipt.",
    discussion: """
      Writes the terms, offers the job, puts spec and data beside it, funds it, reveals the buyer's
      secret when the claim is logged, and in the end fetches the model and the receipt and checks
      both, believing nothing that the service says. The key must have the price and the fees.

      All of it is kept in a folder: started again, also after kill -9, it goes on where it was.
      It must run until the claim is logged: who does not reveal in time bears the consequence.

      Exits with 0 when the job was paid and model and receipt hold, with 1 when it ended otherwise.
      """,
    examples: [
      CommandExample(
        """
        assay buyer spec.json --job job-1 --service http://127.0.0.1:8080 --key buyer.key \
        --verifier verifier.pub --price 100.00 --fee 5.00 --stake 60.00 --work-cost 80.00
        """, "Leaves model, terms and receipt in buyer-work/job-1.")
    ])

  @Argument(help: "The spec of the run.") var spec: String
  @Option("name", help: "The job's name.") var job: String
  var market = MarketOptions()
  @Option("file", help: "The operator's public key; a service that names another is refused.")
  var `operator`: String?
  @Option("file", help: "A verifier's public key; may be given several times.")
  var verifier: [String]
  @Option("file", help: "The public key of the referee who decides disputes.")
  var referee: String?
  var options = TermsOptions()
  var files = DataOptions()
  var test = TestDataOptions()
  var weights = WeightsOptions()
  @Option("folder", help: "Where to keep jobs.") var work: String = "buyer-work"

  func run(_ console: Console) throws -> ExitCode {
    let client = try market.client()
    let folder = "\(work)/\(job)"
    try FileAccess.makeFolder(folder)
    let spec = try InputFiles.spec(spec)
    let secret = try secret(in: folder)
    let terms = try terms(spec, secret: secret, in: folder, client)
    try offer(terms, spec, client)
    var seen: PhaseName?
    while true {  // BOUND: every state of a job has a deadline.
      let view = try client.job(job)
      if view.state != seen {
        try console.print("\(padded(view.state.rawValue))\(job)" + remark(on: view))
        seen = view.state
      }
      if view.state == .settled { break }
      if view.state == .sampling, view.awaiting == .buyer {
        try reveal(secret, of: terms, after: view.acceptedClaims, client)
      }
      market.pause()
    }
    return try finish(terms, in: folder, client, console)
  }

  private func padded(_ text: String) -> String {
    text + String(repeating: " ", count: max(2, 15 - text.count))
  }

  private func remark(on job: MarketJob) -> String {
    switch job.state {
    case .active: job.provider.map { ", provider \($0.prefix(16))…" } ?? ""
    case .challengeOpen: job.verdict.map { ", \($0)" } ?? ""
    case .settled: job.settlement.map { ", \($0)" } ?? ""
    default: ""
    }
  }

  /// Offers and funds the job; whoever does it again changes nothing.
  private func offer(_ terms: Terms, _ spec: Spec, _ client: ServiceClient) throws {
    try client.keepEvidence(spec.bytes)
    try client.post("/v1/jobs", bytes: terms.bytes, once: terms.digest.hex)
    guard try client.job(job).state == .offered else { return }
    if let columns = files.columns {
      try FileAccess.write(Array(columns.utf8), to: "\(work)/\(job)/columns")
      try client.upload("\(work)/\(job)/columns", as: "columns", to: job)
    }
    for (option, path) in dataFiles {
      try client.upload(path, as: DataFiles.name(option, of: path), to: job)
    }
    try client.post("/v1/jobs/\(job)/fund")
  }

  private var dataFiles: [(String, String)] {
    let named = [
      ("data", files.data), ("targets", files.targets), ("text", files.texts.text),
      ("vocabulary", files.texts.vocabulary), ("weights", weights.weights),
      ("test-data", test.testData), ("test-targets", test.testTargets),
      ("test-text", test.testText),
    ]
    return named.compactMap { option, path in path.map { (option, $0) } }
  }

  private func reveal(
    _ secret: [UInt8], of terms: Terms, after accepted: Int, _ client: ServiceClient
  ) throws {
    // Each accepted claim has used up a link of the chain.
    var hash = terms.contents.buyerSecretHash
    var next = try Randomness.secret(behind: hash, from: secret, by: .buyer)
    for _ in 0..<accepted {
      guard let link = next else { break }
      hash = try Digest(bytes: link)
      next = try Randomness.secret(behind: hash, from: secret, by: .buyer)
    }
    guard let next else {
      throw OperationError("the secret in '\(work)/\(job)' is not the one in the terms.")
    }
    do {
      try client.post(
        "/v1/jobs/\(job)/reveal",
        body: .object([
          "role": .string(RevealRole.buyer.rawValue), "secret": .string(Hex.encode(next)),
        ]), once: "\(accepted)")
    } catch let refusal as ServiceRefusal where refusal.code == "wrong_state" {
      // It was revealed before, or is no longer asked for.
    }
  }

  private func secret(in folder: String) throws -> [UInt8] {
    let path = "\(folder)/buyer.secret"
    if !FileAccess.exists(path) {
      let secret = RandomBytes.make(Randomness.secretByteCount)
      try FileAccess.write(Array((Hex.encode(secret) + "\n").utf8), to: path, mode: 0o600)
    }
    return try SecretFiles.secret(at: path)
  }

  private func terms(
    _ spec: Spec, secret: [UInt8], in folder: String, _ client: ServiceClient
  ) throws -> Terms {
    let path = "\(folder)/terms.json"
    if FileAccess.exists(path) {
      let terms = try InputFiles.terms(path)
      guard terms.contents.work.spec == spec.digest, terms.contents.job == job,
        terms.contents.parties.buyer == client.key.verifyingKey
      else {
        throw OperationError(
          "'\(path)' are the terms of another job, spec or buyer. Choose another --job or --work.")
      }
      return terms
    }
    var place = try client.fields("/v1/market")
    guard case .string(let named) = try place.value("operator") else {
      throw OperationError("the service has no operator's key: see assay serve --operator.")
    }
    let operatorKey = try VerifyingKey(bytes: Hex.decode(named))
    if let `operator`, try KeyFiles.verifyingKey(at: `operator`) != operatorKey {
      throw OperationError("the service names another operator than '\(`operator`)': \(named).")
    }
    let log = LogIdentity(origin: try place.string("logOrigin"), key: operatorKey)
    let claims = try options.claims()
    var hash = try client.fields("/v1/operator/secrets/\(job)?claims=\(claims)")
    guard let segment = spec.segment(from: 0, to: spec.steps) else {
      throw OperationError("the spec records no states.")
    }
    let terms = try options.terms(
      job: job, spec: spec,
      work: Terms.Work(
        spec: spec.digest, dataRoot: spec.data.root, firstStep: segment.firstStep,
        lastStep: segment.lastStep, interval: spec.interval),
      parties: Terms.Parties(
        buyer: client.key.verifyingKey, log: log,
        verifiers: try verifier.map { try KeyFiles.verifyingKey(at: $0) },
        referee: try referee.map { try KeyFiles.verifyingKey(at: $0) }, provider: nil),
      buyerSecretHash: Randomness.commitment(to: secret, by: .buyer, claims: claims),
      operatorSecretHash: Digest(hex: try hash.string("operatorSecretHash")))
    try FileAccess.write(terms.bytes, to: path)
    return terms
  }

  /// Fetches receipt and model and checks them without believing the service.
  private func finish(
    _ terms: Terms, in folder: String, _ client: ServiceClient, _ console: Console
  ) throws -> ExitCode {
    let file = "\(folder)/receipt.json"
    try client.save("receipt", of: job, to: file)
    let receipt = try Receipt.open(
      FileAccess.read(file, limit: Envelope.maximumByteCount), terms: terms)
    try console.print("receipt        \(file) holds: \(receipt.ending.name)")
    let isPaid = receipt.ending.settlement == .paid
    let model = try isPaid ? fetchModel(terms, receipt, in: folder, client) : nil
    if let model { try console.print("model          \(model) is what was verified") }
    try console.json(
      .object([
        "job": .string(job), "receipt": .string(file), "ending": .string(receipt.ending.name),
        "settlement": .string(receipt.ending.settlement.rawValue),
        "model": model.map { .string($0) } ?? .null,
      ]))
    if isPaid, model == nil { console.note("assay: nobody has put the model beside the job.") }
    return isPaid && model != nil ? .success : .rejected
  }

  /// The last state, if it is there: its SHA-256 stands in the claim that the receipt names.
  private func fetchModel(
    _ terms: Terms, _ receipt: Receipt, in folder: String, _ client: ServiceClient
  ) throws -> String? {
    guard let bytes = try client.get("/v1/jobs/\(job)/claim"),
      try Envelope(decoding: bytes).identity == receipt.segments.last?.claim.identity
    else { throw OperationError("the service shows another claim than the receipt names.") }
    let artefact = try ProviderClaim.open(bytes).claim.artefact
    guard let state = try client.files(of: job).last(where: { $0.digest == artefact && $0.isWhole })
    else { return nil }
    let path = "\(folder)/model.safetensors"
    try client.download(state, of: job, to: path)
    return path
  }
}
