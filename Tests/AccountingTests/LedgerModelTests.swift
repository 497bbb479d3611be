import AssayAccounting
import AssayTestSupport
import Testing

/// An independent account of the same books: spendable and held money in plain dictionaries.
private struct Model {
  struct Hold {
    var from, to: String
    var amount: Int
    var until: UInt64?
  }

  var spendable: [String: Int] = [:]
  var held: [String: Hold] = [:]

  /// Money comes in from outside.
  mutating func enter(_ to: String, _ amount: Int) -> Bool {
    guard amount > 0 else { return false }
    spendable[to, default: 0] += amount
    return true
  }

  mutating func move(_ from: String, _ to: String, _ amount: Int) -> Bool {
    guard amount > 0, from != to, spendable[from, default: 0] >= amount else { return false }
    spendable[from, default: 0] -= amount
    spendable[to, default: 0] += amount
    return true
  }

  mutating func hold(_ id: String, _ hold: Hold) -> Bool {
    guard hold.amount > 0, hold.from != hold.to, spendable[hold.from, default: 0] >= hold.amount
    else { return false }
    spendable[hold.from, default: 0] -= hold.amount
    held[id] = hold
    return true
  }

  mutating func post(_ id: String, _ amount: Int, now: UInt64) -> Bool {
    guard let hold = held[id], amount > 0, amount <= hold.amount, !isOver(hold, now) else {
      return false
    }
    held[id] = nil
    spendable[hold.to, default: 0] += amount
    spendable[hold.from, default: 0] += hold.amount - amount
    return true
  }

  mutating func release(_ id: String, becauseItIsOver: Bool, now: UInt64) -> Bool {
    guard let hold = held[id], isOver(hold, now) == becauseItIsOver else { return false }
    held[id] = nil
    spendable[hold.from, default: 0] += hold.amount
    return true
  }

  private func isOver(_ hold: Hold, _ now: UInt64) -> Bool {
    hold.until.map { $0 <= now } ?? false
  }
}

struct LedgerModelTests {
  private let names = ["a", "b", "c"]

  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func agreesWithPlainArithmeticOnRandomTransfers(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var ledger = try sampleLedger()
    var model = Model()
    for step in 0..<200 {
      let id = "t\(step)"
      let now = UInt64(step)
      let (action, isExpected) = try next(id, now, &model, &generator)
      let before = ledger
      let outcome = ledger.apply(Transfer(id: try TransferID(id), action: action, time: now))
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

  /// A random action, and whether the model takes it.
  private func next(
    _ id: String, _ now: UInt64, _ model: inout Model, _ generator: inout SeededGenerator
  ) throws -> (Transfer.Action, Bool) {
    let from = names[Int.random(in: 0..<3, using: &generator)]
    let to = names[Int.random(in: 0..<3, using: &generator)]
    let amount = Int.random(in: 0...60, using: &generator)
    let money = Amount(UInt128(amount))
    let resolved = model.held.keys.sorted().randomElement(using: &generator) ?? "t0"
    let hold = try TransferID(resolved)
    switch Int.random(in: 0..<9, using: &generator) {
    case 0, 1:
      return (
        .move(debit: try AccountID("in"), credit: try AccountID(to), amount: money),
        model.enter(to, amount)
      )
    case 2, 3:
      return (
        .move(debit: try AccountID(from), credit: try AccountID(to), amount: money),
        model.move(from, to, amount)
      )
    case 4, 5:
      let until = Bool.random(using: &generator) ? now + 20 : nil
      return (
        .hold(
          debit: try AccountID(from), credit: try AccountID(to), amount: money, expiresAt: until),
        model.hold(id, Model.Hold(from: from, to: to, amount: amount, until: until))
      )
    case 6: return (.post(hold: hold, amount: money), model.post(resolved, amount, now: now))
    case 7:
      return (.void(hold: hold), model.release(resolved, becauseItIsOver: false, now: now))
    default:
      return (.expire(hold: hold), model.release(resolved, becauseItIsOver: true, now: now))
    }
  }
}
