public import AssayCryptography
public import AssayEvidence
public import AssaySpecification
public import AssayAccounting

/// What a settled job leaves behind: the chain from the terms to the postings, signed by the
/// operator.
///
///     terms hash → for each claim: trace root → log index → seed → intervals → verdict
///                → every occasion on which money moved → ending → postings
///
/// - Soundness: `open` checks the signature, draws again and applies the payout table again. That
///   claim and verdict stand in the log needs the log, that the postings were made needs the books.
public struct Receipt: Hashable, Sendable {
  /// The predicate's type.
  public static let predicateType = "https://assay.dev/receipt/v2"

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

  /// One logged claim and what was found about it.
  public struct Segment: Hashable, Sendable {
    /// The claim, signed by its provider.
    public let claim: Logged
    /// The step that it ends with.
    public let lastStep: UInt64
    /// The root of the state that it starts from.
    public let firstRoot: Digest
    /// The root of the state that it ends with.
    public let lastRoot: Digest
    /// The root over the claimed trace.
    public let traceRoot: Digest
    /// How well the claimed state does, if that was measured.
    public let quality: Quality?
    /// What was drawn and why, once both secrets were revealed.
    public let challenge: Challenge?
    /// The verdicts that stood at the end: of one verifier, of all drawn ones, or of the referee.
    public let verdicts: [Logged]
    /// The proofs that it rests on.
    public let proved: [ProvedInterval]
    /// How challenges of a verdict on it ended, in order, each as it was logged.
    public let rulings: [Ruling]

    init(
      claim: Logged, lastStep: UInt64, firstRoot: Digest, lastRoot: Digest, traceRoot: Digest,
      quality: Quality?, challenge: Challenge?, verdicts: [Logged], proved: [ProvedInterval],
      rulings: [Ruling]
    ) {
      self.claim = claim
      self.lastStep = lastStep
      self.firstRoot = firstRoot
      self.lastRoot = lastRoot
      self.traceRoot = traceRoot
      self.quality = quality
      self.challenge = challenge
      self.verdicts = verdicts
      self.proved = proved
      self.rulings = rulings
    }
  }

  /// How a challenge ended.
  public struct Ruling: Hashable, Sendable {
    /// The logged outcome.
    public let outcome: Logged
    /// Whether the challenger lost; else whoever it challenged.
    public let challengerLost: Bool
    /// How.
    public let fault: DisputeFault
    /// SHA-256 of the transcript that shows it; nil where it rests on the referee's word.
    public let transcript: Digest?
  }

  /// The job's name.
  public let job: String
  /// The terms' identity.
  public let terms: Digest
  /// Every logged claim, in order; all but the last were accepted.
  public let segments: [Segment]
  /// Every occasion on which money moved, in order; the last is the ending.
  public let payments: [Payment]
  /// The guardians' votes to stop it.
  public let votes: [Logged]
  /// How the job ended.
  public let ending: Ending
  /// When, in seconds.
  public let time: UInt64
  /// Every movement of its money, in order; what went back to its depositor never moved.
  public let postings: [Posting]

  init(
    job: String, terms: Digest, segments: [Segment], payments: [Payment], votes: [Logged],
    ending: Ending, time: UInt64, postings: [Posting]
  ) {
    self.job = job
    self.terms = terms
    self.segments = segments
    self.payments = payments
    self.votes = votes
    self.ending = ending
    self.time = time
    self.postings = postings
  }

  /// The receipt of a settled job of a machine that is in memory whole; nil while the job is open.
  ///
  /// - Complexity: linear in the ledger.
  public init?(of job: Job, in machine: SettlementMachine) {
    self.init(of: job, transfers: machine.ledger.transfers)
  }

  /// The receipt of a settled job, its transfers among these; nil while the job is open.
  public init?(of job: Job, transfers: [Transfer]) {
    guard case .settled(let ending, let time) = job.phase else { return nil }
    let prefix = "job/\(job.id)/"
    let postings: [Posting] = transfers.compactMap { transfer in
      guard transfer.id.name.hasPrefix(prefix),
        case .move(let debit, let credit, let amount) = transfer.action
      else { return nil }
      return Posting(
        transfer: transfer.id.name, debit: debit.name, credit: credit.name,
        amount: amount.description)
    }
    self.init(
      job: job.id, terms: job.terms.digest,
      segments: (job.accepted + [job.examination]).compactMap { Segment($0, job.terms) },
      payments: job.payments,
      votes: job.votes.map {
        Logged(identity: $0.identity, signer: $0.guardian, logIndex: $0.logIndex)
      }, ending: ending, time: time, postings: postings)
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
}

extension Receipt.Segment {
  /// What is known of a claim; nil before it was logged.
  fileprivate init?(_ examination: Examination, _ terms: Terms) {
    guard let claim = examination.claim, let index = examination.claimLogIndex else { return nil }
    self.init(
      claim: Receipt.Logged(identity: claim.identity, signer: claim.provider, logIndex: index),
      lastStep: claim.lastStep, firstRoot: claim.firstRoot, lastRoot: claim.lastRoot,
      traceRoot: claim.traceRoot, quality: claim.quality,
      challenge: examination.challenge(under: terms),
      verdicts: examination.standingVerdicts.map {
        Receipt.Logged(identity: $0.identity, signer: $0.verifier, logIndex: $0.logIndex)
      }, proved: examination.verdict?.proved ?? [],
      rulings: examination.rulings.map {
        Receipt.Ruling(
          outcome: Receipt.Logged(identity: $0.identity, signer: $0.signer, logIndex: $0.logIndex),
          challengerLost: $0.outcome.challengerLost, fault: $0.outcome.fault,
          transcript: $0.outcome.transcript)
      })
  }
}
