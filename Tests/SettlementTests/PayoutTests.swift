import AssayAccounting
import AssayCryptography
import AssayEvidence
import AssaySettlement
import AssaySettlementTestSupport
import Testing

/// What each party has more or less after a job than before it.
struct Gains: Equatable {
  var buyer: Int128 = 0
  var provider: Int128 = 0
  var verifiers: [Int128] = [0, 0]
  var referee: Int128 = 0
  var challenger: Int128 = 0
  var treasury: Int128 = 0
}

extension Market {
  func gains(since before: Market) -> Gains {
    func gain(_ account: Account) -> Int128 {
      Int128(available(account)) - Int128(before.available(account))
    }
    func party(_ key: SigningKey) -> Int128 { gain(Books.party(key.verifyingKey, asset)) }
    return Gains(
      buyer: party(keys.buyer), provider: party(keys.provider),
      verifiers: keys.verifiers.map(party), referee: party(keys.referee),
      challenger: party(keys.challenger), treasury: gain(Books.treasury(asset)))
  }
}

/// ⌊stake · millionths / 10⁶⌋ in plain arithmetic.
func part(_ stake: Int128, _ millionths: Int) -> Int128 { stake * Int128(millionths) / 1_000_000 }

struct PayoutTests {
  private func market(_ seed: UInt64) throws -> (Market, Terms, Market) {
    var market = try Market(seed: seed)
    let terms = try market.terms()
    return (market, terms, market)
  }

  private func numbers(_ terms: Terms) -> (price: Int128, fee: Int128, stake: Int128, bond: Int128)
  {
    let contents = terms.contents
    return (
      Int128(contents.price.units), Int128(contents.fee.units), Int128(contents.stake.units),
      Int128(contents.challengeBond.units)
    )
  }

  @Test(arguments: 1...5 as ClosedRange<UInt64>)
  func acceptedWorkIsPaidToTheUnit(seed: UInt64) throws {
    var (market, terms, before) = try market(seed)
    let (price, fee, _, _) = numbers(terms)
    try market.advance(terms, to: .verifying)
    try market.decide("job-1", .accepted)
    try market.passDeadline("job-1")
    try market.apply(.close(job: "job-1"))
    #expect(
      market.gains(since: before)
        == Gains(buyer: -price - fee, provider: price, verifiers: [fee, 0]))
    try market.machine.checkInvariants()
  }

  /// 700 of 1,000 are right: the threshold is reached exactly, or missed by one millionth.
  @Test(arguments: [(700_000, Ending.accepted), (700_001, .belowQuality)])
  func workBelowTheQualityIsPaidTheLowerPrice(millionths: Int, ending: Ending) throws {
    for lower in [0, 1, 3_999] as [UInt128] {
      var market = try Market(seed: 8)
      let terms = try market.terms {
        $0.price = Amount(5_000)
        $0.quality = QualityCondition(
          threshold: .accuracy(atLeastMillionths: millionths), lowerPrice: Amount(lower))
        // The stake must deter falsifying one's way to the full price, too.
        $0.stake = Amount(30_000)
      }
      let before = market
      try market.advance(terms, to: .verifying)
      try market.decide("job-1", .accepted)
      try market.passDeadline("job-1")
      try market.apply(.close(job: "job-1"))
      let fee = Int128(terms.contents.fee.units)
      let paid = ending == .accepted ? 5_000 : Int128(lower)
      #expect(
        market.gains(since: before)
          == Gains(buyer: -paid - fee, provider: paid, verifiers: [fee, 0]))
      try market.machine.checkInvariants()
      let job = try #require(market.machine.jobs["job-1"])
      let receipt = try #require(Receipt(of: job, in: market.machine))
      #expect(receipt.ending == ending)
      #expect(receipt.ending.settlement == (ending == .accepted ? .paid : .partial))
      #expect(
        try Receipt.open(receipt.signed(by: market.keys.operator).encoded, terms: terms) == receipt)
      // A receipt that states another quality does not lead to this ending.
      let text = String(
        decoding: receipt.signed(by: market.keys.operator).payload, as: UTF8.self)
      let edited = text.replacing(
        "\"correct\":700", with: "\"correct\":\(ending == .accepted ? 699 : 701)")
      #expect(edited != text)
      let signed = Envelope.sign(payload: Array(edited.utf8), with: market.keys.operator)
      #expect(throws: SettlementError.self) { try Receipt.open(signed.encoded, terms: terms) }
    }
  }

  /// One false interval of 20 is found by 6 draws with 3/10: 6 · F > C + 20 · (G + gain).
  @Test func theGainFromAFalsifiedQualityMustBeDeterred() throws {
    var market = try Market(seed: 9)
    let price: UInt128 = 5_000
    func terms(_ lower: UInt128, _ market: inout Market) throws -> Terms {
      try market.terms("job-\(lower)") {
        $0.price = Amount(price)
        $0.stake = Amount(3_500)
        $0.quality = QualityCondition(
          threshold: .loss(atMostMillionths: 1), lowerPrice: Amount(lower))
      }
    }
    let full = try terms(price, &market)
    #expect(full.qualityGain == .zero)
    let forfeit = full.leastForfeit.units
    let most = (6 * forfeit - 4_000 - 1) / 20 - 1
    for (lower, holds) in [(price - most, true), (price - most - 1, false)] {
      let terms = try terms(lower, &market)
      #expect(terms.qualityGain.units == price - lower)
      #expect(terms.deterrence.holds == holds, "\(terms.deterrence)")
    }
  }

  @Test(arguments: Fault.allCases)
  func rejectedWorkCostsTheStakeForEveryFault(fault: Fault) throws {
    var (market, terms, before) = try market(7)
    let (_, fee, stake, _) = numbers(terms)
    try market.advance(terms, to: .verifying)
    try market.decide("job-1", try market.rejection("job-1", fault), verifier: 1)
    try market.passDeadline("job-1")
    try market.apply(.close(job: "job-1"))
    let damage = part(stake, 513_007)
    #expect(
      market.gains(since: before)
        == Gains(
          buyer: damage - fee, provider: -stake, verifiers: [0, fee],
          treasury: stake - damage))
    #expect(market.machine.jobs["job-1"]?.phase.name == .settled)
    try market.machine.checkInvariants()
  }

  @Test func lateWorkCostsTheLivenessPartAndNoMore() throws {
    var (market, terms, before) = try market(11)
    let (_, _, stake, _) = numbers(terms)
    try market.advance(terms, to: .active)
    try market.passDeadline("job-1")
    try market.apply(.expire(job: "job-1"))
    let lost = part(stake, 101_009)
    #expect(market.gains(since: before) == Gains(provider: -lost, treasury: lost))
  }

  @Test func aSilentBuyerPaysForTheCommittedWork() throws {
    var (market, terms, before) = try market(13)
    let (price, _, _, _) = numbers(terms)
    try market.advance(terms, to: .buyerReveal)
    try market.passDeadline("job-1")
    try market.apply(.expire(job: "job-1"))
    #expect(market.gains(since: before) == Gains(buyer: -price, provider: price))
  }

  @Test(arguments: [Market.Stage.offered, .funded, .committed, .operatorReveal])
  func everybodyHasHisOwnBackWhereNobodyInTheJobIsAtFault(stage: Market.Stage) throws {
    var (market, terms, before) = try market(17)
    try market.advance(terms, to: stage)
    try market.passDeadline("job-1")
    try market.apply(.expire(job: "job-1"))
    #expect(market.gains(since: before) == Gains())
    #expect(market.machine.jobs["job-1"]?.phase.name == .settled)
  }

  @Test func inconclusiveSlashesNobody() throws {
    var (market, terms, before) = try market(19)
    try market.advance(terms, to: .verifying)
    try market.decide("job-1", .inconclusive(.missingData))
    #expect(market.machine.jobs["job-1"]?.phase.name == .inconclusive)
    try market.passDeadline("job-1")
    try market.apply(.expire(job: "job-1"))
    #expect(market.gains(since: before) == Gains())
  }

  @Test func aSecondVerifierMayDecideAfterAnInconclusiveAnswer() throws {
    var (market, terms, before) = try market(23)
    let (price, fee, _, _) = numbers(terms)
    try market.advance(terms, to: .verifying)
    try market.decide("job-1", .inconclusive(.outOfResources))
    #expect(
      try market.decide("job-1", .accepted)
        == .refused(.alreadyAnswered(market.keys.verifiers[0].verifyingKey)))
    try market.decide("job-1", .accepted, verifier: 1)
    try market.passDeadline("job-1")
    try market.apply(.close(job: "job-1"))
    #expect(
      market.gains(since: before)
        == Gains(buyer: -price - fee, provider: price, verifiers: [0, fee]))
  }

  @Test func aChallengerWhoShowsAFaultHasTheFindersShare() throws {
    var (market, terms, before) = try market(29)
    let (_, fee, stake, _) = numbers(terms)
    try market.advance(terms, to: .verifying)
    try market.decide("job-1", .accepted)
    try market.apply(.challenge(job: "job-1", by: market.keys.challenger.verifyingKey))
    try market.referee("job-1", try market.rejection("job-1"))
    try market.apply(.close(job: "job-1"))
    let damage = part(stake, 513_007)
    let found = part(stake, 197_003)
    #expect(
      market.gains(since: before)
        == Gains(
          buyer: damage - fee, provider: -stake, referee: fee, challenger: found,
          treasury: stake - damage - found))
    try market.machine.checkInvariants()
  }

  @Test func aLostChallengeCostsTheBondAndChangesNothingElse() throws {
    var (market, terms, before) = try market(31)
    let (price, fee, _, bond) = numbers(terms)
    try market.advance(terms, to: .verifying)
    try market.decide("job-1", .accepted)
    try market.apply(.challenge(job: "job-1", by: market.keys.challenger.verifyingKey))
    try market.referee("job-1", .accepted)
    try market.apply(.close(job: "job-1"))
    #expect(
      market.gains(since: before)
        == Gains(
          buyer: -price - fee, provider: price, verifiers: [fee, 0], referee: fee,
          challenger: -bond, treasury: bond - fee))
  }

  @Test func aProviderMayChallengeARejectionAndBePaid() throws {
    var (market, terms, before) = try market(37)
    let (price, fee, _, _) = numbers(terms)
    try market.advance(terms, to: .verifying)
    try market.decide("job-1", try market.rejection("job-1"))
    try market.apply(.challenge(job: "job-1", by: market.keys.provider.verifyingKey))
    try market.referee("job-1", .accepted)
    try market.apply(.close(job: "job-1"))
    #expect(
      market.gains(since: before)
        == Gains(buyer: -price - fee, provider: price, referee: fee))
  }

  @Test func aSilentRefereeLeavesTheVerdictAndReturnsTheBond() throws {
    var (market, terms, before) = try market(41)
    let (price, fee, _, _) = numbers(terms)
    try market.advance(terms, to: .verifying)
    try market.decide("job-1", .accepted)
    try market.apply(.challenge(job: "job-1", by: market.keys.challenger.verifyingKey))
    try market.passDeadline("job-1")
    try market.apply(.expire(job: "job-1"))
    try market.passDeadline("job-1")
    try market.apply(.close(job: "job-1"))
    #expect(
      market.gains(since: before)
        == Gains(buyer: -price - fee, provider: price, verifiers: [fee, 0]))
  }

  @Test func jobsWithoutFeeStakeOrBondSettleToo() throws {
    for isAccepted in [true, false] {
      var market = try Market(seed: 43)
      let terms = try market.terms {
        $0.fee = .zero
        $0.stake = .zero
        $0.challengeBond = .zero
      }
      let before = market
      try market.advance(terms, to: .verifying)
      try market.decide("job-1", .accepted)
      try market.apply(.challenge(job: "job-1", by: market.keys.challenger.verifyingKey))
      try market.referee("job-1", isAccepted ? .accepted : try market.rejection("job-1"))
      try market.apply(.close(job: "job-1"))
      let price = isAccepted ? Int128(terms.contents.price.units) : 0
      #expect(market.gains(since: before) == Gains(buyer: -price, provider: price))
      try market.machine.checkInvariants()
    }
  }

  @Test func everyRowOfTheTableSumsToItsHold() throws {
    for seed in 1...20 as ClosedRange<UInt64> {
      var market = try Market(seed: seed, funds: 0)
      let stakes = [UInt128.max / 4, 1, 3, 999_999]
      for stake in stakes {
        let terms = try market.terms { $0.stake = Amount(stake) }
        for ending in Ending.all {
          for hasFinder in [false, true] {
            let table = PayoutTable(terms: terms.contents, hasFinder: hasFinder)
            for kind in HoldKind.allCases {
              let sum = table.shares(of: kind, at: ending).reduce(UInt128(0)) {
                $0 + $1.amount.units
              }
              #expect(sum == table.held(kind).units, "\(ending) \(kind) \(stake)")
            }
          }
        }
      }
    }
  }

  @Test func theDeciderEarnsTheSameForAcceptingAndRejecting() throws {
    var market = try Market(funds: 0)
    let table = PayoutTable(terms: try market.terms().contents, hasFinder: true)
    func income(_ ending: Ending) -> UInt128 {
      HoldKind.allCases.flatMap { table.shares(of: $0, at: ending) }
        .filter { $0.payee == .decider }.reduce(0) { $0 + $1.amount.units }
    }
    for fault in Fault.allCases { #expect(income(.rejected(fault)) == income(.accepted)) }
  }
}
