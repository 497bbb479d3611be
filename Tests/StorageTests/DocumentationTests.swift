import AssayCryptography
import AssayEvidence
import AssayMerkle
import AssaySettlement
import AssaySettlementTestSupport
import AssayStorage
import Testing

/// The example on the room's page.
@Test func theExampleOfTheStoragePageWorks() throws {
  let folder = try TemporaryFolder()
  var market = try Market(funds: 0)
  let operatorKey = market.keys.operator
  let terms = try market.terms()
  let command = try Command(key: "offer-1", action: .offer(terms: terms.bytes))
  let seconds: UInt64 = 5
  let signed = Envelope.sign(payload: Array("{}".utf8), with: market.keys.provider)
  let (claim, identity) = (signed.encoded, signed.identity)

  let store = try SettlementStore(path: folder.file("settlement.db"))
  let outcome = try store.apply(command, now: seconds)  // durable when this returns
  let place = try store.appendToLog(.claim, envelope: claim)
  let evidence = try store.proveInLog(
    identity, origin: "example.com/log", signingWith: operatorKey)

  guard case .applied = outcome else {
    Issue.record("\(outcome)")
    return
  }
  #expect(evidence.proof.leafIndex == place)
}
