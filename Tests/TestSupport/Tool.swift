internal import Foundation

/// Runs programs of others that tests compare with.
public enum Tool {
  /// A program that failed, with what it wrote to its error output.
  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  /// The Python that has other people's packages: what `TEST_PYTHON` in the environment names.
  public static let python = ProcessInfo.processInfo.environment["TEST_PYTHON"] ?? "python3"

  /// Whether a program can be found on the path.
  public static func isPresent(_ name: String) -> Bool {
    (try? run("/bin/sh", ["-c", "command -v \(name)"], input: "")) != nil
  }

  /// Whether a program is there and exits with 0.
  public static func succeeds(_ name: String, _ arguments: [String]) -> Bool {
    (try? run(name, arguments, input: "")) != nil
  }

  /// Runs a program with text on its input and returns what it writes to its output.
  ///
  /// - Throws: `Failure` when it exits with anything but 0.
  public static func run(_ name: String, _ arguments: [String], input: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [name] + arguments
    let (inPipe, outPipe, errorPipe) = (Pipe(), Pipe(), Pipe())
    process.standardInput = inPipe
    process.standardOutput = outPipe
    process.standardError = errorPipe
    try process.run()
    try inPipe.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try inPipe.fileHandleForWriting.close()
    let output = try outPipe.fileHandleForReading.readToEnd() ?? Data()
    let errorText = try errorPipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(
        description: "\(name) exited with \(process.terminationStatus): "
          + String(decoding: errorText, as: UTF8.self))
    }
    return String(decoding: output, as: UTF8.self)
  }
}
