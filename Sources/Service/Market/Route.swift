internal import AssayWire

/// A method and a path with what answers it. The document `openapi.json` describes the same table.
struct Route: Sendable {
  /// Who may ask.
  enum Access: Hashable, Sendable {
    /// Anybody, unsigned.
    case anyone
    /// Whoever signs and has one of these roles; none listed: whoever is known.
    case signed(Set<Role>)
  }

  let method: String
  /// The path, its variables in braces.
  let template: String
  let access: Access
  /// The most bytes of a body.
  let bodyLimit: Int
  let handle: @Sendable (MarketService, Call) throws -> HTTPResponse
  private let parts: [Substring]

  init(
    _ method: String, _ template: String, _ access: Access, bodyLimit: Int = 0,
    _ handle: @escaping @Sendable (MarketService, Call) throws -> HTTPResponse
  ) {
    self.method = method
    self.template = template
    self.access = access
    self.bodyLimit = bodyLimit
    self.handle = handle
    parts = template.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
  }

  /// The values of the variables where the path is this one's.
  func values(_ segments: [String]) -> [String]? {
    guard segments.count == parts.count else { return nil }
    var values: [String] = []
    for (part, segment) in zip(parts, segments) {
      if part.hasPrefix("{") {
        guard !segment.isEmpty else { return nil }
        values.append(segment)
      } else if part != segment {
        return nil
      }
    }
    return values
  }

  /// Every route there is.
  static let all: [Route] =
    operations + books + jobs + commands + market + evidence + bundles + tasks + webhooks
    + dashboard

  private static let operations: [Route] = [
    Route("GET", "/health/live", .anyone) { _, _ in .json(.object(["status": .string("ok")])) },
    Route("GET", "/health/ready", .anyone) { try $0.ready($1) },
    Route("GET", "/metrics", .anyone) { service, _ in try service.metricsPage() },
    Route("GET", "/openapi.json", .anyone) { _, _ in
      HTTPResponse(status: 200, type: "application/json", body: APIDocument.bytes)
    },
    Route("GET", "/v1/market", .anyone) { service, _ in service.market() },
    Route("GET", "/v1/parties", .signed([.operator, .guardian, .auditor])) { service, _ in
      .json(.object(["parties": .array(service.listedParties.map(\.view))]))
    },
    Route("GET", "/v1/parties/me", .signed([])) { _, call in .json(try call.signer().view) },
  ]
}
