import AssayAccounting
import Testing

/// The example on the room's page.
@Test func theExampleOfTheAccountingPageWorks() throws {
  var ledger = Ledger()
  let euro = try Asset(id: "EUR", decimals: 2)
  let (bank, alice) = (try AccountID("bank"), try AccountID("alice"))
  _ = ledger.open(Account(id: bank, asset: euro, limit: .creditsMustNotExceedDebits))
  _ = ledger.open(Account(id: alice, asset: euro, limit: .debitsMustNotExceedCredits))
  let move = Transfer.Action.move(debit: bank, credit: alice, amount: Amount(1250))
  let outcome = ledger.apply(Transfer(id: try TransferID("t1"), action: move, time: 0))
  try ledger.checkInvariants()

  #expect(outcome == .applied)
  #expect(ledger[alice]?.balance == Amount(1250))
}
