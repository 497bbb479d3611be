import AssayFiles
import Foundation
import Testing

/// The README shows real sessions: its `console` blocks are run from first to last in one empty
/// folder, and must print what stands there, but for hashes and measured numbers.
@Suite struct ReadmeTests {
  struct Step {
    var command: String
    var output: [String]
    var line: Int
  }

  /// The commands of all `console` blocks with their output, in order.
  private func steps() throws -> [Step] {
    let root = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let text = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
    var steps: [Step] = []
    var isInBlock = false
    var continues = false
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      if line.hasPrefix("```") {
        isInBlock = line == "```console"
      } else if isInBlock, line.hasPrefix("$ ") {
        steps.append(Step(command: String(line.dropFirst(2)), output: [], line: index + 1))
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
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", "PATH=\"\(products):$PATH\"; \(line)"]
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

  @Test func everySessionRunsAsItIsShown() throws {
    let steps = try steps()
    #expect(steps.count > 10, "the README shows \(steps.count) commands")
    try withTemporaryFolder { folder in
      for step in steps {
        let (code, lines) = try run(step.command, in: folder)
        let expected: Int32 = step.output.contains { $0.hasSuffix("rejected") } ? 1 : 0
        #expect(code == expected, "line \(step.line): \(lines)")
        var shown = step.output
        while shown.last?.isEmpty == true { shown.removeLast() }
        // A line "…" stands for what is left out to the end.
        let isCut = shown.last == "…"
        if isCut { shown.removeLast() }
        let found = isCut ? Array(lines.prefix(shown.count)) : lines
        #expect(shown.map(shape) == found.map(shape), "line \(step.line): \(step.command)")
      }
    }
  }
}
