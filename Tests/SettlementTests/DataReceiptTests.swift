import AssayAccounting
import AssayCryptography
import AssayEvidence
import AssaySettlement
import AssaySettlementTestSupport
import Testing

/// Data that verifiers have before anybody puts up money for work on them.
struct DataReceiptTests {
  private func offered(_ count: Int) throws -> (market: Market, terms: Terms) {
    var market = try Market(seed: 4)
    let terms = try market.terms { $0.dataReceipts = count }
    try market.advance(terms, to: .offered)
    return (market, terms)
  }

  private func confirming(_ terms: Terms, by key: SigningKey) -> Command.Action {
    .confirmData(job: "job-1", receipt: terms.dataReceipt.signed(by: key).encoded)
  }

  @Test func aJobIsFundedOnceEnoughVerifiersHaveTheData() throws {
    var (market, terms) = try offered(2)
    let verifiers = market.keys.verifiers
    let fund = Command.Action.fund(job: "job-1", by: market.keys.buyer.verifyingKey)
    try expectRefusal(&market, fund) { $0 == .dataNotConfirmed(found: 0, needed: 2) }
    try market.apply(confirming(terms, by: verifiers[0]))
    try expectRefusal(&market, confirming(terms, by: verifiers[0])) {
      $0 == .alreadyAnswered(verifiers[0].verifyingKey)
    }
    try expectRefusal(&market, fund) { $0 == .dataNotConfirmed(found: 1, needed: 2) }
    try market.apply(confirming(terms, by: verifiers[1]))
    try market.apply(fund)
    try market.machine.checkInvariants()
    #expect(market.machine.jobs["job-1"]?.phase.name == .funded)
    try expectRefusal(&market, confirming(terms, by: verifiers[0])) {
      if case .wrongPhase = $0 { true } else { false }
    }
  }

  @Test func onlyAnAdmittedVerifiersWordAboutExactlyTheseTermsCounts() throws {
    var (market, terms) = try offered(1)
    let verifier = market.keys.verifiers[0]
    try expectRefusal(&market, confirming(terms, by: market.keys.outsider)) {
      if case .evidence(.keyNotAdmitted) = $0 { true } else { false }
    }
    let right = terms.dataReceipt
    let other = SHA256.digest(of: [99])
    for (field, wrong) in [
      (
        "job", DataReceipt(job: "j", terms: right.terms, spec: right.spec, dataRoot: right.dataRoot)
      ),
      (
        "terms", DataReceipt(job: "job-1", terms: other, spec: right.spec, dataRoot: right.dataRoot)
      ),
      (
        "spec", DataReceipt(job: "job-1", terms: right.terms, spec: other, dataRoot: right.dataRoot)
      ),
      (
        "data root",
        DataReceipt(job: "job-1", terms: right.terms, spec: right.spec, dataRoot: other)
      ),
    ] {
      let receipt = wrong.signed(by: verifier).encoded
      try expectRefusal(&market, .confirmData(job: "job-1", receipt: receipt)) {
        if case .evidence(.mismatch(field, _, _)) = $0 { true } else { false }
      }
    }
    // Another's signature under the verifier's words, and a statement of another kind.
    let forged = Envelope.sign(payload: right.signed(by: verifier).payload, with: market.keys.buyer)
    for bytes in [forged.encoded, try market.claim("job-1"), [], [1, 2, 3]] {
      try expectRefusal(&market, .confirmData(job: "job-1", receipt: bytes)) {
        if case .evidence = $0 { true } else { false }
      }
    }
  }

  @Test func whereTheTermsDoNotAskForItNobodyConfirms() throws {
    var (market, terms) = try offered(0)
    try expectRefusal(&market, confirming(terms, by: market.keys.verifiers[0])) {
      $0 == .noDataReceipts
    }
    for count in [-1, 3] {
      #expect(throws: SettlementError.self) { try market.terms { $0.dataReceipts = count } }
    }
    let asking = try market.terms("job-2") { $0.dataReceipts = 2 }
    #expect(try Terms(decoding: asking.bytes) == asking)
  }
}
