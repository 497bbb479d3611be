import Testing

@Suite struct SafetyTests {
  /// The comment stands above the expression, or above the first of several in one block without
  /// an empty line.
  @Test(arguments: [("unsafe", "SAFETY:"), ("@unchecked Sendable", "SENDABLE:")])
  func everyUncheckedPromiseHasItsReason(word: String, tag: String) {
    for file in SourceTree.sources where file.isSwift && file.path.hasPrefix("Sources/") {
      for line in file.code where mentions(line.text, word) {
        let above = file.lines[..<line.number].reversed().prefix { line in
          !line.allSatisfy(\.isWhitespace)
        }
        if !above.contains(where: { $0.contains("// " + tag) }) {
          Issue.record("\(file.path):\(line.number): '\(word)' without a '// \(tag)' line above")
        }
      }
    }
  }

  private func mentions(_ text: String, _ word: String) -> Bool {
    let words = text.split { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "@" }
    let wanted = word.split(separator: " ")
    return words.indices.contains { words[$0...].starts(with: wanted) }
  }
}
