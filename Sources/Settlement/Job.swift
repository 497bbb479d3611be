public import AssayCryptography
public import AssayEvidence

/// Where a job stands. Every state but the last has a deadline and an exit that anyone can take
/// once it has passed.
public enum Phase: Hashable, Sendable {
  /// The terms are there; the buyer may fund.
  case offered(until: UInt64)
  /// Price and fee are held; a provider may accept.
  case funded(until: UInt64)
  /// The stake is held; the provider works.
  case active(until: UInt64)
  /// The provider has committed to a trace; the operator must show it in the log.
  case committed(until: UInt64)
  /// The claim is logged; this party must reveal its secret, the operator before the buyer.
  case sampling(awaiting: RevealRole, until: UInt64)
  /// The intervals are drawn; a verifier must answer.
  case verifying(until: UInt64)
  /// An answer was inconclusive or none came; another verifier may answer.
  case inconclusive(until: UInt64)
  /// A verdict stands and may be challenged.
  case challengeOpen(until: UInt64)
  /// Challenged; the referee must answer. The window goes on beside it.
  case disputed(until: UInt64, windowUntil: UInt64)
  /// It is over.
  case settled(Ending, at: UInt64)

  /// The name of the state.
  public var name: PhaseName {
    switch self {
    case .offered: .offered
    case .funded: .funded
    case .active: .active
    case .committed: .committed
    case .sampling: .sampling
    case .verifying: .verifying
    case .inconclusive: .inconclusive
    case .challengeOpen: .challengeOpen
    case .disputed: .disputed
    case .settled: .settled
    }
  }

  /// When the state's time is over, in seconds; nil for a settled job.
  public var deadline: UInt64? {
    switch self {
    case .offered(let until), .funded(let until), .active(let until), .committed(let until),
      .sampling(_, let until), .verifying(let until), .inconclusive(let until),
      .challengeOpen(let until), .disputed(let until, _):
      until
    case .settled: nil
    }
  }
}

/// The name of a state.
public enum PhaseName: String, Hashable, Sendable, CaseIterable {
  case offered, funded, active, committed, sampling, verifying, inconclusive, challengeOpen
  case disputed, settled
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

  init(_ admitted: AdmittedVerdict, logIndex: UInt64) {
    outcome = admitted.verdict.outcome
    verifier = admitted.verifier
    identity = admitted.identity
    self.logIndex = logIndex
    proved = admitted.verdict.outcome == .accepted ? admitted.verdict.proved : []
  }

  /// Whether it says that the work is right or that it is wrong.
  var isConclusive: Bool {
    if case .inconclusive = outcome { false } else { true }
  }

  /// Whether the other verdict comes to the same conclusion.
  func agrees(with other: StandingVerdict) -> Bool {
    switch (outcome, other.outcome) {
    case (.accepted, .accepted), (.rejected, .rejected), (.inconclusive, .inconclusive): true
    default: false
    }
  }
}

/// A challenge whose bond is held.
public struct OpenChallenge: Hashable, Sendable {
  /// Who challenged.
  public let challenger: VerifyingKey
  /// The number of the challenge in its job, from 0: it names the bond's hold.
  public let number: UInt64
}

/// One job: its terms and everything that has happened.
public struct Job: Hashable, Sendable {
  /// What was agreed; never changes.
  public let terms: Terms
  /// Where it stands.
  public internal(set) var phase: Phase
  /// Who accepted it.
  public internal(set) var provider: VerifyingKey?
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
  /// The verdict that stands.
  public internal(set) var verdict: StandingVerdict?
  /// Who has challenged it and has a bond held, in order.
  public internal(set) var challenges: [OpenChallenge] = []
  /// How many challenges there were, for the names of their holds.
  public internal(set) var challengeCount: UInt64 = 0
  /// Whose challenge showed a fault that the first verdict had not.
  public internal(set) var finder: VerifyingKey?

  init(terms: Terms, phase: Phase) {
    self.terms = terms
    self.phase = phase
  }

  /// The job's name.
  public var id: String { terms.contents.job }

  /// The ending that the standing verdict leads to; nil without a conclusive one.
  var verdictEnding: Ending? {
    switch verdict?.outcome {
    case .accepted:
      // An admitted acceptance has measured what the claim states.
      terms.contents.quality?.isMet(by: claim?.quality) ?? true ? .accepted : .belowQuality
    case .rejected(let rejection): .rejected(rejection.fault)
    case .inconclusive, nil: nil
    }
  }

  /// The challenge that follows from the revealed secrets; nil before both are revealed.
  public var challenge: Challenge? {
    guard let claim, let buyerSecret, let operatorSecret else { return nil }
    return try? Challenge(
      job: id, terms: terms.digest, claim: claim.identity, policy: terms.contents.evidence,
      source: .secrets(
        buyer: buyerSecret, operator: operatorSecret),
      intervalCount: terms.intervalCount)
  }
}
