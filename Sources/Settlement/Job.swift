public import AssayAccounting
public import AssayCryptography
public import AssayEvidence

/// One job: its terms and everything that has happened.
public struct Job: Hashable, Sendable {
  /// What was agreed; never changes.
  public let terms: Terms
  /// Where it stands.
  public internal(set) var phase: Phase
  /// Who works, or did last; nil before anybody accepted and after a provider has left.
  public internal(set) var provider: VerifyingKey?
  /// What is verified and paid.
  public internal(set) var progress: Progress
  /// The claims that were accepted before the present one, in order.
  public internal(set) var accepted: [Examination] = []
  /// The present claim and what was found about it.
  public internal(set) var examination = Examination()
  /// Every occasion on which its money moved, in order.
  public internal(set) var payments: [Payment] = []
  /// The guardians' votes to stop it.
  public internal(set) var votes: [GuardianVote] = []
  /// How many challenges there were, for the names of their holds.
  public internal(set) var challengeCount: UInt64 = 0
  /// The holds that are open.
  public internal(set) var holds: [HoldKind: TransferID] = [:]
  /// The verifiers that have said that they have the data, in order.
  public internal(set) var dataHolders: [VerifyingKey] = []
  /// The key of the sealed artefact, once it was disclosed for the payment.
  public internal(set) var deliveryKey: [UInt8]?
  /// How many answers were sealed, for the names of their bonds.
  var answerCount: UInt64 = 0
  /// How many holds were made, for their names.
  var holdCount: UInt64 = 0
  /// What was left of the time to work when the present claim was made, in seconds.
  var workLeft: UInt64 = 0

  init(terms: Terms, phase: Phase) {
    self.terms = terms
    self.phase = phase
    progress = Progress(of: terms.contents.work)
  }

  /// The job's name.
  public var id: String { terms.contents.job }
  /// What the provider claims at present.
  public var claim: AdmittedClaim? { examination.claim }
  /// The present claim's place in the log.
  public var claimLogIndex: UInt64? { examination.claimLogIndex }
  /// What was drawn of the present claim.
  public var draw: Draw? { examination.draw }
  /// The verdict that stands on the present claim.
  public var verdict: StandingVerdict? { examination.verdict }
  /// Whose challenge showed a fault that the first verdict had not.
  public var finder: VerifyingKey? { examination.finder }
  /// What must be opened of the present claim; nil before both secrets are revealed.
  public var challenge: Challenge? { examination.challenge(under: terms) }

  /// Who has a part in the job from its offer on.
  public var parties: Set<VerifyingKey> {
    let parties = terms.contents.parties
    return Set(
      [parties.buyer, parties.log.key] + parties.verifiers
        + [parties.referee, parties.provider].compactMap(\.self)
        + (terms.contents.guardians?.keys ?? []))
  }

  /// Who must answer in the present round; empty where any admitted verifier may.
  public var panelists: [VerifyingKey] {
    examination.panelists(under: terms, round: examination.round)
  }

  /// Whether the present claim reaches the end of the work.
  var claimsAll: Bool { claim?.lastStep == terms.contents.work.lastStep }

  /// The root of the last verified state; nil where the spec gives it.
  public var verifiedRoot: Digest? {
    accepted.last?.claim?.lastRoot ?? terms.contents.work.firstRoot
  }

  /// The hash of the secret that a party reveals next: the secret it revealed for the last claim,
  /// or the one in the terms.
  public func secretHash(of role: RevealRole) -> Digest {
    let last = role == .buyer ? accepted.last?.buyerSecret : accepted.last?.operatorSecret
    if let last, let hash = try? Digest(bytes: last) { return hash }
    return role == .buyer ? terms.contents.buyerSecretHash : terms.contents.operatorSecretHash
  }

  /// The ending that the standing verdict leads to; nil without a conclusive one. Before the end of
  /// the work, the job goes on after an acceptance.
  var verdictEnding: Ending? {
    switch verdict?.outcome {
    case .accepted:
      // An admitted acceptance has measured what the claim states.
      !claimsAll || terms.contents.quality?.isMet(by: claim?.quality) ?? true
        ? .accepted : .belowQuality
    case .rejected(let rejection): .rejected(rejection.fault)
    case .inconclusive, nil: nil
    }
  }

  /// Who gets what now.
  var payoutTable: PayoutTable {
    PayoutTable(terms: terms.contents, progress: progress, hasFinder: finder != nil)
  }
}

/// An occasion on which money of a job moved, and who took part.
public struct Payment: Hashable, Sendable {
  /// Why it moved.
  public let payout: Payout
  /// Who worked.
  public let provider: VerifyingKey?
  /// Who came to the verdict that stands.
  public let deciders: [VerifyingKey]
  /// Whose challenge showed a fault.
  public let finder: VerifyingKey?
  /// How many claims were accepted before.
  public let acceptedClaims: Int
}
