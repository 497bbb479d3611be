import AssayFiles
import AssaySpecification
import AssayTestSupport
import Foundation
import Testing

@testable import AssayDatasets

@Suite struct VocabularyTests {
  private func vocabulary(_ json: String) throws -> Vocabulary {
    try Vocabulary(json: Array(json.utf8), file: "words.json")
  }

  @Test func theLongestEntryIsTaken() throws {
    let vocabulary = try vocabulary(#"["a", "b", "ab", "abab", "ba", "é", "\n"]"#)
    func tokens(_ text: String) throws -> [Int32] {
      try vocabulary.tokens(of: Array(text.utf8), file: "text")
    }
    #expect(try tokens("a") == [0])
    #expect(try tokens("ababab") == [3, 2])
    // "aba" begins "abab" but is no entry: back to "ab", then "a".
    #expect(try tokens("aba") == [2, 0])
    #expect(try tokens("abaé\n") == [2, 0, 5, 6])
    #expect(try tokens("") == [])
    #expect(vocabulary.text(of: [3, 5, 4]) == Array("ababéba".utf8))
  }

  @Test func whatNoEntryMatchesIsNamedByItsOffset() throws {
    let vocabulary = try vocabulary(#"["a", "abc", "é"]"#)
    for (text, offset) in [("b", 0), ("aab", 2), ("éa?", 3), ("abcab", 4)] {
      let error = #expect(throws: DatasetError.self) {
        try vocabulary.tokens(of: Array(text.utf8), file: "text")
      }
      guard case .text("text", offset, _)? = error else {
        Issue.record("\(text): \(error.map { "\($0)" } ?? "")")
        continue
      }
    }
    // A byte of a character in the middle.
    #expect(throws: DatasetError.self) { try vocabulary.tokens(of: [0xa9], file: "text") }
  }

  @Test func bytesAreTokensOfThemselves() throws {
    let all = (0...255).map { UInt8($0) }
    #expect(try Vocabulary.bytes.tokens(of: all, file: "text") == all.map { Int32($0) })
    #expect(Vocabulary.bytes.text(of: [0, 255]) == [0, 255])
    #expect(Vocabulary.bytes.count == 256)
  }

  @Test(arguments: [
    "", "{}", "[]", "[\"a\"]", "[\"a\", 1]", "[\"a\", \"\"]", "[\"a\", \"b\", \"a\"]",
    "[\"a\", \"b\"", "\"ab\"", "[\"a\", \"b\"] 1",
  ])
  func whatIsNoVocabularyIsRefused(json: String) {
    let error = #expect(throws: DatasetError.self) { try vocabulary(json) }
    #expect(error.map { "\($0)".contains("words.json") } == true)
  }

  @Test func entriesThatAreTooLongAreRefused() throws {
    let long = String(repeating: "x", count: Vocabulary.entryByteCountLimit)
    _ = try vocabulary("[\"a\", \"\(long)\"]")
    #expect(throws: DatasetError.self) { try vocabulary("[\"a\", \"\(long)x\"]") }
  }

  @Test func cuttingAgreesWithTryingEveryEntry() throws {
    var generator = SeededGenerator()
    for _ in 0..<100 {
      var entries: Set<[UInt8]> = [[0], [1]]
      for _ in 0..<Int.random(in: 0...12, using: &generator) {
        entries.insert(
          (0..<Int.random(in: 1...6, using: &generator)).map { _ in
            UInt8.random(in: 0...1, using: &generator)
          })
      }
      let sorted = entries.sorted { $0.lexicographicallyPrecedes($1) }
      let vocabulary = try Vocabulary(sorted, file: "sample")
      let text = (0..<60).map { _ in UInt8.random(in: 0...1, using: &generator) }
      var expected: [Int32] = []
      var rest = text[...]
      while !rest.isEmpty {
        let fitting = sorted.indices.filter { rest.starts(with: sorted[$0]) }
        let best = try #require(fitting.max { sorted[$0].count < sorted[$1].count })
        expected.append(Int32(best))
        rest = rest.dropFirst(sorted[best].count)
      }
      let tokens = try vocabulary.tokens(of: text, file: "sample")
      #expect(tokens == expected, "seed \(generator.seed)")
      #expect(vocabulary.text(of: tokens) == text, "seed \(generator.seed)")
    }
  }

  @Test(arguments: [256, 257]) func aVocabularyFileSaysWhatTheTokensAre(count: Int) throws {
    let letters = (0..<count).compactMap { UnicodeScalar(0x4e00 + $0).map(String.init) }
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "assay-vocabulary-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let json = "[" + letters.map { "\"\($0)\"" }.joined(separator: ", ") + "]"
    try FileAccess.write(Array(json.utf8), to: folder + "/words.json")
    let text = letters[count - 1] + letters[3] + letters[0] + letters[3]
    try FileAccess.write(Array(text.utf8), to: folder + "/text")
    let dataset = try Dataset.load(
      .text(
        path: folder + "/text",
        layout: TextLayout(context: 2, stride: 1, vocabularyPath: folder + "/words.json")),
      target: .nextToken(vocabulary: count))
    #expect(dataset.elementType == (count == 256 ? .uint8 : .int32))
    var features: [Int32] = []
    var targets: [Int32] = []
    BatchReader(dataset, scale: .init())
      .gatherTokens([0, 1], features: &features, targets: &targets)
    #expect(features == [Int32(count) - 1, 3, 3, 0])
    #expect(targets == [3, 0, 0, 3])
    // Read as bytes it is another data set.
    #expect(throws: DatasetError.self) {
      try Dataset.load(
        .text(path: folder + "/text", layout: TextLayout(context: 2)),
        target: .nextToken(vocabulary: 257))
    }
    #expect(throws: DatasetError.self) {
      try Vocabulary(path: folder + "/absent.json")
    }
  }
}
