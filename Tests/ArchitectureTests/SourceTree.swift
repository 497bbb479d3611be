import Foundation

/// One text file of the repository.
struct SourceFile {
  /// Relative to the root of the repository.
  let path: String
  let lines: [Substring]
  /// The lines without comments and without what stands in string literals, numbered from 1.
  ///
  /// Literals over several lines are dropped as a whole; raw strings are not known.
  let code: [(number: Int, text: String)]

  init(path: String, text: String) {
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    var isInLongLiteral = false
    code = lines.enumerated().compactMap { index, line in
      let marks = line.ranges(of: "\"\"\"").count
      defer { if marks % 2 == 1 { isInLongLiteral.toggle() } }
      return isInLongLiteral || marks > 0 ? nil : (index + 1, Self.withoutLiterals(line))
    }
  }

  /// `Merkle` for `Sources/Merkle/TreeHead.swift`.
  var room: Substring? {
    let parts = path.split(separator: "/")
    return parts.first == "Sources" && parts.count > 2 ? parts[1] : nil
  }

  var isSwift: Bool { path.hasSuffix(".swift") }
  var isC: Bool { path.hasSuffix(".c") || path.hasSuffix(".h") }

  private static func withoutLiterals(_ line: Substring) -> String {
    var kept = ""
    var isInLiteral = false
    var previous: Character = " "
    for character in line {
      if character == "\"", previous != "\\" { isInLiteral.toggle() }
      if !isInLiteral, character == "/", previous == "/" { return String(kept.dropLast()) }
      if !isInLiteral || character == "\"" { kept.append(character) }
      previous = previous == "\\" && character == "\\" ? " " : character
    }
    return kept
  }
}

/// The repository as it lies on the disk.
enum SourceTree {
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Whether tools leave a file or folder of this name behind; git ignores it.
  static func isIgnored(_ name: String) -> Bool {
    [".git", ".build", ".swiftpm", "__pycache__"].contains(name) || name.hasPrefix("assay-demo")
  }

  /// Every text file under the folder, the whole repository if none is named.
  static func files(under folder: String? = nil) -> [SourceFile] {
    let start = folder.map { root.appending(path: $0) } ?? root
    var found: [SourceFile] = []
    var folders = [start]
    while let next = folders.popLast() {
      let entries = try? FileManager.default.contentsOfDirectory(
        at: next, includingPropertiesForKeys: [.isDirectoryKey])
      for entry in entries ?? [] where !isIgnored(entry.lastPathComponent) {
        if (try? entry.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) == true {
          folders.append(entry)
        } else if let text = try? String(contentsOf: entry, encoding: .utf8) {
          let path = String(entry.path.dropFirst(root.path.count)).drop { $0 == "/" }
          found.append(SourceFile(path: String(path), text: text))
        }
      }
    }
    return found.sorted { $0.path < $1.path }
  }

  /// Everything that is compiled: Swift and C of the product, its tests and its benchmarks.
  static let sources = ["Sources", "Tests", "Benchmarks"].flatMap { files(under: $0) }
    .filter { $0.isSwift || $0.isC }
}
