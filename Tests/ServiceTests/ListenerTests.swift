import AssayCryptography
import AssayWire
import Foundation
import Synchronization
import Testing

@testable import AssayService

/// A connection that sends whatever bytes a test wants.
final class RawConnection {
  struct Refused: Error {}

  private let file: Int32

  init(port: UInt16) throws {
    file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    // SAFETY: the address has the size that is given.
    let status = unsafe withUnsafePointer(to: &address) { pointer in
      // SAFETY: a socket address of this family is one.
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        unsafe connect(file, address, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else { throw Refused() }
    var timeout = timeval(tv_sec: 5, tv_usec: 0)
    // SAFETY: the value has the size that is given.
    unsafe setsockopt(
      file, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(file) }

  func send(_ text: String) { send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) {
    // SAFETY: so many bytes are readable.
    _ = unsafe bytes.withUnsafeBytes { buffer in
      unsafe Foundation.send(file, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
    }
  }

  /// Everything until the other end closes, or nothing comes for a while.
  func receive(until end: String? = nil) -> String {
    var received: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {  // BOUND: the other end closes, or the time is over.
      // SAFETY: so many bytes are writable.
      let count = unsafe buffer.withUnsafeMutableBytes { bytes in
        unsafe recv(file, bytes.baseAddress, bytes.count, 0)
      }
      guard count > 0 else { break }
      received += buffer.prefix(count)
      if let end, String(decoding: received, as: UTF8.self).contains(end) { break }
    }
    return String(decoding: received, as: UTF8.self)
  }
}

/// A service that listens on a port of its own.
final class ListeningService {
  let http: DescribedService
  let listener: Listener
  let port: UInt16
  let log = Log()

  init(_ change: (inout Listener.Limits) -> Void = { _ in }) throws {
    http = try DescribedService()
    let socket = try ListeningSocket(address: "127.0.0.1", port: 0)
    port = socket.port
    var limits = Listener.Limits()
    change(&limits)
    let log = log
    listener = try Listener(
      http.service, on: socket, limits, now: { 2_000_000 }, log: { log.append($0) })
  }

  final class Log: Sendable {
    private let lines = Mutex<[String]>([])
    func append(_ line: String) { lines.withLock { $0.append(line) } }
    var text: String { lines.withLock { $0.joined(separator: "\n") } }
  }
}

@Suite(.serialized) struct ListenerTests {
  private let live = "GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n"

  @Test func requestsAreAnsweredOnOneConnectionOneAfterTheOther() throws {
    let running = try ListeningService()
    defer { running.listener.stop() }
    let connection = try RawConnection(port: running.port)
    for _ in 0..<3 {
      connection.send(live)
      let answer = connection.receive(until: "{\"status\":\"ok\"}")
      #expect(answer.hasPrefix("HTTP/1.1 200"))
    }
    connection.send("HEAD /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    let head = connection.receive()
    #expect(head.hasPrefix("HTTP/1.1 200") && head.hasSuffix("\r\n\r\n"))
  }

  @Test func aBodyThatIsTooLargeIsRefusedBeforeItIsRead() throws {
    let running = try ListeningService()
    defer { running.listener.stop() }
    for start in [
      "POST /v1/deposits HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999999\r\n\r\n",
      "POST /v1/jobs/x/fund HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd",
    ] {
      let connection = try RawConnection(port: running.port)
      connection.send(start)
      let answer = connection.receive(until: "body_too_large")
      #expect(answer.hasPrefix("HTTP/1.1 413"), "\(answer)")
    }
    // One that does not say how long it is ends at the limit as well.
    let connection = try RawConnection(port: running.port)
    connection.send("POST /v1/deposits HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in 0..<8 { connection.send("400\r\n\(String(repeating: "x", count: 1024))\r\n") }
    connection.send("0\r\n\r\n")
    #expect(connection.receive(until: "body_too_large").hasPrefix("HTTP/1.1 413"))
  }

  @Test func headersThatAreTooLargeAndBytesThatAreNoHTTPAreRefused() throws {
    let running = try ListeningService()
    defer { running.listener.stop() }
    let large = try RawConnection(port: running.port)
    large.send("GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "y", count: 200_000))\r\n\r\n")
    let answer = large.receive()
    #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 4"), "\(answer.prefix(80))")
    let other = try RawConnection(port: running.port)
    other.send([0x16, 0x03, 0x01, 0x00, 0xff, 0x0d, 0x0a, 0x0d, 0x0a])
    let refused = other.receive()
    #expect(refused.isEmpty || refused.hasPrefix("HTTP/1.1 4"), "\(refused.prefix(80))")
    let connection = try RawConnection(port: running.port)
    connection.send(live)
    #expect(connection.receive(until: "ok").hasPrefix("HTTP/1.1 200"))
  }

  /// Connections that say nothing, or half of something, hold up nobody and are closed.
  @Test func silentAndHalfOpenConnectionsAreClosed() throws {
    let running = try ListeningService { $0.idleSeconds = 1 }
    defer { running.listener.stop() }
    let silent = try (0..<20).map { _ in try RawConnection(port: running.port) }
    for (index, connection) in silent.enumerated() where index.isMultiple(of: 2) {
      connection.send("POST /v1/deposits HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf")
    }
    let connection = try RawConnection(port: running.port)
    connection.send(live)
    #expect(connection.receive(until: "ok").hasPrefix("HTTP/1.1 200"))
    // Closed by the other end, so that reading ends at once and not after five seconds.
    let clock = ContinuousClock()
    let time = clock.measure { for connection in silent { _ = connection.receive() } }
    #expect(time < .seconds(4))
  }

  @Test func whatWasAcceptedIsFinishedAndNothingMoreIsTaken() throws {
    let running = try ListeningService()
    let key = try SigningKey(seed: [UInt8](repeating: 1, count: 32))
    let connections = try (0..<8).map { _ in try RawConnection(port: running.port) }
    for connection in connections {
      let request = running.http.request("GET", "/v1/parties/me", by: key)
      let fields = request.fields.map { "\($0.name): \($0.value)\r\n" }.joined()
      connection.send("GET /v1/parties/me HTTP/1.1\r\n\(fields)\r\n")
    }
    let answers = connections.map { $0.receive(until: "\"roles\"") }
    running.listener.stop()
    #expect(answers.allSatisfy { $0.hasPrefix("HTTP/1.1 200") })
    #expect(throws: RawConnection.Refused.self) { _ = try RawConnection(port: running.port) }
    // The log has a line for each, without a signature.
    let log = running.log.text
    #expect(log.split(separator: "\n").count == 8)
    #expect(log.contains("\"route\":\"/v1/parties/me\"") && log.contains("\(key.verifyingKey)"))
    #expect(!log.contains("sig=") && !log.contains("nonce"))
  }

  @Test func anAddressThatIsTakenOrNoneIsSaidSo() throws {
    let socket = try ListeningSocket(address: "127.0.0.1", port: 0)
    #expect(throws: ServiceError.cannotListen("127.0.0.1:\(socket.port)")) {
      _ = try ListeningSocket(address: "127.0.0.1", port: socket.port).port
    }
    #expect(throws: ServiceError.address("market.example")) {
      _ = try ListeningSocket(address: "market.example", port: 0).port
    }
  }
}
