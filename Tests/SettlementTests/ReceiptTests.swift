import AssayAccounting
import AssayCryptography
import AssayEvidence
import AssaySettlement
import AssaySettlementTestSupport
import AssayTestSupport
import Testing

struct ReceiptTests {
  private func settled(_ outcome: (Market) throws -> Verdict.Outcome) throws -> (Market, Job) {
    var market = try Market(seed: 3)
    try market.advance(try market.terms(), to: .verifying)
    try market.decide("job-1", try outcome(market))
    try market.passDeadline("job-1")
    try market.apply(.close(job: "job-1"))
    return (market, try #require(market.machine.jobs["job-1"]))
  }

  @Test func anOpenJobHasNoReceipt() throws {
    var market = try Market()
    try market.advance(try market.terms(), to: .verifying)
    let job = try #require(market.machine.jobs["job-1"])
    #expect(Receipt(of: job, in: market.machine) == nil)
  }

  @Test func aReceiptHoldsAgainstTheTermsAlone() throws {
    for (market, job) in [
      try settled { _ in .accepted }, try settled { try $0.rejection("job-1", .withheldOpening) },
    ] {
      let receipt = try #require(Receipt(of: job, in: market.machine))
      let envelope = receipt.signed(by: market.keys.operator).encoded
      let read = try Receipt.open(envelope, terms: job.terms)
      #expect(read == receipt)
      #expect(read.segments.last?.challenge?.indices == job.draw?.indices)
      #expect(read.segments.last?.verdicts.first?.logIndex == job.verdict?.logIndex)
      #expect(!read.postings.isEmpty)
    }
  }

  @Test func everyEndingWithoutAVerdictHasOneToo() throws {
    for stage in Market.Stage.allCases {
      var market = try Market(seed: 4)
      try market.advance(try market.terms(), to: stage)
      for _ in 0..<2 where market.machine.jobs["job-1"]?.phase.deadline != nil {
        try market.passDeadline("job-1")
        try market.apply(.expire(job: "job-1"))
      }
      let job = try #require(market.machine.jobs["job-1"])
      let receipt = try #require(Receipt(of: job, in: market.machine))
      let envelope = receipt.signed(by: market.keys.operator).encoded
      #expect(try Receipt.open(envelope, terms: job.terms) == receipt, "\(stage)")
    }
  }

  @Test func whatIsAlteredOrSignedByAnotherDoesNotHold() throws {
    let (market, job) = try settled { _ in .accepted }
    let receipt = try #require(Receipt(of: job, in: market.machine))
    #expect(throws: SettlementError.self) {
      try Receipt.open(receipt.signed(by: market.keys.outsider).encoded, terms: job.terms)
    }
    var other = try Market(seed: 99)
    let otherTerms = try other.terms()
    #expect(throws: SettlementError.self) {
      try Receipt.open(receipt.signed(by: market.keys.operator).encoded, terms: otherTerms)
    }
    // The operator signs something false: every field in turn.
    let envelope = receipt.signed(by: market.keys.operator)
    let text = String(decoding: envelope.payload, as: UTF8.self)
    let provider = try #require(job.provider).description
    let edits = [
      ("\"amount\":\"\(job.terms.contents.price)\"", "\"amount\":\"1\""),
      ("pay/0/payment/provider", "pay/0/payment/treasury"),
      (
        #""ending":"accepted","settlement":"paid""#,
        #""ending":"rejected:wrongComputation","settlement":"slashed""#
      ),
      ("\"settlement\":\"paid\"", "\"settlement\":\"refunded\""),
      ("\"signer\":\"\(market.keys.verifiers[0].verifyingKey)\"", "\"signer\":\"\(provider)\""),
      ("\"job\":\"job-1\",\"ending\"", "\"job\":\"job-2\",\"ending\""),
      (job.terms.digest.hex, SHA256.digest(of: [1]).hex),
      ("\"provider\":\"\(provider)\"", "\"provider\":\"\(market.keys.outsider.verifyingKey)\""),
    ]
    for (from, to) in edits {
      let edited = text.replacing(from, with: to)
      #expect(edited != text, "nothing to edit: \(from)")
      let signed = Envelope.sign(payload: Array(edited.utf8), with: market.keys.operator)
      #expect(throws: SettlementError.self, "\(from)") {
        try Receipt.open(signed.encoded, terms: job.terms)
      }
    }
  }
}
