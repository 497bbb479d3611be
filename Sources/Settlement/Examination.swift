public import AssayAccounting
public import AssayCryptography
public import AssayEvidence
public import AssaySpecification

/// One claim of a job and everything that was found about it.
public struct Examination: Hashable, Sendable {
  /// What the provider claims.
  public internal(set) var claim: AdmittedClaim?
  /// The claim's place in the log.
  public internal(set) var claimLogIndex: UInt64?
  /// The operator's secret, once revealed.
  public internal(set) var operatorSecret: [UInt8]?
  /// The buyer's secret, once revealed.
  public internal(set) var buyerSecret: [UInt8]?
  /// What was drawn.
  public internal(set) var draw: Draw?
  /// Who has answered that it cannot say.
  public internal(set) var inconclusiveVerifiers: [VerifyingKey] = []
  /// How many rounds of drawn verifiers could not say.
  public internal(set) var round = 0
  /// The drawn verifiers that have bound themselves to an answer, of every round, in order.
  public internal(set) var seats: [Seat] = []
  /// The verdict that stands.
  public internal(set) var verdict: StandingVerdict?
  /// Who came to it, and is paid for it.
  public internal(set) var deciders: [VerifyingKey] = []
  /// Who has challenged it and has a bond held, in order.
  public internal(set) var challenges: [OpenChallenge] = []
  /// How challenges ended on which there was a ruling of their own, in order.
  public internal(set) var rulings: [Ruling] = []
  /// Whose challenge showed a fault that the first verdict had not.
  public internal(set) var finder: VerifyingKey?

  /// The challenge that follows from the revealed secrets; nil before both are revealed.
  func challenge(under terms: Terms) -> Challenge? {
    guard let claim, let buyerSecret, let operatorSecret else { return nil }
    return try? Challenge(
      job: terms.contents.job, terms: terms.digest, claim: claim.identity,
      policy: terms.contents.evidence,
      source: .secrets(buyer: buyerSecret, operator: operatorSecret),
      intervalCount: terms.contents.intervalCount(from: claim.firstStep, to: claim.lastStep),
      round: round)
  }

  /// The drawn verifiers of a round; fewer than the quorum where there are no more.
  ///
  /// They follow from the draw's seed, so that anyone can draw them again.
  func panelists(under terms: Terms, round: Int) -> [VerifyingKey] {
    guard let panel = terms.contents.panel, let draw, let claim else { return [] }
    return Array(
      panel.order(
        of: terms.contents.parties.verifiers, seed: draw.seed, provider: claim.provider
      ).dropFirst(panel.quorum * round).prefix(panel.quorum))
  }

  /// The verdicts of those who decided.
  var standingVerdicts: [StandingVerdict] {
    deciders.compactMap { key in
      key == verdict?.verifier
        ? verdict : seats.last { $0.round == round && $0.verifier == key }?.verdict
    }
  }

  /// The places in `seats` of the present round.
  var presentSeats: [Int] { seats.indices.filter { seats[$0].round == round } }
}

/// A drawn verifier that has bound itself to an answer.
public struct Seat: Hashable, Sendable {
  /// Who.
  public let verifier: VerifyingKey
  /// In which round.
  public let round: Int
  /// What binds it.
  public let commitment: Digest
  /// Its verdict, once it was shown.
  public internal(set) var verdict: StandingVerdict?
  /// The hold of its bond while that is open.
  public internal(set) var bond: TransferID?
}

/// A verdict that stands until it is overturned.
public struct StandingVerdict: Hashable, Sendable {
  /// What was found.
  public let outcome: Verdict.Outcome
  /// Who says so.
  public let verifier: VerifyingKey
  /// The identity of the verdict's envelope.
  public let identity: Digest
  /// Its place in the log.
  public let logIndex: UInt64
  /// The proofs that an acceptance rests on.
  public let proved: [ProvedInterval]
  /// The transcript that a dispute's outcome follows from.
  public let transcript: Digest?
  /// What kind of hardware it was computed on, by its own statement.
  public let hardware: Hardware
  /// What only the execution of the intervals yields; nil where none was executed again.
  public let work: Digest?

  init(_ admitted: AdmittedVerdict, logIndex: UInt64) {
    outcome = admitted.verdict.outcome
    verifier = admitted.verifier
    identity = admitted.identity
    self.logIndex = logIndex
    proved = admitted.verdict.outcome == .accepted ? admitted.verdict.proved : []
    hardware = admitted.verdict.hardware
    work = admitted.verdict.work
    transcript = nil
  }

  /// A rejection that follows from a dispute.
  init(_ ruling: Ruling) {
    outcome = .rejected(Rejection(fault: ruling.outcome.fault.claimFault))
    verifier = ruling.signer
    identity = ruling.identity
    logIndex = ruling.logIndex
    transcript = ruling.outcome.transcript
    proved = []
    hardware = .processor
    work = nil
  }

  /// Whether it says that the work is right or that it is wrong.
  var isConclusive: Bool {
    if case .inconclusive = outcome { false } else { true }
  }

  /// The fault that it shows; nil for any other verdict.
  var fault: Fault? {
    if case .rejected(let rejection) = outcome { rejection.fault } else { nil }
  }

  /// Whether it shows what the other verdict shows, where both speak of one thing: an acceptance
  /// the same work, a rejection the same fault, and of one interval the same roots.
  func confirms(_ other: StandingVerdict) -> Bool {
    switch (outcome, other.outcome) {
    case (.accepted, .accepted): work == other.work
    case (.rejected(let mine), .rejected(let its)):
      mine.fault == its.fault
        && (mine.interval != its.interval
          || mine.claimedRoot == its.claimedRoot && mine.computedRoot == its.computedRoot)
    default: false
    }
  }

  /// Whether the other verdict comes to the same conclusion.
  func agrees(with other: StandingVerdict) -> Bool {
    switch (outcome, other.outcome) {
    case (.accepted, .accepted), (.rejected, .rejected), (.inconclusive, .inconclusive): true
    default: false
    }
  }
}

/// How one challenge ended.
public struct Ruling: Hashable, Sendable {
  /// Who lost, and how.
  public let outcome: DisputeOutcome
  /// Who states it: the referee, or a party that shows it by the transcript.
  public let signer: VerifyingKey
  /// The identity of the outcome's envelope.
  public let identity: Digest
  /// Its place in the log.
  public let logIndex: UInt64

  init(_ opened: OpenedDisputeOutcome, logIndex: UInt64) {
    outcome = opened.outcome
    signer = opened.signer
    identity = opened.identity
    self.logIndex = logIndex
  }
}

/// A challenge whose bond is held.
public struct OpenChallenge: Hashable, Sendable {
  /// Who challenged.
  public let challenger: VerifyingKey
  /// The number of the challenge in its job, from 0: it names the bond's hold.
  public let number: UInt64
  /// When its time is over; other challenges have their own.
  public let until: UInt64
}
