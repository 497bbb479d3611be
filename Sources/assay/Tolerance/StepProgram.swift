internal import AssayDatasets
internal import AssayFiles
internal import AssayTolerance
internal import AssayWire
internal import Foundation

/// The buyer's step function as a program, run in a sandbox without network.
///
/// The program's folder holds `request.json`, `state.safetensors` and `batches.npy`, and takes the
/// answer as `out/state.safetensors`. In the sandbox (bubblewrap) it is `/step`; the system's
/// folders and what the buyer names can be read, nothing but `out` and a small `/tmp` can be
/// written, and no network, process or user of the machine is seen.
struct StepProgram: StepFunction {
  let isSandboxed: Bool
  /// The command line, for people.
  var words: String { program.joined(separator: " ") }

  private let program: [String]
  private let readable: [String]
  private let memoryMegabytes: Int
  private let seconds: Int
  private let sandbox: String?

  /// The most of what the program says that is shown.
  private static let remarksLimit = 2000

  init(
    _ program: [String], readable: [String], isSandboxed: Bool, memoryMegabytes: Int, seconds: Int
  ) throws {
    self.program = program
    self.isSandboxed = isSandboxed
    self.memoryMegabytes = memoryMegabytes
    self.seconds = seconds
    self.readable = try readable.map { path in
      guard FileAccess.exists(path) else {
        throw OperationError("cannot read '\(path)': there is no such file or folder.")
      }
      return URL(filePath: path).resolvingSymlinksInPath().path
    }
    sandbox = Self.find("bwrap")
    guard !isSandboxed || sandbox != nil else {
      throw OperationError(
        "the step function runs in a sandbox, and bubblewrap (bwrap) is missing. Install the "
          + "package bubblewrap, or give --unsandboxed to run the program with your own rights.")
    }
  }

  private static func find(_ name: String) -> String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.map { "\($0)/\(name)" }.first(where: FileManager.default.isExecutableFile)
  }

  func run(_ request: StepRequest) throws(ToleranceError) -> TracedState {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "assay-step-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    do {
      let owner: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
      try FileManager.default.createDirectory(
        atPath: folder + "/out", withIntermediateDirectories: true, attributes: owner)
      try FileManager.default.setAttributes(owner, ofItemAtPath: folder)
      let state = request.state.safetensors
      try FileAccess.write(state, to: folder + "/state.safetensors")
      try FileAccess.write(request.batches.npy, to: folder + "/batches.npy")
      try FileAccess.write(
        Self.json(request).serialized(pretty: true), to: folder + "/request.json")
      try execute(in: folder, answerByteLimit: 4 * state.count + (64 << 20))
      return try answer(in: folder)
    } catch let error as ToleranceError {
      throw error
    } catch let error as FileError {
      throw .file(error)
    } catch {
      throw .stepFunction(reason: "\(error)")
    }
  }

  private static func json(_ request: StepRequest) -> JSONValue {
    .object([
      "version": .integer(1), "firstStep": .integer(request.steps.lowerBound),
      "stepCount": .integer(request.steps.count), "hyperparameters": request.hyperparameters,
    ])
  }

  /// The answer, which must be a plain file: a link could lead to any file of this machine.
  private func answer(in folder: String) throws -> TracedState {
    let path = folder + "/out/state.safetensors"
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    guard attributes?[.type] as? FileAttributeType == .typeRegular else {
      throw ToleranceError.stepFunction(
        reason: "'\(words)' ended well and wrote no out/state.safetensors to ASSAY_STEP_FOLDER")
    }
    let bytes = try FileAccess.read(path, limit: ToleranceTrace.checkpointByteLimit)
    return try TracedState(safetensors: bytes, file: "out/state.safetensors")
  }

  private func execute(in folder: String, answerByteLimit: Int) throws {
    let process = Process()
    let line = limited(program, answerByteLimit: answerByteLimit)
    let current = FileManager.default.currentDirectoryPath
    if isSandboxed, let sandbox {
      process.executableURL = URL(filePath: sandbox)
      process.arguments = sandboxArguments(folder, current: current) + line
    } else {
      process.executableURL = URL(filePath: line[0])
      process.arguments = Array(line.dropFirst())
      process.environment = ProcessInfo.processInfo.environment.merging(
        ["ASSAY_STEP_FOLDER": folder]
      ) { _, new in new }
    }
    // A file takes what it says, cut short by the limit of a file's size, and never blocks it.
    let remarks = folder + "/remarks"
    try FileAccess.write([], to: remarks)
    let handle = FileHandle(forWritingAtPath: remarks)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = handle ?? FileHandle.nullDevice
    process.standardError = handle ?? FileHandle.nullDevice
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    do {
      try process.run()
    } catch {
      throw ToleranceError.stepFunction(reason: "'\(line[0])' could not be started: \(error)")
    }
    let isInTime = ended.wait(timeout: .now() + .seconds(seconds)) == .success
    if !isInTime {
      // The program's group, and with bubblewrap all that it started.
      kill(-process.processIdentifier, SIGKILL)
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    try? handle?.close()
    guard isInTime else {
      throw ToleranceError.stepFunction(
        reason: "'\(words)' was stopped after \(seconds) s; allow more with --seconds")
    }
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      let said = tail(remarks)
      throw ToleranceError.stepFunction(
        reason: "'\(words)' ended with \(process.terminationStatus)"
          + (process.terminationReason == .exit ? "" : " by a signal")
          + (said.isEmpty ? "" : " and said:\n\(said)")
          + (isSandboxed
            ? "\nIn the sandbox it can read the system's folders and what --read names."
            : ""))
    }
  }

  /// The program under limits of memory and of the size of files, by the shell's `ulimit`.
  private func limited(_ program: [String], answerByteLimit: Int) -> [String] {
    let limits = [
      "-c 0", "-v \(memoryMegabytes * 1_000_000 / 1024)", "-f \(answerByteLimit / 512)",
    ]
    let script = limits.map { "ulimit \($0) && " }.joined() + "exec \"$@\""
    return ["/bin/sh", "-c", script, "sh"] + program
  }

  private func sandboxArguments(_ folder: String, current: String) -> [String] {
    var arguments = [
      "--unshare-all", "--die-with-parent", "--new-session", "--clearenv",
      "--cap-drop", "ALL", "--proc", "/proc", "--dev", "/dev",
      "--size", "\(256 << 20)", "--tmpfs", "/tmp",
    ]
    for path in ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64"] {
      arguments += ["--ro-bind-try", path, path]
    }
    for path in ["/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime"] {
      arguments += ["--ro-bind-try", path, path]
    }
    for path in readable { arguments += ["--ro-bind", path, path] }
    arguments += ["--ro-bind", folder, "/step", "--bind", folder + "/out", "/step/out"]
    let isReadable = readable.contains { current == $0 || current.hasPrefix($0 + "/") }
    arguments += ["--chdir", isReadable ? current : "/step"]
    let environment = [
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
      "HOME": "/tmp", "LANG": "C.UTF-8", "ASSAY_STEP_FOLDER": "/step",
    ]
    for (name, value) in environment.sorted(by: { $0.key < $1.key }) {
      arguments += ["--setenv", name, value]
    }
    return arguments + ["--"]
  }

  private func tail(_ path: String) -> String {
    guard let handle = FileHandle(forReadingAtPath: path) else { return "" }
    let end = (try? handle.seekToEnd()) ?? 0
    let limit = UInt64(Self.remarksLimit)
    try? handle.seek(toOffset: end > limit ? end - limit : 0)
    let text = String(decoding: (try? handle.readToEnd()) ?? Data(), as: UTF8.self)
    return text.split(separator: "\n").map { "  " + AuditText.printable(String($0)) }
      .joined(separator: "\n")
  }
}
