import Foundation
import Testing

@Suite struct DocumentTests {
  /// Files move; a note that points to where they were misleads.
  @Test func everyFileThatADocumentNamesExists() throws {
    let folders = ["Sources/", "Tests/", "vectors/", "scripts/", "papers/", "circuits/"]
    for file in SourceTree.files() where file.path.hasSuffix(".md") {
      // A path is the repository's, or starts at the document.
      let places = [
        SourceTree.root, SourceTree.root.appending(path: file.path).deletingLastPathComponent(),
      ]
      for (index, line) in file.lines.enumerated() {
        // What stands between two back quotes is every second part.
        let quoted = line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
          .filter { $0.offset % 2 == 1 }.map(\.element)
        for path in quoted where folders.contains(where: path.hasPrefix) {
          guard let word = path.split(separator: " ").first, !word.contains("<"),
            !word.contains("*")
          else { continue }
          let exists = places.contains {
            FileManager.default.fileExists(atPath: $0.appending(path: String(word)).path)
          }
          #expect(exists, "\(file.path):\(index + 1) names \(word)")
        }
      }
    }
  }

  /// So are tests renamed, and then a document claims what nothing shows.
  @Test func everyTestThatADocumentNamesExists() throws {
    let tests = SourceTree.sources.filter { $0.path.hasPrefix("Tests/") }
    for file in SourceTree.files() where file.path.hasSuffix(".md") {
      for (index, line) in file.lines.enumerated() {
        for match in line.matches(of: /`([A-Z]\w*Tests)(?:\.(\w+))?`/) {
          let suite = tests.filter { test in
            test.lines.contains { $0.contains("struct \(match.1) ") }
          }
          let name = match.2.map { "func \($0)(" } ?? ""
          let exists = suite.contains { test in
            name.isEmpty || test.lines.contains { $0.contains(name) }
          }
          #expect(exists, "\(file.path):\(index + 1) names \(match.0)")
        }
      }
    }
  }
}
