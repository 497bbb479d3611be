public import AssayCryptography
public import AssayEvidence
public import AssaySettlement

extension Market {
  /// The command that hands in the referee's word on a challenge.
  public mutating func ruling(
    _ job: String, challenger: SigningKey, defender: VerifyingKey, challengerLost: Bool,
    fault: DisputeFault = .falseStatement, signedBy referee: SigningKey? = nil
  ) throws -> Command.Action {
    let open = try require(machine.jobs[job], "the job")
    let envelope = DisputeOutcome(
      job: job, terms: open.terms.digest, claim: try require(open.claim, "the claim").identity,
      challenger: challenger.verifyingKey, defender: defender, challengerLost: challengerLost,
      fault: fault, subject: "interval 1, step 2, operator 3"
    ).signed(by: referee ?? keys.referee).encoded
    return .ruling(job: job, envelope: envelope, evidence: try log(.dispute, envelope))
  }

  /// The command that hands in a guardian's vote.
  public mutating func quarantine(
    _ job: String, _ reason: QuarantineReason, by guardian: SigningKey
  ) throws -> Command.Action {
    let terms = try require(machine.jobs[job], "the job").terms.digest
    let envelope = QuarantineVote(job: job, terms: terms, reason: reason)
      .signed(by: guardian).encoded
    return .quarantine(job: job, envelope: envelope, evidence: try log(.quarantine, envelope))
  }
}
