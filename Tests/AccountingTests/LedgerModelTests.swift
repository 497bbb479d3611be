import AssayAccounting
import AssayTestSupport
import Testing

/// An independent account of the same books: spendable and held money in plain dictionaries.
private struct Model {
  var spendable: [String: Int] = [:]
  var held: [String: (from: String, to: String, amount: Int, until: UInt64?)] = [:]
}

extension Model {
  /// A random request, whether it must be applied, and what it then changes here.
  fileprivate mutating func next(
    _ id: String, at now: UInt64, among names: [String], with generator: inout SeededGenerator
  ) throws -> (action: Transfer.Action, isExpected: Bool) {
    let from = try #require(names.randomElement(using: &generator))
    let to = try #require(names.randomElement(using: &generator))
    let amount = Int.random(in: 0...60, using: &generator)
    let action: Transfer.Action
    let isExpected: Bool
    switch Int.random(in: 0..<5, using: &generator) {
    case 0:
      action = .move(
        debit: try AccountID("in"), credit: try AccountID(to), amount: Amount(UInt128(amount)))
      isExpected = amount > 0
      if isExpected { spendable[to, default: 0] += amount }
    case 1:
      action = .move(
        debit: try AccountID(from), credit: try AccountID(to), amount: Amount(UInt128(amount)))
      isExpected = amount > 0 && from != to && spendable[from, default: 0] >= amount
      if isExpected {
        spendable[from, default: 0] -= amount
        spendable[to, default: 0] += amount
      }
    case 2:
      let until = Bool.random(using: &generator) ? now + 20 : nil
      action = .hold(
        debit: try AccountID(from), credit: try AccountID(to), amount: Amount(UInt128(amount)),
        expiresAt: until)
      isExpected = amount > 0 && from != to && spendable[from, default: 0] >= amount
      if isExpected {
        spendable[from, default: 0] -= amount
        held[id] = (from, to, amount, until)
      }
    default:
      let name = held.keys.sorted().randomElement(using: &generator) ?? "t0"
      let found = held[name]
      let isOver = found?.until.map { $0 <= now } ?? false
      switch Int.random(in: 0..<3, using: &generator) {
      case 0:
        action = .post(hold: try TransferID(name), amount: Amount(UInt128(amount)))
        isExpected = amount > 0 && !isOver && (found.map { amount <= $0.amount } ?? false)
        if isExpected, let found {
          spendable[found.to, default: 0] += amount
          spendable[found.from, default: 0] += found.amount - amount
        }
      case 1:
        action = .void(hold: try TransferID(name))
        isExpected = found != nil && !isOver
        if isExpected, let found { spendable[found.from, default: 0] += found.amount }
      default:
        action = .expire(hold: try TransferID(name))
        isExpected = found != nil && isOver
        if isExpected, let found { spendable[found.from, default: 0] += found.amount }
      }
      if isExpected { held[name] = nil }
    }
    return (action, isExpected)
  }
}

struct LedgerModelTests {
  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func agreesWithPlainArithmeticOnRandomTransfers(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var ledger = try sampleLedger()
    var model = Model()
    let names = ["a", "b", "c"]
    for step in 0..<200 {
      let id = "t\(step)"
      let now = UInt64(step)
      let (action, isExpected) = try model.next(id, at: now, among: names, with: &generator)
      let before = ledger
      let outcome = ledger.apply(
        Transfer(id: try TransferID(id), action: action, time: now))
      #expect((outcome == .applied) == isExpected, "seed \(seed), step \(step): \(outcome)")
      if outcome != .applied { #expect(ledger == before) }
      try ledger.checkInvariants()
      for name in names {
        #expect(
          ledger[try AccountID(name)]?.available.units
            == UInt128(model.spendable[name, default: 0]), "seed \(seed), step \(step), \(name)")
      }
    }
    // The transfers are the journal: played again they give the same books.
    var replayed = try sampleLedger()
    for transfer in ledger.transfers { #expect(replayed.apply(transfer) == .applied) }
    #expect(replayed.encoded == ledger.encoded)
  }
}
