import AssayAccounting
import Testing

/// An independent account of the same books: spendable and held money in plain dictionaries.
private struct Model {
  var spendable: [String: Int] = [:]
  var held: [String: (from: String, to: String, amount: Int, until: UInt64?)] = [:]
}

private struct Generator: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    // SplitMix64 (Steele, Lea and Flood 2014).
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

struct LedgerModelTests {
  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func agreesWithPlainArithmeticOnRandomTransfers(seed: UInt64) throws {
    var generator = Generator(state: seed)
    var ledger = try sampleLedger()
    var model = Model()
    let names = ["a", "b", "c"]
    for step in 0..<200 {
      let id = "t\(step)"
      let from = names.randomElement(using: &generator)!
      let to = names.randomElement(using: &generator)!
      let amount = Int.random(in: 0...60, using: &generator)
      let now = UInt64(step)
      let action: Transfer.Action
      let isExpected: Bool
      switch Int.random(in: 0..<5, using: &generator) {
      case 0:
        action = .move(
          debit: try AccountID("in"), credit: try AccountID(to), amount: Amount(UInt128(amount)))
        isExpected = amount > 0
        if isExpected { model.spendable[to, default: 0] += amount }
      case 1:
        action = .move(
          debit: try AccountID(from), credit: try AccountID(to), amount: Amount(UInt128(amount)))
        isExpected = amount > 0 && from != to && model.spendable[from, default: 0] >= amount
        if isExpected {
          model.spendable[from, default: 0] -= amount
          model.spendable[to, default: 0] += amount
        }
      case 2:
        let until = Bool.random(using: &generator) ? now + 20 : nil
        action = .hold(
          debit: try AccountID(from), credit: try AccountID(to), amount: Amount(UInt128(amount)),
          expiresAt: until)
        isExpected = amount > 0 && from != to && model.spendable[from, default: 0] >= amount
        if isExpected {
          model.spendable[from, default: 0] -= amount
          model.held[id] = (from, to, amount, until)
        }
      default:
        let name = model.held.keys.sorted().randomElement(using: &generator) ?? "t0"
        let found = model.held[name]
        let isOver = found?.until.map { $0 <= now } ?? false
        switch Int.random(in: 0..<3, using: &generator) {
        case 0:
          action = .post(hold: try TransferID(name), amount: Amount(UInt128(amount)))
          isExpected = amount > 0 && !isOver && (found.map { amount <= $0.amount } ?? false)
          if isExpected, let found {
            model.spendable[found.to, default: 0] += amount
            model.spendable[found.from, default: 0] += found.amount - amount
          }
        case 1:
          action = .void(hold: try TransferID(name))
          isExpected = found != nil && !isOver
          if isExpected, let found { model.spendable[found.from, default: 0] += found.amount }
        default:
          action = .expire(hold: try TransferID(name))
          isExpected = found != nil && isOver
          if isExpected, let found { model.spendable[found.from, default: 0] += found.amount }
        }
        if isExpected { model.held[name] = nil }
      }
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
