internal import AssayCryptography
internal import AssayEvidence
internal import AssayFiles
internal import AssaySettlement
internal import AssaySpecification
internal import AssayWire

/// One task of a verifier's, in a folder of its own.
struct WorkerVerification {
  let task: WorkerTask
  let client: ServiceClient
  let key: String
  let folder: String
  /// The words that say where steps run.
  let backend: [String]

  private var path: String { "/v1/jobs/\(task.job)" }

  func run(_ say: (String) throws -> Void) throws {
    guard let challenge = try client.get("\(path)/challenge") else {
      throw OperationError("nothing is drawn.")
    }
    let name = AnswerName(challenge)
    if task.kind == .show { return try show(name, say) }
    try say("auditing     \(task.job)" + (task.isWithheld ? ", which was not answered" : ""))
    let verdict = try audit(challenge, name)
    let outcome = try Verdict.open(verdict).verdict.outcome
    switch task.kind {
    case .answer:
      // Whoever shows it later may be another worker.
      let sealed = "\(folder)/\(name.sealed)"
      try FileAccess.write(SealedVerdict.seal(verdict, by: client.key), to: sealed)
      try client.upload(sealed, as: name.sealed, to: task.job)
      let commitment = try SealedAnswer.commitment(
        to: Envelope(decoding: verdict).identity, by: client.key.verifyingKey,
        nonce: SealedVerdict.nonce(of: verdict, by: client.key))
      try client.post(
        "\(path)/answer", body: .object(["commitment": .string(commitment.hex)]),
        once: commitment.hex)
      try say("bound        \(task.job)")
    case .verdict, .show:
      try client.post(
        "\(path)/verdict", bytes: verdict, once: SHA256.digest(of: verdict).hex)
      try say("verdict      \(task.job), \(Self.text(outcome))")
    }
  }

  /// Fetches everything and audits it; gives the signed verdict.
  private func audit(_ challenge: [UInt8], _ name: AnswerName) throws -> [UInt8] {
    let terms = try client.terms(of: task.job)
    try FileAccess.write(challenge, to: "\(folder)/challenge.json")
    try FileAccess.write(terms.bytes, to: "\(folder)/terms.json")
    try FileAccess.write(
      client.evidence(terms.contents.work.spec), to: "\(folder)/spec.json")
    try client.save("claim", of: task.job, to: "\(folder)/claim.json")
    let claim = try InputFiles.claim("\(folder)/claim.json")
    let out = "\(folder)/verdict.json"
    var words = [
      "audit", "\(folder)/claim.json", "--challenge", "\(folder)/challenge.json", "--spec",
      "\(folder)/spec.json", "--terms", "\(folder)/terms.json", "--key", key, "--out", out,
      "--up-to", "\(claim.lastStep)",
    ]
    let files = try client.files(of: task.job).filter(\.isWhole)
    let provider = Hex.encode(claim.provider.bytes)
    let answer = files.last { $0.name == name.answer && $0.party == provider }
    if let answer {
      let method = terms.contents.evidence.method
      try client.download(answer, of: task.job, to: "\(folder)/answer")
      words += [method == .proof ? "--artefact" : "--bundle", "\(folder)/answer"]
      if method.admitsProofs {
        try fetchProofs(files.filter { $0.party == provider }, name, challenge)
        words += ["--proofs", proofs.path]
      }
    } else if task.isWithheld {
      words.append("--withheld")
    }
    if claim.firstStep > terms.contents.work.firstStep {
      // That it was accepted, the machine has checked: the claim starts from the root it ends in.
      guard
        try client.fetchClaim(
          endingIn: claim.firstRoot, step: claim.firstStep, of: task.job, among: files,
          to: "\(folder)/previous.json") != nil
      else { throw OperationError("the claim before this one is not there.") }
      words += ["--previous", "\(folder)/previous.json"]
    }
    let buyer = Hex.encode(terms.contents.parties.buyer.bytes)
    let data = try DataFiles.fetch(of: task.job, buyer: buyer, to: folder, client)
    for (option, file) in data.sorted(by: { $0.key < $1.key }) { words += ["--\(option)", file] }
    do {
      try OwnCommand.run(words + backend)
    } catch {
      // An inconclusive verdict is a verdict.
      guard FileAccess.exists(out) else { throw error }
    }
    let verdict = try FileAccess.read(out, limit: Envelope.maximumByteCount)
    // The service checks proofs again before money moves on them.
    for proved in try Verdict.open(verdict).verdict.proved {
      if let bytes = try proofs.proof(proved.interval) { try client.keepEvidence(bytes) }
    }
    return verdict
  }

  private var proofs: ProofFolder { ProofFolder("\(folder)/proofs") }

  private func fetchProofs(
    _ files: [MarketFile], _ name: AnswerName, _ challenge: [UInt8]
  ) throws {
    try FileAccess.makeFolder(proofs.path)
    for interval in try Challenge(decoding: challenge).indices {
      if let file = files.last(where: { $0.name == name.proof(of: interval) }) {
        try client.download(file, of: task.job, to: proofs.file(interval))
      }
    }
  }

  /// Shows the verdict that a worker with this key has bound it to.
  private func show(_ name: AnswerName, _ say: (String) throws -> Void) throws {
    let sealed = try client.files(of: task.job).filter {
      $0.isWhole && $0.party == client.party && $0.name == name.sealed
    }
    var refusal: (any Error)?
    for file in sealed.reversed() {
      try client.download(file, of: task.job, to: "\(folder)/sealed")
      let verdict = try SealedVerdict.open(
        FileAccess.read("\(folder)/sealed", limit: Envelope.maximumByteCount), by: client.key)
      let nonce = Hex.encode(SealedVerdict.nonce(of: verdict, by: client.key))
      do {
        try client.post(
          "\(path)/verdict?nonce=\(nonce)", bytes: verdict, once: SHA256.digest(of: verdict).hex)
        return try say("shown        \(task.job)")
      } catch let error as ServiceRefusal where error.code == "evidence_refused" {
        // One that was made, but not bound to.
        refusal = error
      }
    }
    throw refusal ?? OperationError("the verdict that is to be shown is not there.")
  }

  private static func text(_ outcome: Verdict.Outcome) -> String {
    switch outcome {
    case .accepted: "accepted"
    case .rejected(let rejection): "rejected: \(rejection.fault.rawValue)"
    case .inconclusive(let reason): "inconclusive: \(reason.rawValue)"
    }
  }
}

/// A verdict that only the verifier's own workers can read, until it is shown.
enum SealedVerdict {
  private static let saltByteCount = 32

  /// The verdict hidden by a stream that follows from the key and a fresh salt.
  static func seal(_ verdict: [UInt8], by key: SigningKey) -> [UInt8] {
    let salt = RandomBytes.make(saltByteCount)
    return salt + applied(verdict, salt, key)
  }

  static func open(_ sealed: [UInt8], by key: SigningKey) -> [UInt8] {
    applied(Array(sealed.dropFirst(saltByteCount)), Array(sealed.prefix(saltByteCount)), key)
  }

  /// What binds to the verdict, the same whichever worker computes it.
  static func nonce(of verdict: [UInt8], by key: SigningKey) -> [UInt8] {
    let digest = SHA256.digest(of: verdict)
    return SHA256.digest(
      domain: "assay/worker-nonce/v1", [key.sign(Array("assay/worker-nonce \(digest)".utf8))]
    ).bytes
  }

  private static func applied(_ bytes: [UInt8], _ salt: [UInt8], _ key: SigningKey) -> [UInt8] {
    let seed = key.sign(Array("assay/worker-seal \(Hex.encode(salt))".utf8))
    var stream = KeyStream(key: SHA256.digest(domain: "assay/worker-seal/v1", [seed]))
    return zip(bytes, stream.bytes(bytes.count)).map { $0 ^ $1 }
  }
}
