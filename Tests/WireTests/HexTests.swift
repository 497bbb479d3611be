import AssayTestSupport
import AssayWire
import Testing

@Suite struct HexTests {
  @Test func everyByteHasTwoLowerCaseDigits() throws {
    let bytes = (0...255).map(UInt8.init)
    let text = Hex.encode(bytes)
    #expect(text.hasPrefix("000102") && text.hasSuffix("fdfeff") && text.utf8.count == 512)
    #expect(try Hex.decode(text) == bytes)
  }

  @Test(arguments: ["0", "0g", "AB", "aB", " 00", "0x00", "00 ", "é", "00\n0"])
  func refusesAnythingElse(text: String) {
    #expect(throws: WireError.self) { try Hex.decode(text) }
  }
}
