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

  /// A C function that others can link against begins with the name of the package.
  @Test func everyExportedCFunctionHasThePrefix() {
    for file in SourceTree.sources where file.isC {
      for line in file.code {
        guard let name = definedFunction(line.text), !name.hasPrefix("assay_") else { continue }
        Issue.record("\(file.path):\(line.number): '\(name)' is exported without 'assay_'")
      }
    }
  }

  /// The function that a line begins to declare or define for others, if it does: such a line
  /// starts at the margin with a type and has a name before its first parenthesis.
  private func definedFunction(_ line: String) -> Substring? {
    guard let first = line.first, first.isLetter, let parenthesis = line.firstIndex(of: "(") else {
      return nil
    }
    let words = line[..<parenthesis].split { !$0.isLetter && !$0.isNumber && $0 != "_" }
    let elsewhere: Set<Substring> = [
      "static", "typedef", "extern", "return", "if", "for", "while", "else", "struct", "enum",
      "_Static_assert", "module", "__attribute__",
    ]
    guard words.count >= 2, !words.contains(where: elsewhere.contains) else { return nil }
    return words.last
  }
}
