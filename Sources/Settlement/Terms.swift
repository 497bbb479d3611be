public import AssayAccounting
public import AssayCryptography
public import AssayEvidence

/// What buyer and provider agree on: immutable, and identified by the SHA-256 of its exact bytes.
///
/// Everything that can decide about money stands here: who the parties are, what is to be computed,
/// which evidence counts, whose secrets fix the draw, every deadline, and every share.
public struct Terms: Hashable, Sendable {
  /// Longer files are refused unread.
  public static let maximumByteCount = 1 << 20
  /// The version of the payout table that this machine has.
  public static let payoutPolicy = 1

  /// The exact bytes.
  public let bytes: [UInt8]
  /// SHA-256 of the bytes: the terms' identity.
  public let digest: Digest
  /// What the terms say.
  public let contents: Contents

  /// What terms say; see `Terms` for their identity.
  public struct Contents: Hashable, Sendable {
    /// The job's name: 1 to 64 characters of a–z, A–Z, 0–9, `.`, `_` and `-`.
    public var job: String
    /// The asset of every amount.
    public var asset: Asset
    /// What the provider is paid for accepted work.
    public var price: Amount
    /// What the verifier that decides is paid, whatever it decides.
    public var fee: Amount
    /// What the provider puts up.
    public var stake: Amount
    /// What a challenger puts up; at least the fee, which it pays the referee if it loses.
    public var challengeBond: Amount
    /// How a forfeited stake is shared.
    public var slashing: Slashing
    /// Who takes part.
    public var parties: Parties
    /// What is to be computed.
    public var work: Work
    /// The quality that the full price is for; nil where every accepted work is paid in full.
    public var quality: QualityCondition?
    /// Which evidence counts.
    public var evidence: EvidencePolicy
    /// The hash of the buyer's secret.
    public var buyerSecretHash: Digest
    /// The hash of the operator's secret.
    public var operatorSecretHash: Digest
    /// What honest work costs and what cheating could gain.
    public var economics: Economics
    /// How long each state may last.
    public var deadlines: Deadlines
    /// What the market charges.
    public var policy: MarketPolicy
    /// How verifiers are drawn; nil where any admitted one may answer.
    public var panel: Panel?
    /// Who may stop the job; nil where nobody may.
    public var guardians: Guardians?
    /// How the job goes on where its provider does not; nil where it then ends.
    public var continuity: Continuity?
    /// How the artefact gets to the buyer; nil where the parties see to that themselves.
    public var delivery: Delivery?
    /// How many verifiers must say that they have the data before the buyer can fund the job.
    public var dataReceipts: Int
    /// Which of several jobs of the same work this is; nil where there is one.
    public var replica: Replica?

    /// The contents of a terms file to be written.
    public init(
      job: String, asset: Asset, price: Amount, fee: Amount, stake: Amount,
      challengeBond: Amount, slashing: Slashing, parties: Parties, work: Work,
      quality: QualityCondition? = nil, evidence: EvidencePolicy, buyerSecretHash: Digest,
      operatorSecretHash: Digest,
      economics: Economics, deadlines: Deadlines, policy: MarketPolicy = .free,
      panel: Panel? = nil, guardians: Guardians? = nil, continuity: Continuity? = nil,
      delivery: Delivery? = nil, dataReceipts: Int = 0, replica: Replica? = nil
    ) {
      self.job = job
      self.asset = asset
      self.price = price
      self.fee = fee
      self.stake = stake
      self.challengeBond = challengeBond
      self.slashing = slashing
      self.parties = parties
      self.work = work
      self.quality = quality
      self.evidence = evidence
      self.buyerSecretHash = buyerSecretHash
      self.operatorSecretHash = operatorSecretHash
      self.economics = economics
      self.deadlines = deadlines
      self.policy = policy
      self.panel = panel
      self.guardians = guardians
      self.continuity = continuity
      self.delivery = delivery
      self.dataReceipts = dataReceipts
      self.replica = replica
    }
  }

  /// Shares of a forfeited stake in millionths; the rest goes to the treasury.
  public struct Slashing: Hashable, Sendable {
    /// The buyer's share for its damage.
    public var damageMillionths: Int
    /// The share of a challenger whose challenge showed the fault.
    public var finderMillionths: Int
    /// The part of the stake that is lost for not delivering in time; the rest is given back.
    public var livenessMillionths: Int

    /// Shares; damage and finder together at most the whole.
    public init(damageMillionths: Int, finderMillionths: Int, livenessMillionths: Int) {
      self.damageMillionths = damageMillionths
      self.finderMillionths = finderMillionths
      self.livenessMillionths = livenessMillionths
    }
  }

  /// The keys of those who take part; each key has one role.
  public struct Parties: Hashable, Sendable {
    /// Who pays.
    public var buyer: VerifyingKey
    /// Who keeps the log, with its origin and key.
    public var log: LogIdentity
    /// Whose verdicts are admitted.
    public var verifiers: [VerifyingKey]
    /// Who decides a challenge; without one there are no challenges.
    public var referee: VerifyingKey?
    /// Who must do the work; nil: whoever accepts first.
    public var provider: VerifyingKey?

    /// The parties.
    public init(
      buyer: VerifyingKey, log: LogIdentity, verifiers: [VerifyingKey],
      referee: VerifyingKey? = nil, provider: VerifyingKey? = nil
    ) {
      self.buyer = buyer
      self.log = log
      self.verifiers = verifiers
      self.referee = referee
      self.provider = provider
    }

    /// Whether the key has a role that keeps it from being the provider.
    public func isTaken(_ key: VerifyingKey) -> Bool {
      key == buyer || key == log.key || key == referee || verifiers.contains(key)
    }
  }

  /// What is to be computed: a segment of a run.
  public struct Work: Hashable, Sendable {
    /// SHA-256 of the spec's exact bytes.
    public var spec: Digest
    /// The root over the examples.
    public var dataRoot: Digest
    /// The segment runs from the state after this step…
    public var firstStep: UInt64
    /// The root of that state, as it was verified before; nil where the spec gives it.
    public var firstRoot: Digest?
    /// …to the state after this one.
    public var lastStep: UInt64
    /// Steps from one state of the trace to the next; the last interval may be shorter.
    public var interval: UInt64

    /// A segment.
    public init(
      spec: Digest, dataRoot: Digest, firstStep: UInt64, firstRoot: Digest? = nil,
      lastStep: UInt64, interval: UInt64
    ) {
      self.spec = spec
      self.dataRoot = dataRoot
      self.firstStep = firstStep
      self.firstRoot = firstRoot
      self.lastStep = lastStep
      self.interval = interval
    }

    /// ⌈steps / interval⌉; what is drawn from.
    public var intervalCount: UInt64 { (lastStep - firstStep - 1) / interval + 1 }
    /// The records of the trace: every interval's end and the start.
    public var traceSize: UInt64 { intervalCount + 1 }
  }

  /// The numbers of the deterrence inequality, in the terms' asset.
  public struct Economics: Hashable, Sendable {
    /// What the honest work costs the provider at most.
    public var workCost: Amount
    /// What a falsified interval is worth to the provider elsewhere.
    public var outsideGain: Amount
    /// Whether the provider is taken to be able to keep every verifier from answering after it has
    /// seen the draw; then its stake deters nothing, since silence slashes nobody.
    public var verifiersMayBeSilenced: Bool

    /// The numbers.
    public init(workCost: Amount, outsideGain: Amount, verifiersMayBeSilenced: Bool = false) {
      self.workCost = workCost
      self.outsideGain = outsideGain
      self.verifiersMayBeSilenced = verifiersMayBeSilenced
    }
  }

  /// Keeps bytes that have been read and checked.
  init(bytes: [UInt8], contents: Contents) {
    self.bytes = bytes
    self.contents = contents
    digest = SHA256.digest(of: bytes)
  }
}

extension Terms {
  /// How many intervals the whole work has.
  public var intervalCount: Int { Int(clamping: contents.work.intervalCount) }

  /// The least that a provider forfeits when a drawn interval of the whole work shows that it
  /// cheated, over every exit that it can bring about, net of what a challenger who is its friend
  /// gets back.
  public var leastForfeit: Amount { Amount(deterrence.forfeit) }

  /// What a provider whose honest work misses the quality could gain by falsifying its way to it.
  public var qualityGain: Amount { contents.qualityGain }

  /// The deterrence inequality of these terms for a claim about the whole work; the gain from a
  /// better quality counts as one from outside.
  public var deterrence: Deterrence {
    contents.deterrence(of: Progress(of: contents.work), claimingUpTo: contents.work.lastStep)
  }
}
