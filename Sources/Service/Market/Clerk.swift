internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
internal import AssayMerkle
internal import AssaySettlement
internal import AssayStorage

// What the operator does unasked: logs claims, reveals its secret, ends what is overdue.
extension MarketService {
  /// How many overdue jobs are ended in one moment.
  private static let expiryLimit = 256

  /// The operator's last secret for a job, from which those before it follow: only its key can
  /// compute it, before and after a crash.
  static func operatorSecret(of job: String, key: SigningKey) -> [UInt8] {
    let signature = key.sign(Array("assay/operator-secret/v1 \(job)".utf8))
    return SHA256.digest(domain: "assay/operator-secret/v1", [signature]).bytes
  }

  /// Ends every state whose deadline has passed; as the service's clock ticks.
  ///
  /// - Parameter now: milliseconds since 1970.
  /// - Throws: `StorageError`; nothing was done then.
  public func tick(now: UInt64) throws {
    do {
      try store.group {
        try store.refresh()
        try index.catchUp(with: store)
        // A state that a time-out leads to waits for the next tick.
        for name in index.takeOverdue(at: now / 1000) { try end(name, now: now) }
        for invitation in try store.invitations() where invitation.until <= now / 1000 {
          let name = invitation.terms.contents.job
          let key = "clerk/\(name)/match/\(invitation.until)"
          guard let match = try? Command(key: key, action: .match(job: name)) else { continue }
          _ = try apply(match, at: now)
        }
        for name in index.names(in: [.committed, .sampling]) { try clerk(name, at: now) }
        try sweep(now: now)
      }
    } catch {
      index = JobIndex()
      throw error
    }
  }

  /// Removes the files of jobs that have long been settled, now and then.
  private func sweep(now: UInt64) throws {
    guard let bundles, now >= lastSweep + 600_000 else { return }
    lastSweep = now
    for name in try bundles.jobs() {
      guard case .settled(_, let time)? = store.machine.jobs[name]?.phase,
        now / 1000 >= time + configuration.bundleLimits.secondsAfterSettling
      else { continue }
      try bundles.removeAll(of: name)
    }
  }

  private func end(_ name: String, now: UInt64) throws {
    guard let job = store.machine.jobs[name], let deadline = job.phase.deadline,
      deadline <= now / 1000
    else { return }
    let key = "clerk/\(name)/\(job.phase.name.rawValue)/\(deadline)"
    guard let expiry = try? Command(key: key, action: .expire(job: name)) else { return }
    // What is refused is tried again when it changes.
    _ = try apply(expiry, at: now)
  }

  /// Does what the job needs of the operator now.
  func clerk(_ name: String, at now: UInt64) throws {
    guard let key = configuration.operatorKey, let job = store.machine.jobs[name],
      job.terms.contents.parties.log.key == key.verifyingKey,
      job.terms.contents.parties.log.origin == configuration.logOrigin
    else { return }
    switch job.phase {
    case .committed:
      guard let claim = try claimEnvelope(of: name) else { return }
      let evidence = try log(.claim, claim, of: job)
      try send(
        "logged/\(job.progress.acceptedClaims)", .logged(job: name, evidence: evidence), of: name,
        at: now)
    case .sampling(.operator, _):
      // Terms may name a secret that the operator keeps elsewhere.
      guard
        let secret = try Randomness.secret(
          behind: job.secretHash(of: .operator),
          from: Self.operatorSecret(of: job.terms.contents.replica?.group ?? name, key: key),
          by: .operator)
      else { return }
      try send(
        "reveal/\(job.progress.acceptedClaims)",
        .reveal(job: name, role: .operator, secret: secret), of: name, at: now)
    default: return
    }
  }

  private func send(
    _ what: String, _ action: Command.Action, of job: String, at now: UInt64
  ) throws {
    guard let command = try? Command(key: "clerk/\(job)/\(what)", action: action) else { return }
    _ = try apply(command, at: now)
  }

  /// Appends a statement to the log and proves it under a head that the operator signs.
  func log(
    _ kind: LogEntry.Kind, _ envelope: [UInt8], of job: Job
  ) throws -> LogEvidence {
    let key = try operatorKey()
    let log = job.terms.contents.parties.log
    guard log.key == key.verifyingKey, log.origin == configuration.logOrigin else {
      throw Problem(.operatorKeyMissing, "the terms name a log that this service does not keep")
    }
    _ = try store.appendToLog(kind, envelope: envelope)
    return try store.proveInLog(
      Envelope(decoding: envelope).identity, origin: log.origin, signingWith: key)
  }

  func operatorKey() throws(Problem) -> SigningKey {
    guard let key = configuration.operatorKey else {
      throw Problem(.operatorKeyMissing, "this service has no operator's key: see --operator")
    }
    return key
  }

  /// The signed claim that a job was committed with, as its bytes came.
  func claimEnvelope(of name: String) throws -> [UInt8]? {
    for sequence in (index[name]?.events ?? []).reversed() {
      guard let entry = try store.journalEntries(from: sequence, limit: 1).first,
        let command = try? Command(decoding: entry.command)
      else { continue }
      if case .commit(_, let claim) = command.action { return claim }
    }
    return nil
  }
}
