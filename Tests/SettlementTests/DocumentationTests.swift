import AssaySettlement
import AssaySettlementTestSupport
import Testing

/// The example on the room's page, and the terms that it shows.
@Test func theExampleOfTheSettlementPageWorks() throws {
  var market = try Market(funds: 0)
  let terms = try market.terms()
  let seconds: UInt64 = 5

  var machine = SettlementMachine()
  let command = try Command(key: "offer-1", action: .offer(terms: terms.bytes))
  switch machine.apply(command, now: seconds) {
  case .applied(let applied): #expect(applied.phase?.rawValue == "offered")
  case .refused(let refusal): Issue.record("\(refusal)")
  }
}
