internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
internal import AssaySettlement
internal import AssaySpecification

// Buyer, provider and operator, from the offer to the draw.
extension SimulatedMarket {
  /// What is done next; nil where everybody waits until the time is over.
  mutating func nextWork(_ open: Job) throws(SimulationError) -> Next {
    let isHindered = conduct.buying == .hindering
    switch open.phase {
    case .offered:
      let holders = open.dataHolders.count
      guard holders < contents.dataReceipts else {
        return .send(.fund(job: job.id, by: cast.buyer.verifyingKey))
      }
      guard conduct.buying != .withholding else { return .wait }
      let receipt = open.terms.dataReceipt.signed(by: cast.verifiers[holders]).encoded
      return .send(.confirmData(job: job.id, receipt: receipt))
    // Nobody puts up a stake before it has fetched the data.
    case .funded where conduct.buying != .withholding:
      return .send(.accept(job: job.id, by: job.provider.verifyingKey))
    case .active where !isHindered: return try nextDelivery(open)
    case .interrupted where !isHindered && job.hasCrashed && choices.happens(500_000):
      return .send(.resume(job: job.id, by: job.provider.verifyingKey))
    case .vacant where !isHindered:
      return .send(.resume(job: job.id, by: cast.successor.verifyingKey))
    case .committed where conduct.operating != .neverLogs:
      return .send(.logged(job: job.id, evidence: logged(.claim, job.claim)))
    case .sampling(.operator, _) where conduct.operating != .neverReveals:
      return .send(reveal(.operator, of: open))
    case .sampling(.buyer, _) where conduct.buying != .silent:
      return .send(reveal(.buyer, of: open))
    default: return .wait
    }
  }

  private func reveal(_ role: RevealRole, of open: Job) -> Command.Action {
    let last = role == .buyer ? job.buyerSecret : job.operatorSecret
    guard
      let secret = try? Randomness.secret(
        behind: open.secretHash(of: role), from: last, by: role)
    else { preconditionFailure("the terms have the hash of the chain's end") }
    return .reveal(job: job.id, role: role, secret: secret)
  }

  private mutating func nextDelivery(_ open: Job) throws(SimulationError) -> Next {
    guard open.provider == job.provider.verifyingKey, !job.isCanary else {
      return try claim(open, parts: 1, falsifying: job.isCanary ? .everything : .nothing)
    }
    switch conduct.delivery {
    case .vanishes, .tooLate: return .wait
    case .stops:
      return open.terms.contents.continuity == nil
        ? .wait : .send(.stop(job: job.id, by: job.provider.verifyingKey))
    case .withoutKey: return try claim(open, parts: 1, falsifying: .nothing)
    case .claims(let parts):
      if !job.hasCrashed, choices.happens(conduct.crashMillionths) {
        // Half of the part's work is lost.
        job.hasCrashed = true
        spend(cost(ofSteps: stepCount / UInt64(2 * parts)), by: job.provider)
        return .wait
      }
      job.hasCrashed = false
      return try claim(open, parts: parts, falsifying: conduct.falsified)
    }
  }

  /// Claims the next of so many parts, or all that is left where it must; what is false of it was
  /// not worked on.
  private mutating func claim(
    _ open: Job, parts: Int, falsifying falsified: Conduct.Falsified
  ) throws(SimulationError) -> Next {
    let work = contents.work
    let first = open.progress.verifiedStep
    let mayEndEarly = open.progress.acceptedClaims + 1 < contents.claimLimit
    let length = UInt64((setting.intervalCount - 1) / parts + 1) * work.interval
    let signer = open.provider == cast.successor.verifyingKey ? cast.successor : job.provider
    var last = work.lastStep
    var claim = claimEnvelope(open, from: first, to: last, by: signer)
    if mayEndEarly, length < work.lastStep - first {
      let part = claimEnvelope(open, from: first, to: first + length, by: signer)
      // A part so small that cheating in it would pay is refused: then all that is left is claimed.
      if send(.commit(job: job.id, claim: part)) == nil { (last, claim) = (first + length, part) }
    }
    if last == work.lastStep { try perform(.commit(job: job.id, claim: claim)) }
    job.claim = claim
    job.answered = []
    job.falsified = choose(falsified, from: first, to: last)
    job.isFalse = job.isFalse || !job.falsified.isEmpty
    let falseSteps = job.falsified.reduce(0) { $0 + steps(ofInterval: $1, upTo: last) }
    spend(cost(ofSteps: last - first - falseSteps), by: signer)
    return .done
  }

  func claimEnvelope(
    _ open: Job, from first: UInt64, to last: UInt64, by signer: SigningKey
  ) -> [UInt8] {
    let work = contents.work
    return ProviderClaim(
      job: job.id, terms: open.terms.digest, provider: signer.verifyingKey, spec: work.spec,
      dataRoot: work.dataRoot, firstStep: first, lastStep: last,
      firstRoot: open.verifiedRoot ?? SHA256.digest(of: []),
      lastRoot: SHA256.digest(of: Array("state \(last) \(job.id)".utf8)),
      traceSize: (last - first - 1) / work.interval + 2,
      traceRoot: SHA256.digest(of: Array("trace \(last) \(job.id)".utf8)),
      artefact: SHA256.digest(of: Array("artefact \(last) \(job.id)".utf8)),
      delivery: contents.delivery.flatMap { _ in
        try? Delivery(sealing: Array("artefact \(job.id)".utf8), key: job.deliveryKey)
      }
    ).signed(by: signer).encoded
  }

  private mutating func choose(
    _ falsified: Conduct.Falsified, from first: UInt64, to last: UInt64
  ) -> Set<Int> {
    let interval = contents.work.interval
    let start = Int((first - contents.work.firstStep) / interval)
    let count = Int((last - first - 1) / interval + 1)
    let share: Int =
      switch falsified {
      case .nothing: 0
      case .intervals(let count): count
      case .share(let millionths):
        Detection.falseIntervals(of: count, millionths: millionths)
      case .everything: count
      case .afterFirstClaim: start == 0 ? 0 : count
      case .afterFirstJob: oldVerdict == nil ? 0 : count
      }
    return Set(choices.distinct(min(share, count), below: count).map { start + $0 })
  }
}

// What work costs.
extension SimulatedMarket {
  var stepCount: UInt64 { contents.work.lastStep - contents.work.firstStep }

  /// The part of the work's cost that so many steps have.
  func cost(ofSteps steps: UInt64) -> Int128 {
    Int128(setting.workCost.share(min(steps, stepCount), of: stepCount).units)
  }

  /// How many steps an interval has, counted from the work's first.
  func steps(ofInterval index: Int, upTo last: UInt64) -> UInt64 {
    let work = contents.work
    let start = work.firstStep + UInt64(index) * work.interval
    return min(work.interval, last - start)
  }

  mutating func spend(_ cost: Int128, by key: SigningKey) {
    job.costs[key.verifyingKey, default: 0] += cost
  }
}
