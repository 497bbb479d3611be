internal import CAssayMicrohttpd
internal import Synchronization

/// One request on its way in and its answer on its way out.
///
/// SENDABLE: what comes in is touched only by the connection's thread, before the request is
/// submitted; the answer is behind a mutex.
final class Exchange: @unchecked Sendable {
  let target: String
  var method = ""
  var bodyLimit = 0
  var hasBegun = false
  var isTooLarge = false
  var body: [UInt8] = []
  /// When it began, in milliseconds.
  let start: UInt64
  /// For the log.
  var route = "none"
  var party: String?
  private let answer = Mutex<HTTPResponse?>(nil)

  init(target: String, start: UInt64) {
    self.target = target
    self.start = start
  }

  var response: HTTPResponse? {
    get { answer.withLock { $0 } }
    set { answer.withLock { $0 = newValue } }
  }

  /// Takes a piece of the body.
  func append(_ bytes: UnsafeRawBufferPointer) {
    guard !isTooLarge else { return }
    guard body.count + bytes.count <= bodyLimit else {
      isTooLarge = true
      body = []
      return
    }
    // SAFETY: the bytes are readable until the caller's callback returns.
    unsafe body.append(contentsOf: bytes)
  }
}

/// A connection that waits for its answer.
///
/// SENDABLE: libmicrohttpd's connections may be resumed from any thread, once, while suspended.
@safe struct SuspendedConnection: @unchecked Sendable {
  private let connection: OpaquePointer

  /// Suspends a connection, from within its handler.
  init(suspending connection: OpaquePointer) {
    // SAFETY: the connection lives until its request has ended, which is after it is resumed.
    unsafe self.connection = connection
    // SAFETY: called on the connection's own thread.
    unsafe MHD_suspend_connection(connection)
  }

  func resume() {
    // SAFETY: the connection is suspended, so it is alive.
    unsafe MHD_resume_connection(connection)
  }
}
