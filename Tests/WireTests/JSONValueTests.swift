import AssayTestSupport
import AssayWire
import Testing

@Suite struct JSONValueTests {
  private func parse(_ text: String) throws -> JSONValue {
    try JSONValue.parse(Array(text.utf8))
  }

  @Test func readsEveryKindOfValue() throws {
    let value = try parse(
      #" { "a" : [ null , true , false , -0.5e+10 , 0 ] , "b" : { } , "" : [ ] , "c" : "x" } "#)
    #expect(
      value
        == .object([
          "a": .array([.null, .bool(true), .bool(false), .number("-0.5e+10"), .number("0")]),
          "b": .object([]), "": .array([]), "c": .string("x"),
        ]))
  }

  @Test func readsEscapes() throws {
    #expect(
      try parse(#""\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00\u0000""#)
        == .string("\"\\/\u{8}\u{c}\n\r\tAé😀\0"))
  }

  @Test(arguments: [
    "", " ", "nul", "nulll", "nxll", "trux", "falsy", "True", "NaN", "Infinity", "-", "+1", "01",
    "-01", "1.", ".5", "1e",
    "1e+", "0x10", "1 2", "--1", "1e1.5", "\"", "\"abc", "\"\\", "\"\\x\"", "\"\\u12\"",
    "\"\\u12g4\"", "\"\u{1}\"", "\"a\nb\"", "'a'", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]",
    "[1}", "{", "}", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,}", "{a:1}",
    "{\"a\" 1}", "{1:2}", "{\"a\":1]", "null x", "[]]", "{}{}", "/**/1", "1//", "\u{feff}1",
    "\u{a0}1", "1\0", "[1]\u{b}", "\"\\uD800\"", "\"\\uDC00\"", "\"\\uD800\\uD800\"",
    "\"\\uD800x\"", "\"\\uD800\\n\"", "\"\\uD83D\\nDE00\"", "\"\\uD800\\u0041\"",
    "\"\\uDC00\\uD800\"", "\"\\u+123\"",
    "\"\\uÀ000\"", "\"\\u٠٠٠٠\"",
  ])
  func refusesWhatIsNotStrictJSON(text: String) {
    #expect(throws: WireError.self) { try parse(text) }
  }

  @Test(arguments: [
    #"{"a":1,"a":1}"#, #"{"a":1,"\u0061":2}"#, #"{"x":{"":0,"":1}}"#,
    // e with an acute accent, as one scalar and as two: one name to a reader of the text.
    "{\"\u{e9}\":1,\"e\u{301}\":2}",
  ])
  func refusesANameThatOccursTwice(text: String) {
    let error = #expect(throws: WireError.self) { try parse(text) }
    #expect(error?.description.contains("expected each name once") == true)
  }

  @Test func refusesInvalidUTF8() {
    let quote = UInt8(ascii: "\"")
    let sequences: [[UInt8]] = [
      [0x80], [0xc0, 0xaf], [0xc3], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xff],
      [0xf0, 0x82, 0x82, 0xac],
    ]
    for sequence in sequences {
      #expect(throws: WireError.self) { try JSONValue.parse([quote] + sequence + [quote]) }
      #expect(throws: WireError.self) { try JSONValue.parse(sequence) }
    }
  }

  @Test func bearsDepthBombs() throws {
    let deepest = String(repeating: "[", count: 64) + "0" + String(repeating: "]", count: 64)
    _ = try parse(deepest)
    #expect(throws: WireError.self) { try parse("[\(deepest)]") }
    for bomb in ["[", "{\"a\":", "[{\"a\":[", "[[],"] {
      let error = #expect(throws: WireError.self) {
        try parse(String(repeating: bomb, count: 500_000))
      }
      #expect(error?.description.contains("nesting") == true)
    }
  }

  @Test func refusesNumbersAndTextsBeyondTheirLimits() throws {
    _ = try parse(String(repeating: "9", count: 256))
    #expect(throws: WireError.self) { try parse(String(repeating: "9", count: 257)) }
    #expect(throws: WireError.tooLong(limit: 3, found: 4)) {
      try JSONValue.parse(Array("1234".utf8), maximumByteCount: 3)
    }
  }

  @Test func saysWhereTheErrorIs() {
    #expect(
      throws: WireError.json(line: 3, column: 8, reason: "expected a value, found '}'")
    ) {
      try parse("{\n  \"a\": 1,\n  \"b\": }")
    }
    #expect(
      throws: WireError.json(
        line: 1, column: 2, reason: "expected a value, found the end of the text")
    ) { try parse("[") }
    #expect(
      throws: WireError.json(line: 1, column: 1, reason: "expected a value, found byte 0x1b")
    ) { try parse("\u{1b}[31m") }
  }

  @Test func messagesCarryNoControlCharacters() {
    let error = #expect(throws: WireError.self) {
      try parse("{\"\\u001b[31m\": 1, \"\\u001b[31m\": 2}")
    }
    #expect(error?.description.utf8.allSatisfy { $0 >= 0x20 } == true)
  }

  @Test func writesWhatItReads() throws {
    let text = #"{"z":[1,-2.50e3,"a\"\\\n\u0001é😀"],"a":{"":null},"b":[],"c":{},"d":false}"#
    let value = try parse(text)
    #expect(String(decoding: value.serialized(), as: UTF8.self) == text)
    #expect(try JSONValue.parse(value.serialized(pretty: true)) == value)
  }

  @Test func indentsByTwoSpaces() {
    let value = JSONValue.object([
      "a": .array([.integer(1), .object(["b": .null])]), "c": .array([]),
    ])
    #expect(
      String(decoding: value.serialized(pretty: true), as: UTF8.self) == """
        {
          "a": [
            1,
            {
              "b": null
            }
          ],
          "c": []
        }

        """)
  }

  @Test func writesNumbersThatReadBackExactly() throws {
    var generator = SeededGenerator()
    for _ in 0..<2_000 {
      let double = Double(bitPattern: generator.next())
      let float = Float(bitPattern: UInt32(truncatingIfNeeded: generator.next()))
      guard double.isFinite, float.isFinite else { continue }
      let bytes = JSONValue.object(["d": .double(double), "f": .float(float)]).serialized()
      var fields = try JSONFields(JSONValue.parse(bytes))
      #expect(try fields.double("d").bitPattern == double.bitPattern, "seed \(generator.seed)")
      #expect(try fields.float("f").bitPattern == float.bitPattern, "seed \(generator.seed)")
    }
  }

  @Test func neverTrapsOnDamagedText() throws {
    var generator = SeededGenerator()
    let valid = Array(#"{"a":[1,2.5e-3,"x\u00e9\ud83d\ude00\n"],"b":{"c":null,"d":true}}"#.utf8)
    for (name, bytes) in Mutations.truncations(of: valid) {
      #expect(throws: WireError.self, "\(name)") { try JSONValue.parse(bytes) }
    }
    for _ in 0..<20_000 {
      let bytes = Mutations.edit(valid, with: &generator)
      guard let value = try? JSONValue.parse(bytes) else { continue }
      #expect(try JSONValue.parse(value.serialized()) == value, "seed \(generator.seed)")
    }
  }
}
