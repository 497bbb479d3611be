import AssayWire
import Testing

@Suite struct JSONFieldsTests {
  private func fields(_ text: String) throws -> JSONFields {
    try JSONFields(JSONValue.parse(Array(text.utf8)))
  }

  @Test func readsEveryType() throws {
    var top = try fields(
      """
      {"s": "x", "i": -3, "u": 18446744073709551615, "f": 0.1, "d": 0.1, "b": true, "a": [1],
       "o": {"k": 1}, "l": [{"n": 1}, {"n": 2}], "v": null}
      """)
    #expect(try top.string("s") == "x")
    #expect(try top.integer("i", in: -3...3) == -3)
    #expect(try top.uint64("u") == .max)
    #expect(try top.float("f") == 0.1)
    #expect(try top.double("d") == 0.1)
    #expect(try top.bool("b"))
    #expect(try top.array("a") == [.number("1")])
    var inner = try top.fields("o")
    #expect(try inner.integer("k") == 1)
    try inner.finish()
    let list = try top.objects("l")
    #expect(list.map(\.path) == ["l[0]", "l[1]"])
    #expect(try top.value("v") == .null)
    try top.finish()
  }

  @Test func optionalTwinsTellAbsentFromWrong() throws {
    var top = try fields(#"{"s": 1}"#)
    #expect(try top.optionalString("absent") == nil)
    #expect(try top.optionalInteger("absent", in: 0...1) == nil)
    #expect(try top.optionalUInt64("absent") == nil)
    #expect(try top.optionalFloat("absent") == nil)
    #expect(try top.optionalDouble("absent") == nil)
    #expect(try top.optionalBool("absent") == nil)
    #expect(try top.optionalArray("absent") == nil)
    #expect(try top.optionalFields("absent") == nil)
    #expect(try top.optionalObjects("absent") == nil)
    #expect(throws: WireError.field(path: "s", reason: "expected a string, found the number 1")) {
      try top.optionalString("s")
    }
    #expect(top.contains("s") && !top.contains("absent"))
  }

  @Test func errorsCarryThePath() throws {
    var top = try fields(#"{"optimizer": {"beta1": "high"}, "layers": [{}, {"size": 0}]}"#)
    var optimizer = try top.fields("optimizer")
    let error = #expect(throws: WireError.self) { try optimizer.float("beta1") }
    #expect(
      error?.description == "optimizer.beta1: expected a number within the range of a 32-bit "
        + "float, found the string 'high'")
    var layer = try top.objects("layers")[1]
    #expect(
      throws: WireError.field(
        path: "layers[1].size", reason: "expected an integer from 1 to 9, found the number 0")
    ) { try layer.integer("size", in: 1...9) }
    #expect(
      throws: WireError.field(
        path: "optimizer.beta2", reason: "expected this key, found none of that name; add it")
    ) { try optimizer.float("beta2") }
  }

  @Test func refusesAKeyThatNobodyAskedFor() throws {
    var top = try fields(#"{"optimizer": {"learningrate": 1, "beta1": 2}}"#)
    var optimizer = try top.fields("optimizer")
    _ = try optimizer.optionalFloat("learningRate")
    _ = try optimizer.float("beta1")
    #expect(
      throws: WireError.field(
        path: "optimizer",
        reason: "unknown key 'learningrate' (did you mean 'learningRate'?); "
          + "known keys: learningRate, beta1")
    ) { try optimizer.finish() }
  }

  @Test(arguments: [
    ("betal", "beta1"), ("learning_rate", "learningRate"), ("sede", "seed"), ("BATCH", "batch"),
  ])
  func suggestsTheNearestName(misspelt: String, meant: String) throws {
    var top = try fields(#"{"\#(misspelt)": 1}"#)
    for key in ["beta1", "learningRate", "seed", "batch", "momentum"] {
      _ = top.optionalValue(key)
    }
    let error = #expect(throws: WireError.self) { try top.finish() }
    #expect(error?.description.contains("did you mean '\(meant)'?") == true)
  }

  @Test func suggestsNothingForANameThatIsTooLong() throws {
    let known = String(repeating: "k", count: 64)
    var top = try fields("{\"\(known)k\": 1}")
    _ = top.optionalValue(known)
    let error = #expect(throws: WireError.self) { try top.finish() }
    #expect(error?.description.contains("did you mean") == false)
  }

  @Test func namesMatchByteForByte() throws {
    // Swift's == takes the kelvin sign for K.
    var top = try fields("{\"\u{212a}\": 1}")
    #expect(top.optionalValue("K") == nil)
    #expect(throws: WireError.self) { try top.finish() }
  }

  @Test(arguments: ["1.0", "1e3", "-0", "9223372036854775808", "\"1\"", "true", "null", "[1]"])
  func refusesWhatIsNoInteger(text: String) throws {
    var top = try fields("{\"k\": \(text)}")
    #expect(throws: WireError.self) { try top.integer("k") }
  }

  @Test(arguments: ["-1", "18446744073709551616", "1e2", "-0", "1.0", "\"1\"", "null"])
  func refusesWhatIsNoUnsignedInteger(text: String) throws {
    var top = try fields("{\"k\": \(text)}")
    #expect(throws: WireError.self) { try top.uint64("k") }
  }

  @Test func roundsFloatsOnce() throws {
    // Just above the midpoint of two 32-bit floats, yet nearest to that midpoint as a 64-bit one:
    // rounding twice would give 1.
    var top = try fields(
      #"{"a": 1.00000005960464477539062500000000001, "b": 1e39, "c": 3.4028235e38, "d": 1e-50}"#)
    #expect(try top.float("a") == Float(1).nextUp)
    #expect(throws: WireError.self) { try top.float("b") }
    #expect(try top.float("c") == .greatestFiniteMagnitude)
    #expect(try top.float("d") == 0)
    #expect(try top.double("b") == 1e39)
    var huge = try fields(#"{"a": 1e400}"#)
    #expect(throws: WireError.self) { try huge.double("a") }
  }

  @Test func refusesWhatIsNoObject() {
    for value: JSONValue in [.null, .array([]), .string("x"), .number("1"), .bool(false)] {
      #expect(throws: WireError.self) { try JSONFields(value, path: "p") }
    }
  }
}
