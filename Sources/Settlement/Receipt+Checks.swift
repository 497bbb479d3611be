internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
internal import AssaySpecification

extension Receipt {
  /// Follows the claims and payments once more, from the terms alone.
  func check(against terms: Terms) throws(SettlementError) {
    guard self.terms == terms.digest, job == terms.contents.job else {
      throw .receipt(reason: "expected the terms \(terms.digest), found \(self.terms)")
    }
    try checkSegments(terms)
    try checkPayments(terms.contents)
  }

  /// Each claim goes on where the one before it ended, and each draw follows from the secrets that
  /// belong to it.
  private func checkSegments(_ terms: Terms) throws(SettlementError) {
    let contents = terms.contents
    guard segments.count <= contents.claimLimit else {
      throw .receipt(reason: "it has more claims than the terms allow")
    }
    var step = contents.work.firstStep
    var root = contents.work.firstRoot
    var hashes = (buyer: contents.buyerSecretHash, operator: contents.operatorSecretHash)
    for segment in segments {
      guard step < segment.lastStep, segment.lastStep <= contents.work.lastStep,
        root == nil || root == segment.firstRoot
      else { throw .receipt(reason: "a claim does not go on where the one before it ended") }
      if let challenge = segment.challenge {
        guard challenge.job == job, challenge.terms == terms.digest,
          challenge.claim == segment.claim.identity, challenge.policy == contents.evidence,
          challenge.draw.intervalCount
            == contents.intervalCount(from: step, to: segment.lastStep),
          case .secrets(let buyer, let other) = challenge.source
        else { throw .receipt(reason: "the draw is about something else") }
        do throws(EvidenceError) {
          try Randomness.check(buyer, by: .buyer, against: hashes.buyer)
          try Randomness.check(other, by: .operator, against: hashes.operator)
        } catch { throw .receipt(reason: "\(error)") }
        do throws(CryptographyError) {
          hashes = (try Digest(bytes: buyer), try Digest(bytes: other))
        } catch { throw .receipt(reason: "\(error)") }
      }
      try checkDeciders(of: segment, contents)
      try checkRulings(of: segment, contents)
      (step, root) = (segment.lastStep, segment.lastRoot)
    }
  }

  /// Without a transcript an outcome is the referee's word.
  private func checkRulings(
    of segment: Segment, _ contents: Terms.Contents
  ) throws(SettlementError) {
    for ruling in segment.rulings where ruling.transcript == nil {
      guard ruling.outcome.signer == contents.parties.referee else {
        throw .receipt(reason: "an outcome of a dispute by a key that the terms do not admit")
      }
    }
  }

  /// The verdicts are by the drawn verifiers, by one admitted verifier, or by the referee.
  private func checkDeciders(
    of segment: Segment, _ contents: Terms.Contents
  ) throws(SettlementError) {
    let signers = segment.verdicts.map(\.signer)
    guard !signers.isEmpty, signers != [contents.parties.referee] else { return }
    guard let challenge = segment.challenge else {
      throw .receipt(reason: "a verdict without a draw")
    }
    let isAdmitted: Bool
    if let panel = contents.panel {
      let order = panel.order(
        of: contents.parties.verifiers, seed: challenge.draw.seed,
        provider: segment.claim.signer)
      let drawn = order.dropFirst(panel.quorum * challenge.round).prefix(panel.quorum)
      isAdmitted = signers.count == panel.quorum && Set(signers) == Set(drawn)
    } else {
      isAdmitted = signers.count == 1 && contents.parties.verifiers.contains(signers[0])
    }
    guard isAdmitted else {
      throw .receipt(reason: "the verdict is by a key that the terms do not admit")
    }
  }

  /// Every payment is what the payout table gives for what was verified by then.
  private func checkPayments(_ contents: Terms.Contents) throws(SettlementError) {
    var progress = Progress(of: contents.work)
    var expected: [Posting] = []
    var isOver = false
    for (number, payment) in payments.enumerated() {
      guard !isOver, payment.acceptedClaims == progress.acceptedClaims else {
        throw .receipt(reason: "payment \(number) is not the next one")
      }
      let segment = segments.dropFirst(progress.acceptedClaims).first
      progress.claimedStep = segment?.lastStep
      switch payment.payout {
      case .ending(let found):
        try check(found, payment, segment, contents)
        isOver = true
      case .instalment(let released):
        guard let segment, segment.lastStep < contents.work.lastStep,
          !segment.verdicts.isEmpty, segment.verdicts.map(\.signer) == payment.deciders,
          segment.claim.signer == payment.provider
        else { throw .receipt(reason: "an instalment without an accepted claim") }
        try checkProofs(of: segment, isAccepted: true, contents.evidence.method)
        guard released == contents.releasable(progress.accepting(under: contents)) else {
          throw .receipt(reason: "an instalment that is not what deterrence can spare")
        }
      case .departure:
        guard contents.continuity != nil, payment.provider != nil else {
          throw .receipt(reason: "nobody could leave")
        }
      }
      if let provider = payment.provider, contents.parties.provider != provider,
        contents.parties.isTaken(provider)
      {
        throw .receipt(reason: "a provider with another role in the terms")
      }
      expected += try postings(of: payment, number, progress, contents)
      progress = progress.after(payment.payout, under: contents)
    }
    guard isOver, segments.count <= progress.acceptedClaims + 1 else {
      throw .receipt(reason: "the payments do not lead to an ending")
    }
    guard postings.filter({ $0.transfer.hasPrefix("job/\(job)/pay/") }) == expected else {
      throw .receipt(
        reason: "the postings are not what the payout table gives for \(ending.name)")
    }
  }

  private func postings(
    of payment: Payment, _ number: Int, _ progress: Progress, _ contents: Terms.Contents
  ) throws(SettlementError) -> [Posting] {
    if case .ending(let ending) = payment.payout, ending.isBeforeAcceptance { return [] }
    let table = PayoutTable(
      terms: contents, progress: progress, hasFinder: payment.finder != nil)
    var postings: [Posting] = []
    for kind in HoldKind.allCases where kind != .stake || payment.provider != nil {
      let payees = table.shares(of: kind, at: payment.payout)?.map(\.payee) ?? []
      guard payees.allSatisfy({ $0 == kind.depositor || table.isKnown($0, in: payment) }) else {
        throw .receipt(reason: "\(payment.payout.name) pays somebody whom it does not name")
      }
      postings += table.movements(of: kind, at: payment).map { movement in
        Posting(
          transfer: movement.transferID(in: job, payment: number).name,
          debit: movement.from.id.name, credit: movement.to.id.name,
          amount: movement.amount.description)
      }
    }
    return postings
  }

  /// The ending follows from what was found about the last claim.
  private func check(
    _ found: Ending, _ payment: Payment, _ segment: Segment?, _ contents: Terms.Contents
  ) throws(SettlementError) {
    guard found == ending else { throw .receipt(reason: "it names two endings") }
    let isDecided: Bool
    switch ending {
    case .accepted, .belowQuality, .contradicted, .rejected, .undelivered: isDecided = true
    default: isDecided = false
    }
    let signers = segment?.verdicts.map(\.signer) ?? []
    let isBacked = !signers.isEmpty || segment?.isShownFalse(as: ending) == true
    guard !isDecided || (isBacked && signers == payment.deciders) else {
      throw .receipt(reason: "\(ending.name) without a verdict")
    }
    let paysProvider = PayoutTable(terms: contents, hasFinder: false).shares(
      of: .stake, at: ending
    ).contains { $0.payee == .provider }
    guard
      payment.provider != nil || ending.mayLackProvider
        || !(paysProvider || isDecided),
      segment == nil || segment?.claim.signer == payment.provider
    else { throw .receipt(reason: "\(ending.name) without a provider") }
    let isBelow = contents.quality.map { !$0.isMet(by: segment?.quality) } ?? false
    guard ending != .contradicted || contents.replica != nil else {
      throw .receipt(reason: "\(ending.name) where one provider does the work")
    }
    guard ending != (isBelow ? .accepted : .belowQuality) else {
      throw .receipt(
        reason: "\(ending.name) does not follow from the quality: "
          + "\(segment?.quality?.description ?? "none")")
    }
    let isAccepted = [.accepted, .belowQuality, .contradicted, .undelivered].contains(ending)
    if isAccepted, segment?.lastStep != contents.work.lastStep {
      throw .receipt(reason: "\(ending.name) before the end of the work")
    }
    if let segment {
      try checkProofs(
        of: segment, isAccepted: isAccepted, contents.evidence.method)
    }
    guard ending != .undelivered || contents.delivery != nil else {
      throw .receipt(reason: "nothing was to be delivered")
    }
    if case .quarantined = ending {
      let guardians = contents.guardians
      let signers = Set(votes.map(\.signer)).intersection(guardians?.keys ?? [])
      guard let guardians, signers.count >= guardians.quorum else {
        throw .receipt(reason: "\(ending.name) without a quorum of guardians")
      }
    }
    guard ending != .buyerSilent || (segment != nil && segment?.challenge == nil) else {
      throw .receipt(reason: "the buyer was not silent")
    }
  }

  /// The proofs are of drawn intervals, and there are as many as the terms ask for.
  private func checkProofs(
    of segment: Segment, isAccepted: Bool, _ method: EvidenceMethod
  ) throws(SettlementError) {
    let drawn = Set(segment.challenge?.indices ?? [])
    let shown = Set(segment.proved.map(\.interval))
    guard shown.isSubset(of: drawn), shown.isEmpty || method.admitsProofs else {
      throw .receipt(reason: "it names proofs of intervals that were not to be proved")
    }
    guard isAccepted else {
      guard shown.isEmpty else { throw .receipt(reason: "\(ending.name) rests on no proof") }
      return
    }
    // What is not proved must be enough as executed again, which is the verdict's to say.
    for interval in drawn.subtracting(shown).sorted()
    where !method.isEnough(executed: true, proved: false) {
      throw .receipt(reason: "it names no proof of interval \(interval)")
    }
  }
}

extension Receipt.Segment {
  /// Whether a dispute's transcript, and nobody's word, led to this ending.
  fileprivate func isShownFalse(as ending: Ending) -> Bool {
    guard let last = rulings.last else { return false }
    return last.transcript != nil && !last.challengerLost
      && ending == .rejected(last.fault.claimFault)
  }
}

extension Ending {
  /// Whether the job may have ended without a provider, after one had accepted it or before.
  fileprivate var mayLackProvider: Bool {
    switch self {
    case .unfinished, .quarantined: true
    default: isBeforeAcceptance
    }
  }

  /// Whether the job ended before a provider had accepted it.
  var isBeforeAcceptance: Bool {
    switch self {
    case .notFunded, .notAccepted, .cancelled: true
    default: false
    }
  }
}
