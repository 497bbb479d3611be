internal import AssayWire
internal import CAssayMicrohttpd
internal import Synchronization

/// A socket that listens; its port is known before a service begins.
public struct ListeningSocket: ~Copyable {
  /// The port.
  public let port: UInt16
  fileprivate let file: Int32

  /// Opens a socket.
  ///
  /// - Parameters:
  ///   - address: in numbers, such as 127.0.0.1 or ::1.
  ///   - port: 0 lets the system choose.
  /// - Throws: `ServiceError` where the address is none or is taken.
  public init(address: String, port: UInt16) throws(ServiceError) {
    // SAFETY: the text is a NUL-terminated copy for the call.
    file = unsafe assay_http_listen(address, port)
    switch file {
    case -1: throw .address(address)
    case ..<0: throw .cannotListen("\(address):\(port)")
    default: self.port = assay_http_port(file)
    }
  }
}

/// Answers HTTP on a socket, by libmicrohttpd; all it does itself is to carry bytes.
///
/// SENDABLE: nothing changes after `init`; `stop` may be called once.
@safe public final class Listener: @unchecked Sendable {
  /// The bounds within which it answers.
  public struct Limits: Hashable, Sendable {
    /// Threads that read requests, check signatures and write answers.
    public var threads = 2
    /// Connections at once.
    public var connections = 512
    /// Seconds without a byte after which a connection is closed.
    public var idleSeconds = 15
    /// Bytes of the request line and the headers.
    public var headerBytes = 32 << 10

    /// The usual bounds.
    public init() {}
  }

  private let daemon: OpaquePointer
  private let context: ListenerContext

  /// Starts to answer.
  ///
  /// - Parameters:
  ///   - courier: sends messages to parties' addresses; without one none are sent.
  ///   - now: milliseconds since 1970.
  ///   - log: takes one line for each request: JSON without anything secret.
  /// - Throws: `ServiceError` where the server cannot begin.
  public init(
    _ service: MarketService, on socket: consuming ListeningSocket, _ limits: Limits,
    courier: WebhookCourier? = nil, now: @escaping @Sendable () -> UInt64,
    log: @escaping @Sendable (String) -> Void
  ) throws(ServiceError) {
    let context = ListenerContext(
      engine: Engine(service, courier: courier, now: now, note: log), log: log)
    var bounds = assay_http_limits(
      threads: UInt32(clamping: limits.threads),
      connections: UInt32(clamping: limits.connections),
      idle_seconds: UInt32(clamping: limits.idleSeconds), header_bytes: limits.headerBytes)
    // SAFETY: the callbacks take back what they are given here.
    var callbacks = unsafe assay_http_callbacks(begin: begin, handle: handle, end: end)
    // SAFETY: the context outlives the server: `stop` ends the one before the other is let go.
    guard
      let daemon = unsafe assay_http_start(
        socket.file, &bounds, &callbacks, Unmanaged.passUnretained(context).toOpaque())
    else {
      throw .cannotListen("port \(socket.port)")
    }
    // SAFETY: the server is running.
    unsafe self.daemon = daemon
    self.context = context
  }

  /// Takes no more connections, answers what was taken, and ends.
  public func stop() {
    // SAFETY: the server is running; nobody else stops it.
    let socket = unsafe MHD_quiesce_daemon(daemon)
    context.engine.finish()
    // What is answered is still to be sent; who reads too slowly is not waited for.
    for _ in 0..<500 where context.open.load(ordering: .relaxed) > 0 { usleep(10_000) }
    // SAFETY: as above.
    unsafe MHD_stop_daemon(daemon)
    if socket >= 0 { close(socket) }
  }
}

/// Why a service cannot begin.
public enum ServiceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The text is no address in numbers.
  case address(String)
  /// Another program listens there, or this one may not.
  case cannotListen(String)

  public var description: String {
    switch self {
    case .address(let text):
      "“\(text)” is no address: expected numbers, such as 127.0.0.1 or ::1"
    case .cannotListen(let place):
      "cannot listen on \(place): another program does, or the port needs more rights"
    }
  }
}
