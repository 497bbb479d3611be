internal import AssayAccounting
public import AssayCryptography
internal import AssayEvidence
internal import AssaySettlement

extension SettlementStore {
  /// The most bytes of a proof, a transcript or a spec that are kept.
  public static let evidenceLimit = 256 << 20

  /// Keeps a proof, a transcript or a spec by its SHA-256; durable when this returns.
  ///
  /// - Throws: `StorageError` with `tooLarge`, or as the database fails.
  @discardableResult
  public func keep(evidence bytes: [UInt8]) throws -> Digest {
    guard bytes.count <= SettlementStore.evidenceLimit else {
      throw StorageError(
        .tooLarge, "keep evidence in \(database.name)",
        "expected at most \(SettlementStore.evidenceLimit) bytes, found \(bytes.count)")
    }
    let digest = SHA256.digest(of: bytes)
    try database.transaction {
      _ = try database.query(
        "INSERT INTO evidence VALUES (?, ?) ON CONFLICT (digest) DO NOTHING",
        .blob(digest.bytes), .blob(bytes))
    }
    return digest
  }

  /// The kept bytes with this SHA-256; nil where there are none.
  ///
  /// - Throws: `StorageError` with `corrupt` where they are others.
  public func evidence(_ digest: Digest) throws -> [UInt8]? {
    let rows = try database.query(
      "SELECT bytes FROM evidence WHERE digest = ?", .blob(digest.bytes))
    guard let bytes = rows.first?.first?.blob else { return nil }
    guard SHA256.digest(of: bytes) == digest else {
      throw broken("the evidence \(digest) is not what was kept")
    }
    return bytes
  }

  /// Checks the proofs that a command needs, from the kept bytes; nil where it needs none.
  ///
  /// What is not kept is not checked, and the machine refuses for it.
  ///
  /// - Returns: the proofs that hold, and why the first of the others does not.
  func checkedProofs(for command: Command) throws -> (CheckedProofs?, EvidenceError?) {
    switch command.action {
    case .verdict, .deliver, .close, .expire: try refresh()
    default: return (nil, nil)
    }
    // A repetition changes nothing.
    guard machine.outcome(underKey: command.key) == nil,
      let (job, proved) = proofs(neededBy: command.action), !proved.isEmpty,
      let claim = job.claim, let proofChecker,
      let spec = try evidence(job.terms.contents.work.spec)
    else { return (nil, nil) }
    var checked: CheckedProofs
    do throws(EvidenceError) {
      checked = CheckedProofs(claim: claim, checker: try proofChecker(spec))
    } catch { return (nil, error) }
    for proof in proved {
      guard let bytes = try evidence(proof.proof) else { continue }
      do throws(EvidenceError) {
        try checked.check(bytes)
      } catch { return (checked, error) }
    }
    return (checked, nil)
  }

  /// Holds the dispute again that a command needs, from the kept transcript; nil where it needs
  /// none, or the transcript is not kept.
  func checkedDispute(for command: Command) throws -> (CheckedDispute?, EvidenceError?) {
    switch command.action {
    case .ruling, .close, .expire: try refresh()
    default: return (nil, nil)
    }
    guard machine.outcome(underKey: command.key) == nil, let referee,
      let transcript = transcript(neededBy: command.action),
      let bytes = try evidence(transcript)
    else { return (nil, nil) }
    do throws(EvidenceError) {
      return (try CheckedDispute(transcript: bytes, referee: referee), nil)
    } catch { return (nil, error) }
  }

  private func transcript(neededBy action: Command.Action) -> Digest? {
    switch action {
    case .ruling(let name, let envelope, _):
      guard let job = machine.jobs[name], job.phase.name == .disputed,
        let opened = try? DisputeOutcome.open(envelope),
        // Anybody may send an outcome; work is done for those whom it concerns.
        job.examination.challenges.contains(where: { $0.challenger == opened.signer })
          || [job.claim?.provider, job.terms.contents.parties.referee].contains(opened.signer)
      else { return nil }
      return opened.outcome.transcript
    case .close(let name), .expire(let name):
      guard let job = machine.jobs[name], job.phase.name == .challengeOpen else { return nil }
      return job.verdict?.transcript
    default: return nil
    }
  }

  /// The job that a command is about, and the proofs that money would move on.
  private func proofs(neededBy action: Command.Action) -> (Job, [ProvedInterval])? {
    switch action {
    case .verdict(let name, let envelope, _, _):
      guard let job = machine.jobs[name],
        [.verifying, .revealing, .inconclusive, .disputed].contains(job.phase.name),
        let opened = try? Verdict.open(envelope)
      else { return nil }
      let parties = job.terms.contents.parties
      // Anybody may send a verdict; work is done for those whose word counts.
      guard parties.verifiers.contains(opened.verifier) || parties.referee == opened.verifier
      else { return nil }
      return (job, opened.verdict.proved)
    case .close(let name), .expire(let name):
      guard let job = machine.jobs[name], job.phase.name == .challengeOpen,
        let verdict = job.verdict
      else { return nil }
      return (job, verdict.proved)
    case .deliver(let name, _):
      guard let job = machine.jobs[name], job.phase.name == .delivering, let verdict = job.verdict
      else { return nil }
      return (job, verdict.proved)
    default: return nil
    }
  }
}
