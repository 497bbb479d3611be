internal import AssayCryptography
internal import AssayEvidence
internal import AssayFiles
internal import AssaySettlement
internal import AssaySpecification
internal import AssayTraining
internal import AssayWire
internal import Synchronization

/// What a provider does at a service, each job in a folder of its own: two threads use it, one that
/// trains and one that answers challenges.
final class ProviderWork: Sendable {
  private let client: ServiceClient
  private let key: String
  private let folder: String
  private let publicKey: String
  private let backend: [String]
  private let state = Mutex(State())

  private struct State {
    /// Jobs that were taken and are not settled.
    var taken: Set<String> = []
    var hasLooked = false
    /// Jobs that do not suit.
    var left: Set<String> = []
    /// What could not be done.
    var remarks: [String] = []
    /// Jobs that are tried again later, since something failed: how often, and when.
    var resting: [String: (failures: Int, until: ContinuousClock.Instant)] = [:]
  }

  /// - Parameters:
  ///   - key: the file of the private key.
  ///   - backend: the words that say where steps run.
  init(_ client: ServiceClient, key: String, folder: String, backend: [String]) throws {
    self.client = client
    self.key = key
    self.folder = folder
    self.backend = backend
    try FileAccess.makeFolder(folder)
    publicKey = "\(folder)/provider.pub"
    try FileAccess.write(Array(client.key.verifyingKey.pem.utf8), to: publicKey)
  }

  /// Whether no job is being followed.
  var isFree: Bool { state.withLock { $0.taken.isEmpty } }

  func mayTake(_ job: MarketJob) -> Bool {
    guard job.provider == nil || job.provider == client.party else { return false }
    return !isResting(job.name) && state.withLock { !$0.left.contains(job.name) }
  }

  /// Does not look at a job again.
  func leave(_ job: String) { state.withLock { _ = $0.left.insert(job) } }

  func takeRemarks() -> [String] {
    state.withLock { state in
      defer { state.remarks = [] }
      return state.remarks
    }
  }

  /// The followed jobs that are settled by now, with how.
  func takeSettled() throws -> [(job: String, settlement: String)] {
    var settled: [(String, String)] = []
    for name in state.withLock({ $0.taken }).sorted() {
      let job = try client.job(name)
      guard job.state == .settled else { continue }
      settled.append((name, job.settlement ?? ""))
      state.withLock { _ = $0.taken.remove(name) }
    }
    return settled
  }

  /// Goes on with the jobs that were taken; false where none is to be worked on.
  func goOn(_ say: (String) throws -> Void) throws -> Bool {
    try findTaken()
    for name in state.withLock({ $0.taken }).sorted() {
      let job = try client.job(name)
      guard job.provider == client.party, [.active, .interrupted].contains(job.state),
        !isResting(name)
      else { continue }
      do {
        if job.state == .interrupted {
          try client.post(
            "/v1/jobs/\(name)/resume", once: Hex.encode(RandomBytes.make(8)))
          try say("resumed      \(name)")
        }
        try work(on: job, say)
        state.withLock { $0.resting[name] = nil }
        return true
      } catch { rest(name, after: error) }
    }
    return false
  }

  private func isResting(_ job: String) -> Bool {
    state.withLock { state in state.resting[job].map { $0.until > .now } ?? false }
  }

  /// One job that fails holds no other up.
  private func rest(_ job: String, after error: any Error) {
    state.withLock { state in
      let failures = min((state.resting[job]?.failures ?? 0) + 1, 9)
      state.resting[job] = (failures, .now + .seconds(1 << failures))
      state.remarks.append("\(job): \(error)")
    }
  }

  /// Finds the jobs that were taken before this process began, once.
  private func findTaken() throws {
    guard !state.withLock({ $0.hasLooked }) else { return }
    for phase in PhaseName.allCases where ![.offered, .funded, .vacant, .settled].contains(phase) {
      for job in try client.jobs(in: phase) where job.provider == client.party {
        state.withLock { _ = $0.taken.insert(job.name) }
      }
    }
    state.withLock { $0.hasLooked = true }
  }

  /// Takes a job, if its first interval can be trained.
  func take(_ job: MarketJob, _ say: (String) throws -> Void) throws {
    let part = try Part(job, client, folder: folder)
    do {
      try train(part, upTo: part.firstStep + part.spec.interval)
    } catch let error as OperationError {
      leave(job.name)
      throw OperationError("\(job.name) is left to others: \(error)")
    }
    do {
      try client.post(
        "/v1/jobs/\(job.name)/\(job.state == .vacant ? "resume" : "accept")",
        once: "\(job.verifiedStep)")
    } catch let refusal as ServiceRefusal {
      // Somebody was faster; or the stake is not there yet.
      if refusal.code != "wrong_state" { rest(job.name, after: refusal) }
      return
    }
    state.withLock { _ = $0.taken.insert(job.name) }
    try say("accepted     \(job.name)")
    try work(on: try client.job(job.name), say)
  }

  /// Trains what is to be claimed next, and claims it.
  private func work(on job: MarketJob, _ say: (String) throws -> Void) throws {
    let part = try Part(job, client, folder: folder)
    let pulse = part.heartbeatSeconds.map { [client] seconds in
      Pulse(every: max(0.5, Double(seconds) / 3)) {
        // A missed one is made good by the next.
        _ = try? client.post(
          "/v1/jobs/\(job.name)/heartbeat", once: Hex.encode(RandomBytes.make(8)))
      }
    }
    defer { withExtendedLifetime(pulse) {} }
    if !FileAccess.exists(part.claim) {
      try say("training     \(job.name), steps \(part.firstStep) to \(part.lastStep)")
      try train(part, upTo: part.lastStep)
      try OwnCommand.run(
        [
          "claim", part.run, "--key", key, "--terms", part.termsFile, "--up-to",
          "\(part.lastStep)", "--out", part.claim,
        ] + part.words(for: ["text", "vocabulary", "test-data", "test-targets", "test-text"])
          + backend)
    }
    let bytes = try FileAccess.read(part.claim, limit: Envelope.maximumByteCount)
    do {
      try client.post(
        "/v1/jobs/\(job.name)/claim", bytes: bytes, once: SHA256.digest(of: bytes).hex)
    } catch let refusal as ServiceRefusal where refusal.code == "cheating_would_pay" {
      // Too small a part for what the stake covers: the next claim is about everything.
      guard !part.isWhole else { throw refusal }
      try part.makeWhole()
      return
    }
    try say("claimed      \(job.name)")
  }

  /// Trains up to a step; what was trained before is not trained again.
  private func train(_ part: Part, upTo step: UInt64) throws {
    let files = part.words(for: [
      "data", "targets", "columns", "text", "vocabulary", "test-data", "test-targets", "test-text",
    ])
    let common = ["--run", part.run, "--up-to", "\(min(step, part.lastStep))"] + files + backend
    if FileAccess.exists("\(part.run)/spec.json") {
      // Beyond what is there already nothing is to be done.
      guard try RunDirectory.open(part.run).checkpointSteps().last ?? 0 < step else { return }
      try OwnCommand.run(["train", "--resume"] + common)
    } else {
      try OwnCommand.run(
        ["train", part.specFile, "--provider", publicKey] + part.start
          + part.words(for: ["weights"]) + common)
    }
  }

  /// Answers every challenge that is open and not answered.
  func answerChallenges() {
    for name in state.withLock({ $0.taken }).sorted() {
      do {
        let job = try client.job(name)
        guard job.provider == client.party,
          [.verifying, .inconclusive, .disputed].contains(job.state)
        else { continue }
        try answer(job)
      } catch {
        state.withLock { $0.remarks.append("\(name) is not answered yet: \(error)") }
      }
    }
  }

  private func answer(_ job: MarketJob) throws {
    guard let challenge = try client.get("/v1/jobs/\(job.name)/challenge") else { return }
    let name = AnswerName(challenge)
    let known = try client.files(of: job.name).filter { $0.party == client.party && $0.isWhole }
    let part = try Part(job, client, folder: folder)
    let claim = try InputFiles.claim(part.claim)
    let state = "state-\(claim.lastStep).safetensors"
    if !known.contains(where: { $0.name == name.answer }) {
      let (file, answer) = ("\(part.folder)/\(name.challenge)", "\(part.folder)/\(name.answer)")
      try FileAccess.write(challenge, to: file)
      let checkpoint = try RunDirectory.open(part.run).checkpointPath(step: claim.lastStep)
      let words =
        ["--challenge", file, "--claim", part.claim]
        + part.words(for: ["data", "targets", "columns", "text", "vocabulary"]) + backend
      let method = part.terms.contents.evidence.method
      if method == .proof || method == .both {
        let proofs = ProofFolder("\(part.folder)/\(name.proofs)")
        try OwnCommand.run(["prove", part.run, "--out", proofs.path] + words)
        for interval in try Challenge(decoding: challenge).indices {
          try client.upload(proofs.file(interval), as: name.proof(of: interval), to: job.name)
        }
      }
      // What is there under this name says that all of the answer is.
      if method == .proof {
        try client.upload(checkpoint, as: name.answer, to: job.name)
      } else {
        FileAccess.remove(answer)
        try OwnCommand.run(["open", part.run, "--out", answer] + words)
        try client.upload(answer, as: name.answer, to: job.name)
        FileAccess.remove(answer)
      }
    }
    // What the buyer pays for, and what another provider would go on from.
    if !known.contains(where: { $0.name == state }) {
      try client.upload(part.claim, as: "claim-\(claim.lastStep).json", to: job.name)
      let checkpoint = try RunDirectory.open(part.run).checkpointPath(step: claim.lastStep)
      try client.upload(checkpoint, as: state, to: job.name)
    }
  }
}

/// The names of what belongs to a challenge.
struct AnswerName {
  let challenge: String
  /// The provider's answer: a bundle, or where proofs are all that is asked for, the last state.
  let answer: String
  /// The proofs of the drawn intervals, before the interval's number.
  let proofs: String
  /// A drawn verifier's verdict before it is shown.
  let sealed: String

  init(_ challenge: [UInt8]) {
    let text = SHA256.digest(of: challenge).hex.prefix(16)
    self.challenge = "challenge-\(text)"
    answer = "answer-\(text)"
    proofs = "proofs-\(text)"
    sealed = "sealed-\(text)"
  }

  func proof(of interval: Int) -> String { "\(proofs)-\(interval)" }
}
