import Foundation
import Testing

@Suite struct LayoutTests {
  @Test func theTreeIsFound() {
    #expect(SourceTree.sources.contains { $0.path == "Tests/ArchitectureTests/LayoutTests.swift" })
  }

  @Test func theRootHoldsOnlyWhatEveryProjectHas() throws {
    let allowed: Set<String> = [
      "Package.swift", "Sources", "Tests", "Benchmarks", "circuits", "vectors", "papers",
      "README.md", "LICENSE", "CHANGELOG.md", ".gitignore", ".swift-format", ".ci", "scripts",
      "python",
    ]
    let entries = try FileManager.default.contentsOfDirectory(atPath: SourceTree.root.path)
    let strange = Set(entries).subtracting(allowed).filter { !SourceTree.isIgnored($0) }
    #expect(strange.isEmpty, "at the root: \(strange.sorted())")
  }

  @Test func noLineIsLongerThanAHundredColumns() {
    let scripts = SourceTree.files(under: "scripts")
    for file in SourceTree.sources + scripts {
      for (index, line) in file.lines.enumerated() where line.count > 100 {
        Issue.record("\(file.path):\(index + 1) has \(line.count) columns")
      }
    }
  }

  @Test func noFileIsLongerThanFiveHundredLines() {
    for file in SourceTree.sources where file.lines.count > 500 {
      Issue.record("\(file.path) has \(file.lines.count) lines; cut it in two")
    }
  }

  /// The formatter puts the brace that ends a function under the word that begins it.
  @Test func noFunctionIsLongerThanSeventyLines() {
    for file in SourceTree.sources where file.isSwift {
      var start: (line: Int, indent: Int)?
      for (index, line) in file.lines.enumerated() {
        let indent = line.prefix(while: { $0 == " " }).count
        let words = line.split(separator: " ")
        if words.contains(where: { $0 == "func" || $0.hasPrefix("init(") }), line.hasSuffix("{") {
          start = (index, indent)
        } else if let begun = start, indent == begun.indent, line.dropFirst(indent) == "}" {
          let count = index - begun.line + 1
          if count > 70 {
            Issue.record("\(file.path):\(begun.line + 1) is a function of \(count) lines")
          }
          start = nil
        }
      }
    }
  }

  @Test func nothingNamesAFolderOfAMachine() {
    // Put together here, so that this file does not contain what it looks for.
    let folders = ["work", "root", "home"].map { "/" + $0 + "/" }
    for file in SourceTree.files() {
      for (index, line) in file.lines.enumerated() {
        for folder in folders where line.contains(folder) {
          Issue.record("\(file.path):\(index + 1) names \(folder)")
        }
      }
    }
  }
}
