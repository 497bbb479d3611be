import AssayWire
import Foundation
import Testing

/// The built command, run as a user runs it.
struct BuiltCommand {
  var code: Int32
  var output: String
  var remarks: String

  /// Runs `assay` with `words` in `folder`.
  init(_ words: [String], in folder: String = "/") throws {
    // The test runner lies in the same folder of build products as the command.
    let runner = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    let process = Process()
    process.executableURL = runner.deletingLastPathComponent().appending(path: "assay")
    process.arguments = words
    process.currentDirectoryURL = URL(filePath: folder)
    let output = Pipe()
    let remarks = Pipe()
    process.standardOutput = output
    process.standardError = remarks
    process.standardInput = FileHandle.nullDevice
    try process.run()
    self.output = String(
      decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    self.remarks = String(
      decoding: try remarks.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    code = process.terminationStatus
  }
}

@Suite struct BinaryTests {
  @Test func endsWithZeroWhenAllIsWell() throws {
    let version = try BuiltCommand(["--version"])
    #expect(version.code == 0)
    #expect(version.output == "assay 0.1.0\n")
    #expect(version.remarks == "")
    #expect(try BuiltCommand(["--help"]).code == 0)
  }

  @Test func endsWithTwoForAWrongLine() throws {
    let wrong = try BuiltCommand(["kegyen"])
    #expect(wrong.code == 2)
    #expect(wrong.output == "")
    #expect(wrong.remarks.hasPrefix("assay: 'assay' has no command 'kegyen'.\n"))
  }
}
