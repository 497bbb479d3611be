import Foundation

/// The built command, run as a user runs it.
struct BuiltCommand {
  var code: Int32
  var output: String
  var remarks: String

  /// Runs `assay` with `words` in `folder`, with more in its environment than the tests have.
  init(
    _ words: [String], in folder: String = "/", environment: [String: String] = [:]
  ) throws {
    let process = Self.process(words, in: folder)
    if !environment.isEmpty {
      process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    }
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

  /// Starts `assay` with `words`, and kills it as a power cut would: once `isReady`, and then after
  /// a while.
  static func kill(
    _ words: [String], in folder: String, afterMilliseconds milliseconds: Int,
    once isReady: () -> Bool
  ) throws {
    let process = process(words, in: folder)
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    while process.isRunning, !isReady() { Thread.sleep(forTimeInterval: 0.002) }
    Thread.sleep(forTimeInterval: Double(milliseconds) / 1000)
    if process.isRunning { Glibc.kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
  }

  /// Starts `assay` with `words`, to be ended by the caller; what it prints goes into a file.
  static func start(_ words: [String], in folder: String, output: String) throws -> Process {
    let process = process(words, in: folder)
    let path = folder + "/" + output
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    process.standardOutput = file
    process.standardError = file
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return process
  }

  private static func process(_ words: [String], in folder: String) -> Process {
    // The test runner lies in the same folder of build products as the command.
    let runner = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    let process = Process()
    process.executableURL = runner.deletingLastPathComponent().appending(path: "assay")
    process.arguments = words
    process.currentDirectoryURL = URL(filePath: folder)
    return process
  }
}

/// Runs `body` with the path of an empty folder that is removed afterwards.
func withTemporaryFolder(_ body: (String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory
    .appending(path: "assay-tests-\(UUID().uuidString)").path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  try body(folder)
}
