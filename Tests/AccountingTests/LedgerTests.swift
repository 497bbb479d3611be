import AssayAccounting
import Testing

/// Books with a boundary account `in`, and `a`, `b`, `c` that must not be overdrawn.
func sampleLedger() throws -> Ledger {
  var ledger = Ledger()
  let euro = try Asset(id: "EUR", decimals: 2)
  #expect(
    ledger.open(Account(id: try AccountID("in"), asset: euro, limit: .creditsMustNotExceedDebits))
      == .opened)
  for name in ["a", "b", "c"] {
    let account = Account(
      id: try AccountID(name), asset: euro, limit: .debitsMustNotExceedCredits)
    #expect(ledger.open(account) == .opened)
  }
  return ledger
}

func transfer(_ id: String, _ action: Transfer.Action, at time: UInt64 = 0) throws -> Transfer {
  Transfer(id: try TransferID(id), action: action, time: time)
}

func move(_ id: String, _ debit: String, _ credit: String, _ units: UInt128) throws -> Transfer {
  try transfer(
    id, .move(debit: AccountID(debit), credit: AccountID(credit), amount: Amount(units)))
}

func hold(
  _ id: String, _ debit: String, _ credit: String, _ units: UInt128, expiresAt: UInt64? = nil
) throws -> Transfer {
  try transfer(
    id,
    .hold(
      debit: AccountID(debit), credit: AccountID(credit), amount: Amount(units),
      expiresAt: expiresAt))
}

struct LedgerTests {
  @Test func movesMoneyAndBalances() throws {
    var ledger = try sampleLedger()
    #expect(ledger.apply(try move("1", "in", "a", 100)) == .applied)
    #expect(ledger.apply(try move("2", "a", "b", 30)) == .applied)
    #expect(ledger[try AccountID("a")]?.balance == Amount(70))
    #expect(ledger[try AccountID("b")]?.available == Amount(30))
    #expect(try ledger.checkInvariants().map(\.posted) == [Amount(130)])
  }

  @Test func aRepeatedTransferExistsAndAChangedOneIsRefused() throws {
    var ledger = try sampleLedger()
    #expect(ledger.apply(try move("1", "in", "a", 100)) == .applied)
    let before = ledger.encoded
    #expect(ledger.apply(try move("1", "in", "a", 100)) == .exists)
    #expect(
      ledger.apply(try move("1", "in", "a", 101))
        == .refused(.idHasOtherContents(try TransferID("1"))))
    #expect(ledger.encoded == before)
  }

  @Test func refusesInTheDocumentedOrderAndChangesNothing() throws {
    var ledger = try sampleLedger()
    let dollar = try Asset(id: "USD", decimals: 2)
    _ = ledger.open(Account(id: try AccountID("usd"), asset: dollar, limit: .none))
    #expect(ledger.apply(try move("1", "in", "a", 100)) == .applied)
    let before = ledger.encoded
    let cases: [(Transfer, TransferRefusal)] = [
      (try move("x", "nobody", "nobody", 0), .amountIsZero),
      (try move("x", "nobody", "nobody", 1), .accountsAreTheSame(try AccountID("nobody"))),
      (try move("x", "nobody", "noone", 1), .debitAccountNotFound(try AccountID("nobody"))),
      (try move("x", "a", "noone", 1), .creditAccountNotFound(try AccountID("noone"))),
      (
        try move("x", "a", "usd", 1),
        .assetsDiffer(debit: try Asset(id: "EUR", decimals: 2), credit: dollar)
      ),
      (try move("x", "in", "a", .max), .counterOverflow(try AccountID("in"))),
      (
        try move("x", "a", "b", 101),
        .exceedsCredits(try AccountID("a"), available: Amount(100), requested: Amount(101))
      ),
      (
        try move("x", "a", "in", 101),
        .exceedsCredits(try AccountID("a"), available: Amount(100), requested: Amount(101))
      ),
      (
        try transfer("x", .void(hold: TransferID("none"))), .holdNotFound(try TransferID("none"))
      ),
      (try transfer("x", .void(hold: TransferID("1"))), .holdNotFound(try TransferID("1"))),
    ]
    for (transfer, refusal) in cases {
      #expect(ledger.apply(transfer) == .refused(refusal))
      #expect(ledger.encoded == before)
    }
  }

  @Test func theBoundaryCannotTakeOutMoreThanCameIn() throws {
    var ledger = try sampleLedger()
    let euro = try Asset(id: "EUR", decimals: 2)
    _ = ledger.open(Account(id: try AccountID("mint"), asset: euro, limit: .none))
    #expect(ledger.apply(try move("1", "mint", "a", 10)) == .applied)
    #expect(
      ledger.apply(try move("2", "a", "in", 10))
        == .refused(.exceedsDebits(try AccountID("in"), requested: Amount(10))))
  }

  @Test func aHoldReservesAndIsResolvedExactlyOnce() throws {
    var ledger = try sampleLedger()
    #expect(ledger.apply(try move("1", "in", "a", 100)) == .applied)
    #expect(ledger.apply(try hold("h", "a", "b", 80)) == .applied)
    #expect(ledger[try AccountID("a")]?.available == Amount(20))
    #expect(ledger[try AccountID("a")]?.balance == Amount(100))
    #expect(
      ledger.apply(try move("2", "a", "c", 21))
        == .refused(
          .exceedsCredits(try AccountID("a"), available: Amount(20), requested: Amount(21))))
    let held = try TransferID("h")
    #expect(
      ledger.apply(try transfer("p", .post(hold: held, amount: Amount(81))))
        == .refused(.exceedsHold(held: Amount(80), requested: Amount(81))))
    #expect(
      ledger.apply(try transfer("p", .post(hold: held, amount: .zero))) == .refused(.amountIsZero))
    #expect(ledger.apply(try transfer("p", .post(hold: held, amount: Amount(50)))) == .applied)
    #expect(ledger[try AccountID("a")]?.available == Amount(50))
    #expect(ledger[try AccountID("b")]?.available == Amount(50))
    for action in [
      Transfer.Action.post(hold: held, amount: Amount(1)), .void(hold: held), .expire(hold: held),
    ] {
      #expect(
        ledger.apply(try transfer("again", action))
          == .refused(.holdIsResolved(held, .posted(Amount(50)))))
    }
    #expect(ledger.apply(try transfer("p", .post(hold: held, amount: Amount(50)))) == .exists)
    try ledger.checkInvariants()
  }

  @Test func aHoldWithATimeCanOnlyExpireAfterIt() throws {
    var ledger = try sampleLedger()
    #expect(ledger.apply(try move("1", "in", "a", 100)) == .applied)
    #expect(ledger.apply(try hold("h", "a", "b", 80, expiresAt: 50)) == .applied)
    let held = try TransferID("h")
    #expect(
      ledger.apply(try transfer("e", .expire(hold: held), at: 49))
        == .refused(.holdHasNotExpired(at: 50, now: 49)))
    #expect(
      ledger.apply(try transfer("v", .void(hold: held), at: 50))
        == .refused(.holdHasExpired(at: 50, now: 50)))
    #expect(
      ledger.apply(try transfer("p", .post(hold: held, amount: Amount(1)), at: 50))
        == .refused(.holdHasExpired(at: 50, now: 50)))
    #expect(ledger.apply(try transfer("e", .expire(hold: held), at: 50)) == .applied)
    #expect(ledger[try AccountID("a")]?.available == Amount(100))
  }

  @Test func aBatchIsAppliedWholeOrNotAtAll() throws {
    var ledger = try sampleLedger()
    #expect(ledger.apply(try move("1", "in", "a", 100)) == .applied)
    #expect(ledger.apply(try hold("h", "a", "b", 80)) == .applied)
    let before = ledger
    let batch = [
      try transfer("p", .post(hold: TransferID("h"), amount: Amount(80))),
      try hold("h2", "b", "c", 30),
      try transfer("p2", .post(hold: TransferID("h2"), amount: Amount(30))),
      try move("2", "b", "c", 51),
    ]
    #expect(
      ledger.apply(batch)
        == .refused(
          index: 3,
          .exceedsCredits(try AccountID("b"), available: Amount(50), requested: Amount(51))))
    #expect(ledger == before)
    #expect(ledger.encoded == before.encoded)
    #expect(ledger.apply(Array(batch.dropLast())) == .applied(added: 3))
    #expect(ledger.apply(Array(batch.dropLast())) == .applied(added: 0))
    try ledger.checkInvariants()
  }

  @Test func anAccountIsOpenedOnceWithItsTerms() throws {
    var ledger = try sampleLedger()
    let euro = try Asset(id: "EUR", decimals: 2)
    let account = Account(
      id: try AccountID("a"), asset: euro, limit: .debitsMustNotExceedCredits)
    #expect(ledger.open(account) == .exists)
    let unlimited = Account(id: try AccountID("a"), asset: euro, limit: .none)
    #expect(ledger.open(unlimited) == .existsWithOtherTerms(found: account))
    let other = Account(
      id: try AccountID("d"), asset: try Asset(id: "EUR", decimals: 3), limit: .none)
    #expect(ledger.open(other) == .assetHasOtherDecimals(found: euro))
  }
}
