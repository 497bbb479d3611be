import AssayTestSupport
import AssayWire
import Testing

@Suite struct Base64Tests {
  @Test func agreesWithRFC4648() throws {
    for var test in try VectorFile.tests("wire/base64.json") {
      let text = try test.string("text")
      let base64 = try test.string("base64")
      try test.finish()
      #expect(Base64.encode(Array(text.utf8)) == base64)
      #expect(try Base64.decode(base64) == Array(text.utf8))
    }
  }

  @Test func readsBackRandomBytes() throws {
    var generator = SeededGenerator()
    for count in 0..<200 {
      let bytes = generator.bytes(count)
      #expect(
        try Base64.decode(Base64.encode(bytes)) == bytes, "seed \(generator.seed) count \(count)")
    }
  }

  @Test(arguments: [
    "Zg", "Zg=", "Zg===", "=", "====", "Z===", "Zm9", "Zm9v\n", " Zg==", "Zg==Zg==", "Zm9vZg=",
    "Zh==", "Zm9=", "Z-_=", "Zm9%", "Zm\u{e9}=", "Zg=a", "=g==",
  ])
  func refusesWhatIsNotCanonical(text: String) {
    #expect(throws: WireError.self) { try Base64.decode(text) }
  }

  @Test func onlyCanonicalTextIsAccepted() {
    var generator = SeededGenerator()
    let alphabet = Array("AZaz09+/=-_\n Qgw")
    for _ in 0..<20_000 {
      let length = Int.random(in: 0...8, using: &generator)
      let text = String((0..<length).compactMap { _ in alphabet.randomElement(using: &generator) })
      guard let bytes = try? Base64.decode(text) else { continue }
      #expect(Base64.encode(bytes) == text, "seed \(generator.seed)")
    }
  }
}
