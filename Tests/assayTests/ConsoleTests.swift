import AssayWire
import Testing

@testable import assay

/// What a console wrote, for comparison.
final class Recording {
  var output = ""
  var remarks = ""
  var seconds = 0.0

  func console(isJSON: Bool = false, isWatched: Bool = false) -> Console {
    Console(
      isJSON: isJSON, isWatched: isWatched, output: { self.output += $0 },
      remarks: { self.remarks += $0 }, seconds: { self.seconds })
  }
}

@Suite struct ConsoleTests {
  let root = CommandGroup(
    name: "assay", abstract: "Tests.",
    sections: [
      .init(
        title: "Samples",
        nodes: [
          .command(SampleCommand.self),
          .group(
            CommandGroup(
              name: "job", abstract: "A group.",
              sections: [.init(title: "Inner", nodes: [.command(SampleCommand.self)])])),
        ])
    ])

  func run(_ line: String) -> (code: ExitCode, recording: Recording) {
    let recording = Recording()
    let tool = CommandLineTool(root: root) { recording.console(isJSON: $0) }
    return (tool.run(line.split(separator: " ").map(String.init)), recording)
  }

  @Test func printsTextForPeople() {
    let (code, recording) = run("sample a.json --steps 3")
    #expect(code == .success)
    #expect(recording.output == "3 steps\n")
    #expect(recording.remarks == "")
  }

  @Test func printsExactlyOneObjectForPrograms() throws {
    let (code, recording) = run("job sample a.json --steps 3 --json")
    #expect(code == .success)
    #expect(try JSONValue.parse(Array(recording.output.utf8)) == .object(["steps": .integer(3)]))
  }

  @Test func reportsAnErrorAsAnObjectToo() throws {
    let (code, recording) = run("sample a.json --stesp 3 --json")
    #expect(code == .usage)
    let expected: JSONValue = .object([
      "error": .string("unknown option '--stesp'."), "exitCode": .integer(2),
    ])
    #expect(try JSONValue.parse(Array(recording.output.utf8)) == expected)
    #expect(recording.remarks == "assay: unknown option '--stesp'.\nDid you mean --steps?\n")
  }

  @Test(arguments: [
    ("smaple", "assay: 'assay' has no command 'smaple'.\nDid you mean 'assay sample'?\n"),
    (
      "job smaple",
      "assay: 'assay job' has no command 'smaple'.\nDid you mean 'assay job sample'?\n"
    ),
    ("qqqqqq", "assay: 'assay' has no command 'qqqqqq'.\nSee 'assay --help' for the commands.\n"),
    ("--steps", "assay: a command comes before '--steps'.\nSee 'assay --help' for the commands.\n"),
  ])
  func namesACommandThatNobodyKnows(line: String, remarks: String) {
    let (code, recording) = run(line)
    #expect(code == .usage)
    #expect(recording.remarks == remarks)
    #expect(recording.output == "")
  }

  @Test(arguments: ["--help", "-h", "help", "job --help", "job sample --help", "sample --json -h"])
  func helpIsNoError(line: String) {
    let (code, recording) = run(line)
    #expect(code == .success)
    #expect(recording.output.contains("Usage: assay"))
  }
}

@Suite struct ProgressBarTests {
  @Test func drawsAtMostTenTimesASecondAndTheLast() {
    let recording = Recording()
    let bar = recording.console(isWatched: true).progress(total: 100, unit: "steps")
    for step in 1...100 {
      recording.seconds += 0.01
      bar.update(step)
    }
    bar.finish()
    let frames = recording.remarks.split(separator: "\r")
    #expect((10...12).contains(frames.count), "\(frames.count) frames in one second")
    #expect(recording.remarks.contains("100 %  100/100 steps  99 steps/s  0 s left"))
    #expect(recording.remarks.hasSuffix("\r\u{1B}[K"))
  }

  @Test func drawsNothingWhenNobodyWatches() {
    let recording = Recording()
    let bar = recording.console().progress(total: 10, unit: "steps")
    bar.update(5)
    bar.finish()
    #expect(recording.remarks == "")
  }

  @Test(arguments: [
    (0.2, "1 s"), (59.0, "59 s"), (60.5, "1 min 01 s"), (7200.0, "2 h 00 min"),
    (Double.infinity, "ages"),
  ])
  func tellsTimeInWords(seconds: Double, words: String) {
    #expect(ProgressBar.duration(seconds) == words)
  }
}
