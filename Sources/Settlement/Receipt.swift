public import AssayCryptography
public import AssayEvidence
public import AssaySpecification
internal import AssayAccounting

/// What a settled job leaves behind: the chain from the terms to the postings, signed by the
/// operator.
///
///     terms hash → trace root → log index → seed → intervals → verdict → ending → postings
///
/// - Soundness: `open` checks the signature, draws again and applies the payout table again. That
///   claim and verdict stand in the log needs the log, that the postings were made needs the books.
public struct Receipt: Hashable, Sendable {
  /// The predicate's type.
  public static let predicateType = "https://assay.dev/receipt/v1"

  /// A signed statement and its place in the log.
  public struct Logged: Hashable, Sendable {
    /// The identity of the envelope.
    public let identity: Digest
    /// Who signed it.
    public let signer: VerifyingKey
    /// Its place in the log.
    public let logIndex: UInt64
  }

  /// A movement of the job's money.
  public struct Posting: Hashable, Sendable {
    /// The transfer's name in the books.
    public let transfer: String
    /// The account that was debited.
    public let debit: String
    /// The account that was credited.
    public let credit: String
    /// How much, in decimal digits.
    public let amount: String
  }

  /// The job's name.
  public let job: String
  /// The terms' identity.
  public let terms: Digest
  /// Who accepted the job.
  public let provider: VerifyingKey?
  /// The provider's claim, once it was logged.
  public let claim: Logged?
  /// The root over the claimed trace.
  public let traceRoot: Digest?
  /// How well the claimed state does, if that was measured.
  public let quality: Quality?
  /// What was drawn and why, once both secrets were revealed.
  public let challenge: Challenge?
  /// The verdict that stood at the end.
  public let verdict: Logged?
  /// The proofs that it rests on.
  public let proved: [ProvedInterval]
  /// Whose challenge showed the fault.
  public let finder: VerifyingKey?
  /// How the job ended.
  public let ending: Ending
  /// When, in seconds.
  public let time: UInt64
  /// Every movement of its money, in order; what went back to its depositor never moved.
  public let postings: [Posting]

  init(
    job: String, terms: Digest, provider: VerifyingKey?, claim: Logged?, traceRoot: Digest?,
    quality: Quality?, challenge: Challenge?, verdict: Logged?,
    proved: [ProvedInterval], finder: VerifyingKey?, ending: Ending, time: UInt64,
    postings: [Posting]
  ) {
    self.job = job
    self.terms = terms
    self.provider = provider
    self.claim = claim
    self.traceRoot = traceRoot
    self.quality = quality
    self.challenge = challenge
    self.verdict = verdict
    self.proved = proved
    self.finder = finder
    self.ending = ending
    self.time = time
    self.postings = postings
  }

  /// The receipt of a settled job; nil while the job is open.
  public init?(of job: Job, in machine: SettlementMachine) {
    guard case .settled(let ending, let time) = job.phase else { return nil }
    var logged: Logged?
    if let claim = job.claim, let index = job.claimLogIndex {
      logged = Logged(identity: claim.identity, signer: claim.provider, logIndex: index)
    }
    let prefix = "job/\(job.id)/"
    let postings: [Posting] = machine.ledger.transfers.compactMap { transfer in
      guard transfer.id.name.hasPrefix(prefix),
        case .move(let debit, let credit, let amount) = transfer.action
      else { return nil }
      return Posting(
        transfer: transfer.id.name, debit: debit.name, credit: credit.name,
        amount: amount.description)
    }
    self.init(
      job: job.id, terms: job.terms.digest, provider: job.provider, claim: logged,
      traceRoot: logged == nil ? nil : job.claim?.traceRoot,
      quality: logged == nil ? nil : job.claim?.quality, challenge: job.challenge,
      verdict: job.verdict.map {
        Logged(identity: $0.identity, signer: $0.verifier, logIndex: $0.logIndex)
      }, proved: job.verdict?.proved ?? [], finder: job.finder, ending: ending, time: time,
      postings: postings)
  }

  /// Signs the receipt as an in-toto statement.
  public func signed(by key: SigningKey) -> Envelope {
    Envelope.sign(payload: statement.encoded, with: key)
  }

  /// Reads a signed receipt and checks it against the terms, without the service.
  ///
  /// - Throws: `malformed`, or `receipt` with what does not hold.
  public static func open(
    _ envelopeBytes: [UInt8], terms: Terms
  ) throws(SettlementError) -> Receipt {
    let statement: Statement
    do throws(CryptographyError) {
      let payload = try Envelope(decoding: envelopeBytes).verify(
        with: terms.contents.parties.log.key)
      statement = try Statement(decoding: payload)
    } catch { throw .receipt(reason: "\(error)") }
    let receipt = try Receipt(statement)
    try receipt.check(against: terms)
    return receipt
  }

  private func check(against terms: Terms) throws(SettlementError) {
    let contents = terms.contents
    guard self.terms == terms.digest, job == contents.job else {
      throw .receipt(reason: "expected the terms \(terms.digest), found \(self.terms)")
    }
    if let challenge { try check(challenge, of: terms) }
    if let verdict {
      let admitted = contents.parties.verifiers + [contents.parties.referee].compactMap(\.self)
      guard challenge != nil, admitted.contains(verdict.signer) else {
        throw .receipt(reason: "the verdict is by a key that the terms do not admit")
      }
    }
    let needsVerdict: Bool
    switch ending {
    case .accepted, .belowQuality, .rejected: needsVerdict = true
    default: needsVerdict = false
    }
    guard !needsVerdict || verdict != nil else {
      throw .receipt(reason: "\(ending.name) without a verdict")
    }
    let isBelow = contents.quality.map { !$0.isMet(by: quality) } ?? false
    guard ending != (isBelow ? .accepted : .belowQuality) else {
      throw .receipt(
        reason: "\(ending.name) does not follow from the quality: \(quality?.description ?? "none")"
      )
    }
    try checkProofs(contents.evidence.method)
    guard ending != .buyerSilent || (claim != nil && challenge == nil) else {
      throw .receipt(reason: "the buyer was not silent")
    }
    try checkPostings(contents)
  }

  /// The proofs are of drawn intervals, and there are as many as the terms ask for.
  private func checkProofs(_ method: EvidenceMethod) throws(SettlementError) {
    let drawn = Set(challenge?.indices ?? [])
    let shown = Set(proved.map(\.interval))
    guard shown.isSubset(of: drawn), shown.isEmpty || method.admitsProofs else {
      throw .receipt(reason: "it names proofs of intervals that were not to be proved")
    }
    switch ending {
    case .accepted, .belowQuality:
      // What is not proved must be enough as executed again, which is the verdict's to say.
      for interval in drawn.subtracting(shown).sorted()
      where !method.isEnough(executed: true, proved: false) {
        throw .receipt(reason: "it names no proof of interval \(interval)")
      }
    default:
      guard shown.isEmpty else { throw .receipt(reason: "\(ending.name) rests on no proof") }
    }
  }

  private func check(_ challenge: Challenge, of terms: Terms) throws(SettlementError) {
    let contents = terms.contents
    guard challenge.job == job, challenge.terms == terms.digest,
      challenge.claim == claim?.identity, challenge.policy == contents.evidence,
      challenge.draw.intervalCount == terms.intervalCount
    else { throw .receipt(reason: "the draw is about something else") }
    do throws(EvidenceError) {
      try challenge.checkSecrets(
        buyerSecretHash: contents.buyerSecretHash,
        operatorSecretHash: contents.operatorSecretHash)
    } catch { throw .receipt(reason: "\(error)") }
  }

  private func checkPostings(_ contents: Terms.Contents) throws(SettlementError) {
    let table = PayoutTable(terms: contents, hasFinder: finder != nil)
    let roles = Roles(provider: provider, decider: verdict?.signer, finder: finder)
    let paid = HoldKind.allCases.flatMap { table.shares(of: $0, at: ending).map(\.payee) }
    guard roles.provider != nil || !paid.contains(.provider) || ending.isBeforeAcceptance else {
      throw .receipt(reason: "\(ending.name) without a provider")
    }
    let expected = HoldKind.allCases.flatMap { kind -> [Posting] in
      ending.isBeforeAcceptance
        ? []
        : table.movements(of: kind, at: ending, to: roles).map { movement in
          Posting(
            transfer: movement.transferID(in: job).name, debit: movement.from.id.name,
            credit: movement.to.id.name, amount: movement.amount.description)
        }
    }
    let found = postings.filter { $0.transfer.hasPrefix("job/\(job)/settle/") }
    guard found == expected else {
      throw .receipt(
        reason: "the postings are not what the payout table gives for \(ending.name)")
    }
  }
}

extension Ending {
  /// Whether the job ended before a provider had accepted it.
  var isBeforeAcceptance: Bool {
    switch self {
    case .notFunded, .notAccepted, .cancelled: true
    default: false
    }
  }
}
