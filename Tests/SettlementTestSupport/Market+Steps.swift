public import AssayAccounting
internal import AssayCryptography
public import AssayEvidence
public import AssaySettlement

extension Market {
  /// The next step on the way of an honest job.
  public enum Stage: Int, CaseIterable, Comparable, Sendable {
    case offered, funded, active, committed, operatorReveal, buyerReveal, verifying

    public static func < (left: Stage, right: Stage) -> Bool { left.rawValue < right.rawValue }
  }

  /// Moves a new job to a stage, each command having to be applied.
  public mutating func advance(_ terms: Terms, to stage: Stage) throws {
    let job = terms.contents.job
    try apply(.offer(terms: terms.bytes))
    let buyer = keys.buyer.verifyingKey
    let provider = keys.provider.verifyingKey
    if stage >= .funded { try apply(.fund(job: job, by: buyer)) }
    if stage >= .active { try apply(.accept(job: job, by: provider)) }
    if stage >= .committed { try apply(.commit(job: job, claim: try claim(job))) }
    if stage >= .operatorReveal {
      try apply(.logged(job: job, evidence: try log(.claim, try claim(job))))
    }
    if stage >= .buyerReveal {
      try apply(.reveal(job: job, role: .operator, secret: try secret(job, of: .operator)))
    }
    if stage >= .verifying {
      try apply(.reveal(job: job, role: .buyer, secret: try secret(job, of: .buyer)))
    }
  }

  /// Takes an active job through a claim that goes up to a step, or the end, to its draw.
  public mutating func examine(_ job: String, upTo last: UInt64? = nil) throws {
    let claim = try claim(job, upTo: last)
    try apply(.commit(job: job, claim: claim))
    try apply(.logged(job: job, evidence: try log(.claim, claim)))
    for role in [RevealRole.operator, .buyer] {
      try apply(.reveal(job: job, role: role, secret: try secret(job, of: role)))
    }
  }

  /// Takes an active job through an accepted claim up to a step, or the end.
  public mutating func accept(_ job: String, upTo last: UInt64? = nil) throws {
    try examine(job, upTo: last)
    try decide(job, .accepted)
    try passDeadline(job)
    try apply(.close(job: job), proofs: try checkedProofs(job))
  }

  /// Hands in a logged verdict.
  @discardableResult
  public mutating func decide(
    _ job: String, _ outcome: Verdict.Outcome, verifier: Int = 0
  ) throws -> Outcome {
    let envelope = try verdict(job, outcome, signedBy: keys.verifiers[verifier])
    return try send(
      .verdict(job: job, envelope: envelope, evidence: try log(.verdict, envelope)),
      proofs: try checkedProofs(job))
  }

  /// Hands in the referee's logged verdict.
  @discardableResult
  public mutating func referee(_ job: String, _ outcome: Verdict.Outcome) throws -> Outcome {
    let envelope = try verdict(job, outcome, signedBy: keys.referee)
    return try send(
      .verdict(job: job, envelope: envelope, evidence: try log(.verdict, envelope)),
      proofs: try checkedProofs(job))
  }

  /// Lets a job's deadline pass.
  public mutating func passDeadline(_ job: String) throws {
    now = max(now, try require(machine.jobs[job]?.phase.deadline, "a deadline"))
  }

  /// Sends a command that must be applied.
  public mutating func apply(_ action: Command.Action, proofs: CheckedProofs? = nil) throws {
    let outcome = try send(action, proofs: proofs)
    guard case .applied = outcome else {
      throw MarketError(description: "expected the command to be applied, found \(outcome)")
    }
  }

  /// What a party may spend.
  public func available(_ account: Account) -> UInt128 {
    machine.ledger[account.id]?.available.units ?? 0
  }
}
