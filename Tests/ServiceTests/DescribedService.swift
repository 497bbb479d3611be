import AssayCryptography
import AssaySettlement
import AssaySettlementTestSupport
import AssayStorage
import AssayWire
import Foundation
import Testing

@testable import AssayService

/// A service over a store in a folder of its own, every answer of which is held against
/// `openapi.json`.
final class DescribedService {
  let service: MarketService
  let document: OpenAPIDocument
  let store: SettlementStore
  /// Milliseconds.
  var now: UInt64 = 2_000_000
  private var count = 0
  private let folder: String

  static let authority = "market.example"

  init(
    operatorKey: SigningKey? = nil, directory: PartyDirectory = .everyone,
    requestsPerSecond: Double = 1_000_000, accessToken: String? = nil
  ) throws {
    folder = NSTemporaryDirectory() + "assay-service-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    store = try SettlementStore(path: folder + "/settlement.db")
    document = try OpenAPIDocument(APIDocument.bytes)
    var configuration = MarketService.Configuration(
      authorities: [Self.authority], directory: directory, operatorKey: operatorKey,
      logOrigin: Market.origin, accessToken: accessToken, requestsPerSecond: requestsPerSecond)
    configuration.webhookHosts = ["shop.example"]
    configuration.bundleFolder = folder + "/bundles"
    configuration.bundleLimits.byteCount = 1 << 20
    configuration.bundleLimits.byteCountOfParty = 3 << 19
    service = try MarketService(store: store, configuration: configuration, now: now)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// A request as a client makes it; signed where there is a key.
  func request(
    _ method: String, _ target: String, body: [UInt8] = [], by key: SigningKey? = nil,
    idempotency: String? = nil, fields: [HTTPField] = []
  ) -> HTTPRequest {
    count += 1
    var all = [HTTPField("host", Self.authority)] + fields
    if method == "POST" {
      all.append(HTTPField("idempotency-key", idempotency ?? "request-\(count)"))
    }
    let request = HTTPRequest(method: method, target: target, fields: all, body: body)
    guard let key else { return request }
    let created = Int64(now / 1000)
    return request.signed(
      by: key, created: created, expires: created + 60, nonce: "nonce-\(count)-of-a-test")
  }

  /// Sends a request and checks the answer against the document.
  @discardableResult
  func send(_ request: HTTPRequest) throws -> HTTPResponse {
    let response = service.respond(to: request, now: now)
    try document.check(response, to: request)
    return response
  }

  @discardableResult
  func send(
    _ method: String, _ target: String, body: [UInt8] = [], by key: SigningKey? = nil,
    idempotency: String? = nil
  ) throws -> HTTPResponse {
    try send(request(method, target, body: body, by: key, idempotency: idempotency))
  }

  /// Sends a request that must be answered with this status.
  @discardableResult
  func expect(
    _ status: Int, _ method: String, _ target: String, body: [UInt8] = [],
    by key: SigningKey? = nil, idempotency: String? = nil, fields: [HTTPField] = [],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> HTTPResponse {
    let response = try send(
      request(method, target, body: body, by: key, idempotency: idempotency, fields: fields))
    #expect(
      response.status == status,
      "\(method) \(target): \(String(decoding: response.body, as: UTF8.self).prefix(400))",
      sourceLocation: sourceLocation)
    return response
  }

  /// The code of a problem.
  static func code(_ response: HTTPResponse) throws -> String {
    var fields = try JSONFields(try JSONValue.parse(response.body))
    return try fields.string("code")
  }
}

extension HTTPResponse {
  /// A member of the body, which must be an object with it.
  func member(_ name: String) throws -> JSONValue {
    var fields = try JSONFields(try JSONValue.parse(body))
    return try fields.value(name)
  }

  /// A text in the body.
  func text(_ name: String) throws -> String {
    var fields = try JSONFields(try JSONValue.parse(body))
    return try fields.string(name)
  }

  /// The objects of a list in the body.
  func list(_ name: String) throws -> [JSONFields] {
    var fields = try JSONFields(try JSONValue.parse(body))
    return try fields.objects(name)
  }
}
