internal import AssayCryptography
internal import AssayService
internal import AssayWire
internal import Dispatch
internal import Foundation
internal import FoundationNetworking
internal import Synchronization

/// A client of `assay serve`: signs each request, and sends it again, to another address where
/// there are several, until it is answered.
final class ServiceClient: Sendable {
  /// How often a request that got no answer is sent.
  private static let attempts = 40

  let key: SigningKey
  private let addresses: [URL]
  /// The place of the address that answered last.
  private let present = Mutex(0)
  private let session: URLSession

  init(addresses: [String], key: SigningKey) throws(UsageError) {
    guard !addresses.isEmpty else {
      throw UsageError("--service is missing.", hint: "Say where it is: http://127.0.0.1:8080.")
    }
    var urls: [URL] = []
    for address in addresses {
      guard let url = URL(string: address), url.scheme == "http" || url.scheme == "https",
        url.host() != nil, url.path().isEmpty || url.path() == "/"
      else {
        throw UsageError(
          "--service: expected an address such as http://127.0.0.1:8080, found '\(address)'.")
      }
      urls.append(url)
    }
    self.addresses = urls
    self.key = key
    let configuration = URLSessionConfiguration.ephemeral
    configuration.urlCache = nil
    configuration.httpShouldSetCookies = false
    session = URLSession(configuration: configuration)
  }

  /// The signer's key in hex, as the service writes it.
  var party: String { Hex.encode(key.verifyingKey.bytes) }

  /// What a service has said.
  struct Answer {
    let status: Int
    let body: [UInt8]

    /// The stable code of a problem; empty for anything else.
    var code: String { member("code") ?? "" }

    /// What a problem says; what came where it is none.
    var detail: String { member("detail") ?? String(decoding: body.prefix(200), as: UTF8.self) }

    private func member(_ name: String) -> String? {
      guard let value = try? JSONValue.parse(body), var fields = try? JSONFields(value) else {
        return nil
      }
      return try? fields.string(name)
    }
  }

  /// What a path has; nil where there is nothing.
  func get(_ path: String) throws -> [UInt8]? {
    let answer = try send("GET", path)
    return answer.status == 404 ? nil : try accepted(answer, path)
  }

  /// The object at a path, its members to be read.
  func fields(_ path: String) throws -> JSONFields {
    try JSONFields(try JSONValue.parse(try accepted(try send("GET", path), path)))
  }

  /// Sends a command.
  ///
  /// - Parameter once: what makes it another command than one to the same path before; the same one
  ///   may be sent again and changes nothing.
  /// - Throws: `ServiceRefusal` where it is refused.
  @discardableResult
  func post(_ path: String, body: JSONValue? = nil, once: String = "") throws -> JSONFields {
    try post(path, bytes: body?.serialized() ?? [], once: once)
  }

  /// The same with a body of bytes.
  @discardableResult
  func post(_ path: String, bytes: [UInt8], once: String = "") throws -> JSONFields {
    let key = SHA256.digest(domain: "assay/request/v1", [Array(path.utf8), Array(once.utf8)])
    let answer = try send(
      "POST", path, body: bytes,
      fields: [HTTPField("idempotency-key", String(key.hex.prefix(32)))])
    return try JSONFields(try JSONValue.parse(try accepted(answer, path)))
  }

  /// The body of an answer that grants what was asked.
  func accepted(_ answer: Answer, _ path: String) throws -> [UInt8] {
    guard (200..<300).contains(answer.status) else {
      throw ServiceRefusal(path: path, status: answer.status, code: answer.code, answer.detail)
    }
    return answer.body
  }

  /// Sends a request until it is answered.
  ///
  /// - Throws: `OperationError` where no service has answered for some minutes.
  func send(
    _ method: String, _ path: String, body: [UInt8] = [], fields: [HTTPField] = []
  ) throws -> Answer {
    var failure = ""
    for attempt in 0..<Self.attempts {
      if attempt > 0 { Thread.sleep(forTimeInterval: min(5, 0.1 * Double(attempt))) }
      let place = present.withLock { $0 }
      switch sendOnce(method, path, body: body, fields: fields, to: addresses[place]) {
      case .success(let answer) where answer.status != 429 && answer.status != 503:
        // A signature that came late is made anew.
        guard ["signature_expired", "signature_replayed"].contains(answer.code), attempt < 5 else {
          return answer
        }
        failure = answer.detail
      case .success(let answer): failure = answer.detail
      case .failure(let error): failure = error.description
      }
      present.withLock { if $0 == place { $0 = (place + 1) % addresses.count } }
    }
    let names = addresses.map(\.absoluteString).joined(separator: " and ")
    throw OperationError("\(names): no answer to \(method) \(path): \(failure)")
  }

  private func sendOnce(
    _ method: String, _ path: String, body: [UInt8], fields: [HTTPField], to address: URL
  ) -> Result<Answer, OperationError> {
    let host = address.host() ?? ""
    let authority = address.port.map { "\(host):\($0)" } ?? host
    let now = Int64(Date.now.timeIntervalSince1970)
    let signed = HTTPRequest(
      method: method, target: path, fields: [HTTPField("host", authority)] + fields, body: body
    ).signed(
      by: key, created: now, expires: now + 60, nonce: Hex.encode(RandomBytes.make(16)))
    guard let url = URL(string: path, relativeTo: address) else {
      return .failure(OperationError("'\(path)' is no path."))
    }
    var request = URLRequest(url: url, timeoutInterval: 60)
    request.httpMethod = method
    if !body.isEmpty { request.httpBody = Data(body) }
    for field in signed.fields where field.name != "host" {
      request.setValue(field.value, forHTTPHeaderField: field.name)
    }
    let done = DispatchSemaphore(value: 0)
    let box = AnswerBox()
    session.dataTask(with: request) { data, response, error in
      if let response = response as? HTTPURLResponse {
        box.put(.success(Answer(status: response.statusCode, body: Array(data ?? Data()))))
      } else {
        box.put(.failure(OperationError(error?.localizedDescription ?? "no answer")))
      }
      done.signal()
    }.resume()
    done.wait()
    return box.take() ?? .failure(OperationError("no answer"))
  }
}

/// A service has understood a request and does not grant it.
struct ServiceRefusal: Error, CustomStringConvertible {
  let path: String
  let status: Int
  /// The stable code of the problem.
  let code: String
  let detail: String

  init(path: String, status: Int, code: String, _ detail: String) {
    self.path = path
    self.status = status
    self.code = code
    self.detail = detail
  }

  var description: String { "the service refuses \(path): \(detail) (\(status) \(code))" }
}

/// Where one thread leaves an answer for another.
private final class AnswerBox: Sendable {
  typealias Outcome = Result<ServiceClient.Answer, OperationError>
  private let answer = Mutex<Outcome?>(nil)

  func put(_ value: Outcome) { answer.withLock { $0 = value } }
  func take() -> Outcome? { answer.withLock { $0 } }
}
