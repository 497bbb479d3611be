internal import AssayEvidence
internal import AssayFiles
internal import AssayService
internal import AssayStorage
internal import AssayVerification
internal import AssayWire
internal import Dispatch
internal import Foundation

/// `assay serve`: the settlement database as a service.
struct ServeCommand: Command {
  static let description = CommandDescription(
    name: "serve", abstract: "Serve a settlement database over HTTP, with a dashboard.",
    discussion: """
      Answers HTTP and JSON as /openapi.json describes, until it is sent SIGTERM or SIGINT; what was
      accepted by then is finished. Every command is durable before it is answered. With the
      operator's key the service logs claims and verdicts, reveals the operator's secrets, and signs
      receipts. States that have outlasted their deadline are ended by themselves.

      Any key may buy, provide and verify: it moves no money but its own. With --parties only the
      keys of a file may, each in its roles. TLS is a reverse proxy's part: name the host that it
      serves with --authority.
      """,
    examples: [
      CommandExample(
        "assay serve --database settlement.db --listen 127.0.0.1:8080 --operator operator.key",
        "Prints the dashboard's address, then one line of JSON for each request.")
    ])

  @Option("file", help: "The settlement database; created where it is not there.")
  var database: String = "settlement.db"
  @Option("place", help: "Address and port; port 0 lets the system choose one.")
  var listen: String = "127.0.0.1:8080"
  @Option("file", help: "The operator's private key.") var `operator`: String?
  @Option("file", help: "The parties' keys and roles; see the guide to the service.")
  var parties: String?
  @Option("name", help: "A host under which clients reach it; may be given several times.")
  var authority: [String]
  @Option("name", help: "The origin of the log's heads.") var logOrigin: String = "assay.local/log"
  @Option("file", help: "What opens the dashboard, in a file; fresh at each start if left out.")
  var accessToken: String?
  @Option("file", help: "Where to write the service's address once it answers.")
  var addressFile: String?
  @Option("rate", in: 1...1e6, help: "Requests a second of each key and each address.")
  var requestsPerSecond: Double = 200
  @Option("count", in: 1...65_536, help: "Connections at once.") var connections: Int = 512
  @Option("count", in: 1...64, help: "Threads that read requests and check signatures.")
  var threads: Int = 2

  @Option("name", help: "A host that parties' webhooks may name, with its port if it has one.")
  var webhookHost: [String]
  @Option(
    "folder",
    help: "Where files that travel with jobs are kept; all services of a database share it.")
  var bundles: String = "bundles"
  @Option("bytes", in: 1...1 << 50, help: "The most bytes of one such file.")
  var bundleBytes: Int = 16 << 30
  @Option("bytes", in: 1...1 << 50, help: "The most bytes of such files of one key.")
  var quotaBytes: Int = 64 << 30
  @Option("days", in: 0...36_500, help: "How long they are kept after their job was settled.")
  var bundleDays: Int = 30

  func run(_ console: Console) throws -> ExitCode {
    let place = try Place(listen)
    let signals = Signals()
    let store = try SettlementStore(checking: database)
    let token = try accessToken.map(Self.token) ?? Hex.encode(RandomBytes.make(16))
    let now: @Sendable () -> UInt64 = { UInt64(max(0, Date.now.timeIntervalSince1970 * 1000)) }
    // The port is known once it listens; a signature for another place is refused before.
    let socket = try ListeningSocket(address: place.address, port: place.port)
    let own = place.named(port: socket.port)
    var configuration = MarketService.Configuration(
      authorities: Set([own, "localhost:\(socket.port)"] + authority),
      directory: try parties.map(Self.directory) ?? .everyone,
      operatorKey: try `operator`.map(KeyFiles.signingKey), logOrigin: logOrigin,
      accessToken: token, requestsPerSecond: requestsPerSecond)
    configuration.webhookHosts = Set(webhookHost.map { $0.lowercased() })
    configuration.bundleFolder = bundles
    configuration.bundleLimits.byteCount = Int64(bundleBytes)
    configuration.bundleLimits.byteCountOfParty = Int64(quotaBytes)
    configuration.bundleLimits.secondsAfterSettling = UInt64(bundleDays) * 86_400
    let service = try MarketService(store: store, configuration: configuration, now: now())
    var limits = Listener.Limits()
    limits.connections = connections
    limits.threads = threads
    let courier = webhookHost.isEmpty ? nil : WebhookSender().courier
    let listener = try Listener(service, on: socket, limits, courier: courier, now: now) { line in
      // Nothing can be done about a line that cannot be written.
      try? FileHandle.standardError.write(contentsOf: Array((line + "\n").utf8))
    }
    let address = "http://\(own)"
    if let addressFile {
      try FileAccess.write(Array((address + "\n").utf8), to: addressFile, replacing: true)
    }
    try console.print("listening  \(address)")
    try console.print("dashboard  \(address)/?access=\(token)")
    try console.json(
      .object(["address": .string(address), "dashboard": .string("\(address)/?access=\(token)")]))
    signals.wait()
    listener.stop()
    return .success
  }

  private static func token(at path: String) throws -> String {
    let text = String(decoding: try FileAccess.read(path, limit: 4096), as: UTF8.self)
    let token = text.hasSuffix("\n") ? String(text.dropLast()) : text
    guard token.utf8.count >= 16, token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
      throw OperationError("'\(path)' holds no token: expected 16 or more visible characters.")
    }
    return token
  }

  private static func directory(at path: String) throws -> PartyDirectory {
    let bytes = try FileAccess.read(path, limit: PartyDirectory.maximumByteCount)
    do throws(WireError) {
      return try PartyDirectory(decoding: bytes)
    } catch { throw OperationError("'\(path)' lists no parties: \(error)") }
  }
}

/// An address and a port, as `127.0.0.1:8080` or `[::1]:8080`.
private struct Place {
  let address: String
  let port: UInt16
  private let isBracketed: Bool

  init(_ text: String) throws(UsageError) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...])
    else { throw UsageError("--listen: expected an address and a port, such as 127.0.0.1:8080.") }
    let host = text[..<colon]
    isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
    address = String(isBracketed ? host.dropFirst().dropLast() : host)
    self.port = port
  }

  func named(port: UInt16) -> String { isBracketed ? "[\(address)]:\(port)" : "\(address):\(port)" }
}

/// SIGTERM and SIGINT, taken as a wish to end.
private final class Signals {
  private let ended = DispatchSemaphore(value: 0)
  private let sources: [any DispatchSourceSignal]

  init() {
    let ended = ended
    sources = [SIGTERM, SIGINT].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { ended.signal() }
      source.activate()
      return source
    }
  }

  func wait() {
    ended.wait()
    for source in sources { source.cancel() }
  }
}
