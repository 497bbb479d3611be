import AssayCryptography
import AssayWire
import Testing

@testable import AssaySpecification

@Suite struct NextTokenTests {
  private func data(
    element: String = "uint8", shape: String = "[5]", vocabulary: String = "256",
    scale: String = #"{"divisor": 1, "mean": 0, "deviation": 1}"#, more: String = ""
  ) throws -> DataDescription {
    let json = """
      {"root": "\(SHA256.digest(of: []).hex)", "examples": 3, "element": "\(element)",
      "shape": \(shape), "target": {"kind": "next-token", "vocabulary": \(vocabulary)},
      "scale": \(scale)\(more)}
      """
    var fields = try JSONFields(JSONValue.parse(Array(json.utf8)))
    return try DataDescription(fields: &fields)
  }

  @Test func rowsOfTokensAreDescribed() throws {
    let apart = try data(more: #", "stride": 2"#)
    #expect(apart.stride == 2)
    for description in [try data(), try data(element: "int32", vocabulary: "257"), apart] {
      var fields = try JSONFields(description.json)
      #expect(try DataDescription(fields: &fields) == description)
    }
    #expect(try data().target == .nextToken(vocabulary: 256))
  }

  @Test func whatDoesNotFitTokensIsRefused() {
    #expect(throws: WireError.self) { try data(element: "int32") }
    #expect(throws: WireError.self) { try data(vocabulary: "257") }
    #expect(throws: WireError.self) { try data(element: "float32") }
    #expect(throws: WireError.self) { try data(shape: "[1]") }
    #expect(throws: WireError.self) { try data(shape: "[5, 5]") }
    #expect(throws: WireError.self) { try data(shape: "[]") }
    #expect(throws: WireError.self) { try data(vocabulary: "1") }
    #expect(throws: WireError.self) { try data(element: "int32", vocabulary: "1048577") }
    #expect(throws: WireError.self) {
      try data(scale: #"{"divisor": 255, "mean": 0, "deviation": 1}"#)
    }
    #expect(throws: WireError.self) { try data(more: #", "stride": 0"#) }
    #expect(throws: WireError.self) { try data(more: #", "augment": {"crop": 1, "flip": true}"#) }
  }
}
