import AssayAccounting
import AssayWire
import Testing

struct AmountTests {
  @Test func readsAndWritesEveryWidth() throws {
    for text in ["0", "1", "9", "10", "340282366920938463463374607431768211455"] {
      #expect(try Amount(decimal: text).description == text)
    }
  }

  @Test(arguments: [
    "", "-1", "+1", " 1", "1 ", "01", "00", "1.0", "1e3", "0x10", "１", "1_000", "NaN",
  ])
  func refusesWhatIsNotPlainDigits(_ text: String) {
    #expect(throws: AccountingError.notAnAmount(found: text)) { try Amount(decimal: text) }
  }

  @Test func refusesTwoToThe128() {
    let text = "340282366920938463463374607431768211456"
    #expect(throws: AccountingError.amountTooLarge(found: text)) { try Amount(decimal: text) }
  }

  @Test func addsAndSubtractsWithoutWrapping() {
    let most = Amount(UInt128.max)
    #expect(most.adding(Amount(1)) == nil)
    #expect(Amount(1).subtracting(Amount(2)) == nil)
    #expect(most.subtracting(most) == .zero)
    #expect(Amount(2).adding(Amount(3)) == Amount(5))
  }

  @Test func takesSharesOfTheLargestAmountExactly() {
    let most = Amount(UInt128.max)
    #expect(most.share(1_000_000, of: 1_000_000) == most)
    #expect(most.share(1, of: 3) == Amount(UInt128.max / 3))
    #expect(Amount(7).share(500_000, of: 1_000_000) == Amount(3))
    #expect(Amount(7).share(0, of: 1) == .zero)
  }

  @Test func formatsAndParsesInTheUsualUnit() throws {
    let euro = try Asset(id: "EUR", decimals: 2)
    #expect(euro.format(Amount(125_000)) == "1250.00 EUR")
    #expect(euro.format(Amount(5)) == "0.05 EUR")
    #expect(try euro.parse("12.5") == Amount(1250))
    #expect(try euro.parse("0") == .zero)
    #expect(try euro.parse("0.01") == Amount(1))
    for text in ["1.234", "-1", "1.", ".5", "1.2.3", "", "1,5", "1e2"] {
      #expect(throws: AccountingError.self) { try euro.parse(text) }
    }
    let point = try Asset(id: "point", decimals: 0)
    #expect(point.format(Amount(5)) == "5 point")
    #expect(throws: AccountingError.self) { try point.parse("1.0") }
  }

  @Test func refusesNamesThatCouldNotStandInText() {
    for name in ["", "a b", "a\nb", "ä", String(repeating: "a", count: 201), "a\u{0}"] {
      #expect(throws: AccountingError.self) { try AccountID(name) }
      #expect(throws: AccountingError.self) { try TransferID(name) }
    }
    #expect(throws: AccountingError.decimalsOutOfRange(limit: 30, found: 31)) {
      try Asset(id: "x", decimals: 31)
    }
  }

  @Test func keepsItsBytesThroughTheWire() throws {
    for units in [0, 1, UInt128.max, UInt128(1) << 64, 0x0102_0304_0506_0708_090a] {
      var writer = WireWriter()
      Amount(units).write(to: &writer)
      #expect(writer.bytes.count == 16)
      var reader = WireReader(writer.bytes)
      #expect(try Amount(decoding: &reader) == Amount(units))
    }
  }
}
