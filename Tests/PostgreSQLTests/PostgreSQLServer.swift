import Foundation

/// A PostgreSQL server of the tests' own, in a temporary folder and reached by a socket there.
final class PostgreSQLServer: Sendable {
  /// The one server of this process; nil where PostgreSQL is not installed or does not start.
  static let shared = PostgreSQLServer()
  private static let programs: String? = {
    let root = "/usr/lib/postgresql"
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    let folders = versions.sorted { (Int($0) ?? 0) > (Int($1) ?? 0) }.map { "\(root)/\($0)/bin" }
    return folders.first { FileManager.default.isExecutableFile(atPath: $0 + "/initdb") }
  }()
  static var isInstalled: Bool { programs != nil }

  private let folder: String
  private let programs: String

  private init?() {
    guard let programs = PostgreSQLServer.programs else { return nil }
    self.programs = programs
    folder = "/tmp/assay-pg-\(getpid())"
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: false)
      // PostgreSQL refuses to run as root.
      if getuid() == 0 { try run("/bin/chown", ["postgres", folder], asServer: false) }
      try run("\(programs)/initdb", ["-D", folder + "/data", "-A", "trust", "-U", "settler"])
      try start()
    } catch { return nil }
    // The server outlives this process otherwise.
    atexit { PostgreSQLServer.shared?.remove() }
  }

  func start() throws {
    // A child of this process, not a daemon: Foundation would wait for the daemon's end, too.
    try launch(
      "\(programs)/postgres", ["-D", folder + "/data", "-k", folder, "-c", "listen_addresses="])
    for _ in 0..<300 {
      if (try? run("\(programs)/pg_isready", ["-h", folder, "-U", "settler"])) != nil { return }
      usleep(100_000)
    }
    throw CocoaError(.executableRuntimeMismatch, userInfo: ["program": "postgres"])
  }

  /// Stops the server as a crash would: no farewell, recovery from its log at the next start.
  func crash() {
    let file = try? String(contentsOfFile: folder + "/data/postmaster.pid", encoding: .utf8)
    guard let line = file?.split(separator: "\n").first, let server = pid_t(line) else { return }
    kill(server, SIGQUIT)
    while kill(server, 0) == 0 { usleep(10_000) }
  }

  private func remove() {
    crash()
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// The address of a new, empty database.
  func newDatabase() throws -> String {
    let name = "test_\(UUID().uuidString.lowercased().replacing("-", with: "_"))"
    try run("\(programs)/createdb", ["-h", folder, "-U", "settler", name])
    return "postgresql://settler@/\(name)?host=\(folder)"
  }

  private func run(_ program: String, _ arguments: [String], asServer: Bool = true) throws {
    let process = try launch(program, arguments, asServer: asServer)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw CocoaError(.executableRuntimeMismatch, userInfo: ["program": program])
    }
  }

  @discardableResult
  private func launch(
    _ program: String, _ arguments: [String], asServer: Bool = true
  ) throws -> Process {
    let process = Process()
    let changesUser = asServer && getuid() == 0
    process.executableURL = URL(filePath: changesUser ? "/usr/sbin/runuser" : program)
    process.arguments =
      changesUser ? ["-u", "postgres", "--", program] + arguments : arguments
    process.currentDirectoryURL = URL(filePath: "/tmp")
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }
}
