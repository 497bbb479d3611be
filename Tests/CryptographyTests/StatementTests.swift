import AssayCryptography
import AssayTestSupport
import AssayWire
import Foundation
import Testing

@Suite struct StatementTests {
  private let statement = Statement(
    subjects: [(name: "model", digest: SHA256.digest(of: [1]))],
    predicateType: "https://example.com/p/v1", predicate: .object(["k": .integer(1)]))

  @Test func writesTheFormOfInToto() {
    #expect(
      String(decoding: statement.encoded, as: UTF8.self)
        == #"{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"model","digest":"#
        + #"{"sha256":"4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a"}}],"#
        + #""predicateType":"https://example.com/p/v1","predicate":{"k":1}}"#)
  }

  @Test func readsBackWhatItWrites() throws {
    #expect(try Statement(decoding: statement.encoded) == statement)
    #expect(statement.subjects[0].name == "model")
  }

  @Test(arguments: [
    ("Statement/v1", "Statement/v0.1"), ("\"_type\"", "\"type\""), ("\"subject\"", "\"subjects\""),
    ("sha256", "sha512"), ("4bf5", "4BF5"), ("4bf5", "4b"), ("{\"k\":1}", "[1]"),
    ("{\"k\":1}", "null"), ("\"name\":\"model\"", "\"name\":null"),
    ("\"name\":\"model\"", "\"uri\":\"model\""),
    ("\"predicateType\":", "\"predicateType\":0,\"p\":"),
    ("{\"k\":1}}", "{\"k\":1},\"x\":0}"), ("{\"k\":1}}", "{\"k\":1}"),
    ("\"sha256\":", "\"md5\":\"00\",\"sha256\":"), ("{\"k\":1}}", "{\"k\":1,\"k\":1}}"),
  ])
  func refusesAnotherForm(old: String, new: String) {
    let text = String(decoding: statement.encoded, as: UTF8.self)
    #expect(text.contains(old))
    #expect(throws: CryptographyError.self) {
      try Statement(decoding: Array(text.replacing(old, with: new).utf8))
    }
  }

  @Test func refusesNoSubjectsAndNamesThatOccurTwice() {
    let text = String(decoding: statement.encoded, as: UTF8.self)
    let start = text.range(of: "[{")?.lowerBound ?? text.startIndex
    let end = text.range(of: "}]")?.upperBound ?? text.endIndex
    let subject = text[start..<end].dropFirst().dropLast()
    for list in ["[]", "[\(subject),\(subject)]"] {
      let changed = text.replacingCharacters(in: start..<end, with: list)
      #expect(throws: CryptographyError.self) {
        try Statement(decoding: Array(changed.utf8))
      }
    }
  }

  @Test func neverTrapsOnDamagedBytes() {
    var generator = SeededGenerator()
    for _ in 0..<5_000 {
      let bytes = Mutations.edit(statement.encoded, with: &generator)
      guard let read = try? Statement(decoding: bytes) else { continue }
      #expect((try? Statement(decoding: read.encoded)) == read, "seed \(generator.seed)")
    }
  }
}
