import AssayFiles
import Foundation
import Testing

/// The README and the guides show real sessions: their `console` blocks are run, and must print
/// what stands there, but for hashes and measured numbers. The README's session begins in an empty
/// folder, a guide's in a copy of the folder that the README's leaves.
@Suite struct GuideTests {
  struct Step {
    var command: String
    var output: [String]
    var place: String
  }

  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  static let guides = root.appending(path: "Sources/assay/assay.docc")

  /// The commands of a page's `console` blocks with their output, in order.
  private func steps(of page: URL) throws -> [Step] {
    let text = try String(contentsOf: page, encoding: .utf8)
    var steps: [Step] = []
    var isInBlock = false
    var continues = false
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      if line.hasPrefix("```") {
        isInBlock = line == "```console"
      } else if isInBlock, line.hasPrefix("$ ") {
        let place = "\(page.lastPathComponent), line \(index + 1)"
        steps.append(Step(command: String(line.dropFirst(2)), output: [], place: place))
        continues = line.hasSuffix("\\")
      } else if isInBlock, continues {
        steps[steps.count - 1].command += "\n" + line
        continues = line.hasSuffix("\\")
      } else if isInBlock, !steps.isEmpty {
        steps[steps.count - 1].output.append(String(line))
      }
    }
    return steps
  }

  /// Runs a line in a shell that finds the built command.
  private func run(_ line: String, in folder: String) throws -> (code: Int32, lines: [String]) {
    let products = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent().path
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = ["-c", "PATH=\"\(products):$PATH\"; \(Self.alone(line))"]
    process.currentDirectoryURL = URL(filePath: folder)
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    var lines = String(decoding: bytes, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false
    ).map(String.init)
    while lines.last?.isEmpty == true { lines.removeLast() }
    return (process.terminationStatus, lines)
  }

  /// What a line leaves running must not keep Foundation's socket, whose end is how it learns that
  /// the shell has ended.
  private static func alone(_ line: String) -> String {
    guard line.contains(" & ") else { return line }
    return "for fd in /proc/$$/fd/*; do fd=${fd##*/}; [ $fd -gt 2 ] && eval \"exec $fd>&-\"; done; "
      + line
  }

  /// A line without what differs from run to run: hashes, numbers, their units, the back end.
  private func shape(_ line: String) -> String {
    line.replacing(#/[0-9]+\.[0-9]+/#, with: "#")
      .replacing(#/[0-9a-f]{8,}…?/#, with: "#")
      .replacing(#/cpu .*/#, with: "cpu")
      .replacing(#/[0-9]+([.,][0-9]+)*/#, with: "#")
      .replacing(#/# ?(ms|s|min|B|kB|MB|GB)\b/#, with: "#")
      .replacing(#/(# )+(#|…)/#, with: "#")
      .replacing(#/\ +/#, with: " ")
  }

  private func follow(_ steps: [Step], in folder: String) throws {
    for step in steps {
      let (code, lines) = try run(step.command, in: folder)
      let expected: Int32 = step.output.contains { $0.hasSuffix("rejected") } ? 1 : 0
      #expect(code == expected, "\(step.place): \(lines)")
      var shown = step.output
      while shown.last?.isEmpty == true { shown.removeLast() }
      // A line "…" stands for what is left out to the end.
      let isCut = shown.last == "…"
      if isCut { shown.removeLast() }
      let found = isCut ? Array(lines.prefix(shown.count)) : lines
      #expect(shown.map(shape) == found.map(shape), "\(step.place): \(step.command)")
    }
  }

  @Test func everySessionRunsAsItIsShown() throws {
    let pages = try FileManager.default.contentsOfDirectory(
      at: Self.guides, includingPropertiesForKeys: nil
    ).filter { $0.pathExtension == "md" }
    let guides = try pages.map { try steps(of: $0) }.filter { !$0.isEmpty }
    #expect(guides.count >= 5, "\(guides.count) guides show commands")
    try withTemporaryFolder { folder in
      let start = folder + "/README"
      try FileManager.default.createDirectory(atPath: start, withIntermediateDirectories: true)
      try follow(steps(of: Self.root.appending(path: "README.md")), in: start)
      for (number, guide) in guides.enumerated() {
        let copy = folder + "/\(number)"
        try FileManager.default.copyItem(atPath: start, toPath: copy)
        try follow(guide, in: copy)
      }
    }
  }

  /// Links to files of the repository, which readers follow on the web and on disk.
  @Test func everyLinkLeadsToAFile() throws {
    var pages = [Self.root.appending(path: "README.md")]
    pages += try FileManager.default.contentsOfDirectory(
      at: Self.guides, includingPropertiesForKeys: nil
    ).filter { $0.pathExtension == "md" }
    for page in pages {
      let text = try String(contentsOf: page, encoding: .utf8)
      for match in text.matches(of: #/\]\(([^)#: ]+\.[a-z]+)\)/#) {
        let target = page.deletingLastPathComponent().appending(path: String(match.1))
        #expect(
          FileManager.default.fileExists(atPath: target.path),
          "\(page.lastPathComponent) leads to \(match.1), which is not there")
      }
    }
  }
}
