import AssayAccounting
public import AssayCryptography
public import AssayEvidence
public import AssaySettlement

/// Disputes whose transcript is a text that says how they ended.
public struct NamedDisputes: DisputeReferee {
  public init() {}

  public func decide(_ transcript: [UInt8]) throws(EvidenceError) -> DisputeOutcome {
    do throws(EvidenceError) { return try DisputeOutcome.open(transcript).outcome } catch {
      throw .dispute(.refused(reason: "no dispute"))
    }
  }
}

extension Market {
  /// The dispute that a command needs, held again, if its transcript is at hand.
  func checkedDispute(for action: Command.Action) throws -> CheckedDispute? {
    let transcript: Digest?
    switch action {
    case .ruling(_, let envelope, _):
      transcript = (try? DisputeOutcome.open(envelope))?.outcome.transcript
    case .close(let job), .expire(let job): transcript = machine.jobs[job]?.verdict?.transcript
    default: transcript = nil
    }
    return try transcript.flatMap { transcripts[$0] }.map {
      try CheckedDispute(transcript: $0, referee: NamedDisputes())
    }
  }

  /// The command that hands in how a challenge ended, by the referee's word or, where it is about
  /// the provider's trace, by a transcript, which is kept.
  public mutating func ruling(
    _ job: String, challenger: SigningKey, defender: VerifyingKey, challengerLost: Bool,
    fault: DisputeFault = .falseStatement, signedBy referee: SigningKey? = nil
  ) throws -> Command.Action {
    let open = try require(machine.jobs[job], "the job")
    let claim = try require(open.claim, "the claim")
    var outcome = DisputeOutcome(
      job: job, terms: open.terms.digest, claim: claim.identity,
      challenger: challenger.verifyingKey, defender: defender, challengerLost: challengerLost,
      fault: fault, subject: "interval 1, step 2, operator 3")
    if open.verdict?.outcome == .accepted, defender == claim.provider, fault != .stalled {
      let transcript = outcome.signed(by: keys.outsider).encoded
      outcome = try CheckedDispute(transcript: transcript, referee: NamedDisputes()).outcome
      transcripts[try require(outcome.transcript, "the transcript")] = transcript
    }
    let envelope = outcome.signed(by: referee ?? keys.referee).encoded
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
