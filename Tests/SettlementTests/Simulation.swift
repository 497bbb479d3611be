import AssayAccounting
import AssayCryptography
import AssayEvidence
import AssaySettlement
import AssaySettlementTestSupport
import AssaySpecification
import AssayTestSupport
import Testing

/// A market in which somebody does something at random, mostly what comes next; a model follows.
struct Simulation {
  var market: Market
  private var model = BookModel()
  private var funded: Set<String> = []
  private var weights: [Int]
  private var jobCount = 0
  /// What is wrong with each job that is not honest.
  private var faults: [String: Fault] = [:]
  /// As many as keep a longer run busy.
  private let jobLimit = Rounds.of(1) > 1 ? 30 : 4
  private let isChecked: Bool

  init(seed: UInt64, isChecked: Bool = true) throws {
    self.isChecked = isChecked
    var market = try Market(seed: seed, funds: 0)
    // Swarm: a third of the choices never happen in a run.
    weights = (0..<5).map { _ in Int.random(in: 0...2, using: &market.generator) }
    self.market = market
    let keys = market.keys
    for key in [keys.buyer, keys.provider, keys.challenger, keys.successor] + keys.pool {
      let amount = UInt128.random(in: 8_000...40_000, using: &market.generator)
      try perform(
        .deposit(party: key.verifyingKey, asset: market.asset, amount: Amount(amount)))
    }
  }

  mutating func step() throws {
    if Bool.random(using: &market.generator) {
      market.now += UInt64.random(in: 0...60, using: &market.generator)
    }
    if Int.random(in: 0..<8, using: &market.generator) == 0 { try repeatOldCommand() }
    guard let action = try nextAction() else { return }
    try perform(action)
  }

  mutating func fireTimeouts() throws {
    // BOUND: an invitation makes at most three jobs.
    while let (name, invitation) = market.machine.invitations.min(by: { $0.key < $1.key }) {
      market.now = max(market.now, invitation.until)
      try perform(.match(job: name), mustApply: true)
    }
    #expect(market.machine.invitations.isEmpty)
    // BOUND: each job has at most five states with time-outs one after another.
    for _ in 0..<(8 * market.machine.jobs.count) {
      let open = market.machine.jobs.values.filter { $0.phase.deadline != nil }
      let next = open.min { ($0.phase.deadline ?? 0, $0.id) < ($1.phase.deadline ?? 0, $1.id) }
      guard let job = next else { return }
      try market.passDeadline(job.id)
      try perform(.expire(job: job.id), mustApply: true)
    }
    #expect(market.machine.jobs.values.allSatisfy { $0.phase.deadline == nil })
  }

  private mutating func repeatOldCommand() throws {
    guard isChecked, let old = market.sent.randomElement(using: &market.generator) else { return }
    let before = market.machine
    guard let first = market.machine.outcome(underKey: old.command.key) else { return }
    let outcome = try market.send(old.command.action, key: old.command.key)
    #expect(outcome == first, "seed \(market.generator.seed)")
    #expect(market.machine == before, "seed \(market.generator.seed)")
  }

  private mutating func perform(_ action: Command.Action, mustApply: Bool = false) throws {
    let before = market.machine
    let proofs = try proofs(for: action, mustApply: mustApply)
    let outcome = try market.send(action, proofs: proofs)
    try checkRestsOnProofs(action, outcome, proofs, before)
    guard isChecked else { return }
    let seed: Comment = "seed \(market.generator.seed), command \(market.sent.count)"
    switch outcome {
    case .refused:
      #expect(!mustApply, seed)
      // The bytes follow from the value; equal values are found equal without writing them.
      #expect(market.machine == before, seed)
    case .applied(let applied):
      predict(action, applied, before)
      try market.machine.checkInvariants()
      compareWithModel(seed)
      checkImmutability(before, seed)
    }
  }

  /// The proofs of the job that a command is about: mostly, or surely where it must be applied.
  private mutating func proofs(
    for action: Command.Action, mustApply: Bool
  ) throws -> CheckedProofs? {
    switch action {
    case .verdict(let id, _, _, _), .close(let id), .expire(let id):
      let isForgotten = Int.random(in: 0..<5, using: &market.generator) == 0
      return !mustApply && isForgotten ? nil : try market.checkedProofs(id)
    default: return nil
    }
  }

  /// A verdict that rests on proofs neither stands nor pays without them.
  private func checkRestsOnProofs(
    _ action: Command.Action, _ outcome: Outcome, _ proofs: CheckedProofs?,
    _ before: SettlementMachine
  ) throws {
    guard case .applied = outcome, proofs == nil else { return }
    switch action {
    case .verdict(_, let envelope, _, _):
      #expect(try Verdict.open(envelope).verdict.proved.isEmpty)
    case .close(let id), .expire(let id):
      #expect(
        before.jobs[id]?.phase.name != .challengeOpen
          || before.jobs[id]?.verdict?.proved.isEmpty ?? true)
    default: break
    }
  }

  /// Terms never change, and a settled job never changes again.
  private func checkImmutability(_ before: SettlementMachine, _ seed: Comment) {
    for (name, job) in before.jobs {
      #expect(market.machine.jobs[name]?.terms.digest == job.terms.digest, seed)
      if job.phase.name == .settled { #expect(market.machine.jobs[name] == job, seed) }
    }
  }

  private func compareWithModel(_ seed: Comment) {
    let keys = market.keys
    var accounts = [
      ("buyer", Books.party(keys.buyer.verifyingKey, market.asset)),
      ("provider", Books.party(keys.provider.verifyingKey, market.asset)),
      ("successor", Books.party(keys.successor.verifyingKey, market.asset)),
      ("challenger", Books.party(keys.challenger.verifyingKey, market.asset)),
      ("referee", Books.party(keys.referee.verifyingKey, market.asset)),
      ("outsider", Books.party(keys.outsider.verifyingKey, market.asset)),
      ("treasury", Books.treasury(market.asset)),
    ]
    for (index, key) in keys.pool.enumerated() {
      accounts.append(("pool \(index)", Books.party(key.verifyingKey, market.asset)))
    }
    for (index, key) in keys.verifiers.enumerated() {
      accounts.append(("verifier \(index)", Books.party(key.verifyingKey, market.asset)))
    }
    for (name, account) in accounts {
      #expect(
        Int128(market.available(account)) == model.spendable[name, default: 0], "\(name), \(seed)")
    }
  }

  private mutating func predict(
    _ action: Command.Action, _ applied: Applied, _ before: SettlementMachine
  ) {
    let seed: Comment = "seed \(market.generator.seed), command \(market.sent.count)"
    switch action {
    case .bid(let id, _, let party, let price, _, _, let seconds):
      model.bids[id, default: []].append(
        BookModel.Bid(
          provider: party, name: name(of: party), price: price,
          until: applied.time + UInt64(seconds)))
    case .retract(let id, let party):
      let hosts = [before.invitations[id]?.inviter, market.keys.buyer.verifyingKey]
      if hosts.contains(party) { model.bids[id] = nil }
      model.bids[id]?.removeAll { $0.provider == party }
    case .match(let id):
      let invitation = before.invitations[id]
      let bids = model.bids[id] ?? []
      let job = applied.job.flatMap { market.machine.jobs[$0] }
      let winner = invitation.flatMap {
        model.winner(of: bids, for: $0, at: applied.time, in: before)
      }
      #expect(job?.provider == winner?.provider, seed)
      if market.machine.invitations[id] == nil { model.bids[id] = nil }
      guard let winner, let job else { break }
      model.bids[id]?.removeAll { $0.provider == winner.provider }
      if job.terms.contents.replica?.place == 2, !isHonest(id) { market.deviating.insert(job.id) }
      let terms = job.terms.contents
      #expect(terms.price == winner.price && job.terms.deterrence.holds, seed)
      model.add(
        "buyer", -Int128(terms.price.units) - Int128(terms.fee.units) * Int128(terms.claimLimit))
      model.add(name(of: winner.provider), -Int128(terms.stake.units))
      funded.insert(job.id)
    case .deposit(let party, _, let amount): model.add(name(of: party), Int128(amount.units))
    case .withdraw(let party, _, let amount): model.add(name(of: party), -Int128(amount.units))
    case .fund(let id, _):
      guard let terms = before.jobs[id]?.terms.contents else { return }
      model.add(
        "buyer",
        -Int128(terms.price.units) - Int128(terms.fee.units) * Int128(terms.claimLimit))
      funded.insert(id)
    case .resume(let id, _) where before.jobs[id]?.phase.name == .interrupted: break
    case .accept(let id, let party), .resume(let id, let party):
      let stake = before.jobs[id]?.terms.contents.stake ?? .zero
      model.add(name(of: party), -Int128(stake.units))
    case .challenge(let id, let party):
      let bond = before.jobs[id]?.terms.contents.challengeBond ?? .zero
      model.add(name(of: party), -Int128(bond.units))
    default: break
    }
    guard let id = applied.job, let job = market.machine.jobs[id] else { return }
    if let old = before.jobs[id] {
      model.answer(from: old, to: job, by: action, keys: market.keys)
      model.challenges(from: old, to: job, by: action, keys: market.keys)
    }
    guard let old = before.jobs[id] else { return }
    for payment in job.payments.dropFirst(old.payments.count) {
      model.pay(
        payment, of: job, before: old, wasFunded: funded.contains(id), keys: market.keys)
    }
    guard case .settled(let ending, _) = job.phase else { return }
    if case .accuracy(let correct, _)? = market.qualities[id], ending == .belowQuality {
      #expect(job.terms.contents.quality != nil && correct < 700)
    } else if ending == .accepted, case .accuracy(let correct, _)? = market.qualities[id] {
      #expect(job.terms.contents.quality == nil || correct >= 700)
    }
  }

  /// Something that somebody might do now: mostly what comes next, sometimes what must be refused.
  private mutating func nextAction() throws -> Command.Action? {
    let jobs = market.machine.jobs.keys.sorted()
    let invited = market.machine.invitations.keys.sorted()
    if let name = invited.randomElement(using: &market.generator),
      jobs.isEmpty || Int.random(in: 0..<3, using: &market.generator) == 0
    {
      return try bidding(name)
    }
    if jobs.isEmpty || (jobCount < jobLimit && isChosen(0, outOf: 12)) { return try offer() }
    guard let id = jobs.randomElement(using: &market.generator),
      let job = market.machine.jobs[id]
    else { return nil }
    let isStray = Int.random(in: 0..<10, using: &market.generator) == 0
    if isStray || isChosen(1, outOf: 10) { return try stray(id) }
    let keys = market.keys
    switch job.phase {
    case .offered:
      let receipts = job.terms.contents.dataReceipts
      if job.dataHolders.count < receipts, isChosen(1, outOf: 2) {
        let verifier = choice(of: keys.verifiers + keys.pool)
        return .confirmData(
          job: id, receipt: job.terms.dataReceipt.signed(by: verifier).encoded)
      }
      return .fund(job: id, by: choice(of: [keys.buyer, keys.buyer, keys.outsider]).verifyingKey)
    case .funded:
      return isChosen(2, outOf: 4)
        ? .cancel(job: id, by: keys.buyer.verifyingKey)
        : .accept(job: id, by: keys.provider.verifyingKey)
    case .active: return try work(on: job)
    case .interrupted:
      let provider = job.provider ?? keys.provider.verifyingKey
      return isChosen(2, outOf: 4)
        ? .stop(job: id, by: provider)
        : isChosen(3, outOf: 4) ? try work(on: job) : .resume(job: id, by: provider)
    case .vacant:
      return isChosen(2, outOf: 6)
        ? .cancel(job: id, by: keys.buyer.verifyingKey)
        : .resume(job: id, by: choice(of: [keys.provider, keys.successor]).verifyingKey)
    case .committed: return .logged(job: id, evidence: try market.log(.claim, market.claim(id)))
    case .sampling(.operator, _):
      return .reveal(job: id, role: .operator, secret: try market.secret(id, of: .operator))
    case .sampling(.buyer, _):
      return .reveal(job: id, role: .buyer, secret: try market.secret(id, of: .buyer))
    case .verifying where job.terms.contents.panel != nil:
      let key = choice(of: market.panel(id) + (isChosen(1, outOf: 6) ? keys.pool : []))
      return try market.sealing(id, try outcome(id), by: key)
    case .revealing:
      guard let panel = Optional(market.panel(id)), !panel.isEmpty else { return nil }
      return try market.showing(id, by: choice(of: panel))
    case .verifying, .inconclusive:
      return try verdict(id, by: choice(of: keys.verifiers))
    case .challengeOpen:
      guard isChosen(3, outOf: 3) else { return .close(job: id) }
      let challenger = choice(of: [keys.challenger, keys.buyer, keys.provider])
      return .challenge(job: id, by: challenger.verifyingKey)
    case .disputed:
      switch Int.random(in: 0..<4, using: &market.generator) {
      case 0: return .challenge(job: id, by: keys.challenger.verifyingKey)
      case 1: return try verdict(id, by: keys.referee)
      default: return try ruling(on: job)
      }
    case .delivering:
      return .deliver(
        job: id, key: isChosen(1, outOf: 4) ? [1, 2, 3] : Market.deliveryKey)
    case .settled: return try offer()
    }
  }

  /// A claim about everything that is left, or about a part of it; or a sign of life.
  private mutating func work(on job: Job) throws -> Command.Action {
    let first = job.progress.verifiedStep
    let left = (job.terms.contents.work.lastStep - first - 1) / 10
    let provider = job.provider ?? market.keys.provider.verifyingKey
    switch Int.random(in: 0..<6, using: &market.generator) {
    case 0: return .heartbeat(job: job.id, by: provider)
    case 1:
      return isChosen(2, outOf: 4)
        ? .stop(job: job.id, by: provider)
        : .heartbeat(job: job.id, by: provider)
    case 2: return .commit(job: job.id, claim: try market.claim(job.id))
    default:
      let count = UInt64.random(in: 0...left, using: &market.generator)
      return .commit(
        job: job.id,
        claim: try market.claim(job.id, upTo: count == 0 ? nil : first + 10 * count))
    }
  }

  private mutating func choice<Element>(of elements: [Element]) -> Element {
    elements[Int.random(in: elements.indices, using: &market.generator)]
  }

  private mutating func isChosen(_ weight: Int, outOf count: Int) -> Bool {
    Int.random(in: 0..<count, using: &market.generator) < weights[weight]
  }

  private mutating func offer() throws -> Command.Action? {
    guard jobCount < jobLimit else { return nil }
    jobCount += 1
    let name = "job-\(jobCount)"
    faults[name] = choice(of: Fault.allCases)
    let correct = UInt64.random(in: 500...800, using: &market.generator)
    market.qualities[name] = .accuracy(correct: correct, rows: 1_000)
    let hasCondition = Bool.random(using: &market.generator)
    let reduction = UInt128.random(in: 0...1_500, using: &market.generator)
    let method = choice(of: EvidenceMethod.allCases)
    let claims = Int.random(in: 0...6, using: &market.generator)
    let quorum = Int.random(in: -1...3, using: &market.generator)
    let guardians = market.keys.guardians.map(\.verifyingKey)
    let hasHeartbeat = Bool.random(using: &market.generator)
    let current = market.machine.policy
    let isInvited = Int.random(in: 0..<4, using: &market.generator) == 0
    let replicas = isInvited ? choice(of: [1, 1, 2, 3]) : 1
    let terms = try market.terms(name) { contents in
      contents.policy = current
      let policy = contents.evidence
      contents.evidence = EvidencePolicy(
        method: method, selection: policy.selection, adversary: policy.adversary,
        confidenceMillionths: policy.confidenceMillionths)
      if claims > 0, replicas == 1 {
        contents.continuity = Terms.Continuity(
          claims: claims, heartbeatSeconds: hasHeartbeat ? 83 : 100_000, graceSeconds: 67,
          vacancySeconds: 151, stopMillionths: 20_011)
      }
      if !hasHeartbeat {
        contents.guardians = Terms.Guardians(keys: guardians, quorum: 1 + claims % 2)
      }
      if quorum > 0 {
        contents.panel = Terms.Panel(
          quorum: quorum, bond: Amount(431), rounds: 2 + claims % 2, revealSeconds: 59)
      }
      contents.dataReceipts = hasCondition && !hasHeartbeat ? 1 : 0
      if claims == 0 { contents.delivery = Terms.Delivery(seconds: 71) }
      guard hasCondition else { return }
      contents.quality = QualityCondition(
        threshold: .accuracy(atLeastMillionths: 700_000),
        lowerPrice: Amount(contents.price.units - reduction))
    }
    guard isInvited else { return .offer(terms: terms.bytes) }
    let reputation = UInt128.random(in: 0...300, using: &market.generator)
    return .invite(
      terms: terms.bytes,
      by: (reputation % 5 == 0 ? market.keys.outsider : market.keys.buyer).verifyingKey,
      conditions: BidConditions(
        regions: hasHeartbeat ? ["eu"] : [],
        leastReputation: reputation > 250 ? Amount(reputation - 250) : .zero,
        halvingReputation: hasCondition ? Amount(reputation + 1) : nil, replicas: replicas),
      seconds: UInt32.random(in: 1...200, using: &market.generator))
  }

  /// A bid for an invited job, one taken back, or the match.
  private mutating func bidding(_ id: String) throws -> Command.Action? {
    guard let invitation = market.machine.invitations[id] else { return nil }
    let keys = market.keys
    if market.now >= invitation.until { return .match(job: id) }
    let party = choice(of: [keys.provider, keys.successor, keys.pool[0], keys.pool[1]])
    switch Int.random(in: 0..<8, using: &market.generator) {
    case 0: return .match(job: id)
    case 1:
      return .retract(
        job: id, by: choice(of: [party, party, party, keys.outsider, keys.buyer]).verifyingKey)
    case 2:
      market.now += 60
      return nil
    default:
      let price = UInt128.random(in: 42...53, using: &market.generator) * 100
      return try market.bid(
        id, by: party, price, region: choice(of: ["eu", "eu", "us"]),
        seconds: UInt32.random(in: 1...300, using: &market.generator))
    }
  }

  /// What a verifier says: mostly the same as the others about a job.
  private mutating func outcome(_ id: String) throws -> Verdict.Outcome {
    switch Int.random(in: 0..<6, using: &market.generator) {
    case 0, 1, 2:
      isHonest(id) ? .accepted : try market.rejection(id, faults[id] ?? .wrongComputation)
    case 3: .accepted
    case 4: .inconclusive(.deviceDisagreement)
    default: try market.rejection(id, choice(of: Fault.allCases))
    }
  }

  /// Every other job is honest.
  private func isHonest(_ id: String) -> Bool { id.utf8.last.map { $0 % 2 == 0 } ?? true }

  private mutating func verdict(_ id: String, by key: SigningKey) throws -> Command.Action {
    let outcome = try outcome(id)
    let envelope = try market.verdict(id, outcome, signedBy: key)
    return .verdict(
      job: id, envelope: envelope, evidence: try market.log(.verdict, envelope))
  }

  /// What the referee finds of a challenge, or of somebody who did not challenge.
  private mutating func ruling(on job: Job) throws -> Command.Action {
    let open = job.examination.challenges.map(\.challenger)
    let challenger = market.signingKey(of: open.randomElement(using: &market.generator))
    let decider = job.examination.deciders.randomElement(using: &market.generator)
    let provider = job.provider ?? market.keys.provider.verifyingKey
    let defender = job.verdict?.outcome == .accepted ? provider : decider ?? provider
    let signer = choice(of: [market.keys.referee, challenger ?? market.keys.outsider])
    return try market.ruling(
      job.id, challenger: challenger ?? market.keys.outsider, defender: defender,
      challengerLost: Bool.random(using: &market.generator),
      fault: choice(of: DisputeFault.allCases), signedBy: signer)
  }

  /// What comes too early, too late, or from the wrong party; or money that comes and goes.
  private mutating func stray(_ id: String) throws -> Command.Action {
    let keys = market.keys
    let party = choice(of: [
      keys.buyer, keys.provider, keys.successor, keys.challenger, keys.outsider, keys.verifiers[0],
    ]).verifyingKey
    let amount = Amount(UInt128.random(in: 0...3_000, using: &market.generator))
    switch Int.random(in: 0..<12, using: &market.generator) {
    case 10: return .policy(feeMillionths: UInt32.random(in: 0...90_000, using: &market.generator))
    case 11:
      return .authorise(
        buyer: keys.buyer.verifyingKey, agent: keys.outsider.verifyingKey, asset: market.asset,
        amount: Amount(amount.units * 5), jobs: 2, seconds: 700)
    case 9:
      return try market.quarantine(
        id, choice(of: QuarantineReason.allCases), by: choice(of: keys.guardians))
    case 0: return .deposit(party: party, asset: market.asset, amount: amount)
    case 1: return .withdraw(party: party, asset: market.asset, amount: amount)
    case 2: return .expire(job: id)
    case 3: return .close(job: id)
    case 4: return .fund(job: id, by: party)
    case 5: return .accept(job: id, by: party)
    case 6: return .cancel(job: id, by: party)
    case 7: return .reveal(job: id, role: .buyer, secret: market.generator.bytes(32))
    default:
      market.now += UInt64.random(in: 300...2_000, using: &market.generator)
      return .expire(job: id)
    }
  }

  private func name(of key: VerifyingKey) -> String { market.keys.name(key) }
}
