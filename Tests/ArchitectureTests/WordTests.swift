import Testing

/// Words that do not belong in the sources, with what stands in their place.
struct BannedWord: CustomTestStringConvertible {
  var word: String
  var instead: String
  /// Where the word is allowed: paths begin so.
  var except: [String] = []

  var testDescription: String { word }

  static let command = "Sources/assay/"

  static let all = [
    BannedWord(word: "try" + "!", instead: "throw, or '#require' in a test"),
    BannedWord(word: "as" + "!", instead: "'as?' and an error"),
    BannedWord(word: "fatalError" + "(", instead: "'preconditionFailure' with its reason"),
    BannedWord(
      word: "print" + "(", instead: "return a value; only the command speaks",
      except: [command, "Tests/", "Benchmarks/"]),
    BannedWord(
      word: "Date" + "()", instead: "take the time as a parameter",
      except: [command, "Tests/", "Benchmarks/"]),
    BannedWord(
      word: "SystemRandomNumber" + "Generator", instead: "take seeds as parameters",
      except: [command, "Tests/"]),
    BannedWord(
      word: "Clock" + ".now", instead: "take the time as a parameter",
      except: [command, "Tests/", "Benchmarks/"]),
    BannedWord(word: "nonisolated" + "(unsafe)", instead: "a value, or a Mutex"),
    BannedWord(word: "@pre" + "concurrency", instead: "a type that is Sendable"),
  ]
}

@Suite struct WordTests {
  @Test(arguments: BannedWord.all)
  func isNotUsed(banned: BannedWord) {
    for file in SourceTree.sources where !banned.except.contains(where: file.path.hasPrefix) {
      for line in file.code where contains(line.text, banned.word) {
        Issue.record("\(file.path):\(line.number): '\(banned.word)': \(banned.instead)")
      }
    }
  }

  /// Whether `word` stands in `text` as a word of its own, not as the end of another.
  private func contains(_ text: String, _ word: String) -> Bool {
    text.ranges(of: word).contains { range in
      guard let first = word.first, first.isLetter, range.lowerBound > text.startIndex else {
        return true
      }
      let before = text[text.index(before: range.lowerBound)]
      return !before.isLetter && before != "_" && before != "."
    }
  }

  @Test func nothingIsLeftForLater() {
    let marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]
    let places = ["Sources", "Tests", "Benchmarks", "scripts", "papers", "circuits", "vectors"]
    for file in places.flatMap({ SourceTree.files(under: $0) }) {
      for (index, line) in file.lines.enumerated() {
        for mark in marks where line.contains(mark) {
          Issue.record("\(file.path):\(index + 1) has a \(mark)")
        }
      }
    }
  }
}
