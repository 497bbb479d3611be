public import AssayCryptography
internal import AssayAccounting
internal import AssayEvidence
internal import AssaySettlement
public import AssayStorage
internal import AssayWire

/// The settlement store as an HTTP service, without sockets: requests in, answers out.
///
/// Requests that come together are answered together: what they change becomes durable in one
/// write, and no answer is given before.
public final class MarketService {
  /// What a service needs to know.
  public struct Configuration: Sendable {
    /// The names under which it is reached, as in `Host`, such as `market.example`.
    public var authorities: Set<String>
    /// Who may do what.
    public var directory: PartyDirectory
    /// Signs the log's heads and receipts; its owner is an operator.
    public var operatorKey: SigningKey?
    /// The first line of the log's heads.
    public var logOrigin: String
    /// What opens the dashboard; without it there is none.
    public var accessToken: String?
    /// Requests a second of each key, and of each address without one.
    public var requestsPerSecond: Double
    /// Where files that travel with jobs are kept; without it none are.
    public var bundleFolder: String?
    /// The bounds of those files.
    public var bundleLimits = BundleLimits()
    /// The hosts that messages about jobs may be sent to, as `host` or `host:port`; to no other,
    /// whatever a party asks for, so that nobody reaches what only this machine can.
    public var webhookHosts: Set<String> = []

    /// A configuration.
    public init(
      authorities: Set<String>, directory: PartyDirectory = .everyone,
      operatorKey: SigningKey? = nil, logOrigin: String = "assay.local/log",
      accessToken: String? = nil, requestsPerSecond: Double = 200
    ) {
      self.authorities = Set(authorities.map { $0.lowercased() })
      self.directory = directory
      self.operatorKey = operatorKey
      self.logOrigin = logOrigin
      self.accessToken = accessToken
      self.requestsPerSecond = requestsPerSecond
    }
  }

  /// How much of files that travel with jobs is kept, and how long.
  public struct BundleLimits: Sendable {
    /// The most bytes of one file.
    public var byteCount: Int64 = 16 << 30
    /// The most bytes of all files of one key.
    public var byteCountOfParty: Int64 = 64 << 30
    /// How long they are kept after their job was settled, in seconds.
    public var secondsAfterSettling: UInt64 = 30 * 86_400

    /// The usual bounds.
    public init() {}
  }

  let store: SettlementStore
  let configuration: Configuration
  var index = JobIndex()
  var metrics = Metrics()
  let bundles: BundleShelf?
  let board: TaskBoard
  let webhooks: WebhookBook
  /// When files of settled jobs were last looked for, in milliseconds.
  var lastSweep: UInt64 = 0
  private let directory: PartyDirectory
  private var nonces: NonceWindow
  private var limitByKey: RateLimiter<VerifyingKey>
  private var limitByAddress: RateLimiter<String>
  private(set) var isReady = true

  /// What may look at requests on any thread before the service answers them.
  public let gate: Gate

  /// A service over a store.
  ///
  /// - Parameter now: milliseconds since 1970.
  /// - Throws: `StorageError`.
  public init(store: SettlementStore, configuration: Configuration, now: UInt64) throws {
    self.store = store
    self.configuration = configuration
    var directory = configuration.directory
    if let key = configuration.operatorKey?.verifyingKey {
      directory.grant([.operator], to: key, name: "operator")
    }
    self.directory = directory
    // A signature lives as long as that, and may have been made a little in the future.
    nonces = NonceWindow(
      lifetime: UInt64(Authenticator.lifetime + Authenticator.clockAllowance), now: now / 1000)
    let rate = configuration.requestsPerSecond
    limitByKey = RateLimiter(perSecond: rate, burst: 2 * rate)
    limitByAddress = RateLimiter(perSecond: rate, burst: 2 * rate)
    gate = Gate(
      authenticator: Authenticator(
        authorities: configuration.authorities, start: Int64(clamping: now / 1000)))
    bundles = try configuration.bundleFolder.map {
      try BundleShelf(store.database, folder: $0, limits: configuration.bundleLimits)
    }
    board = try TaskBoard(store.database)
    webhooks = try WebhookBook(store.database)
    try index.catchUp(with: store)
  }

  /// Looks at a request and answers it.
  public func respond(to request: HTTPRequest, now: UInt64) -> HTTPResponse {
    respond(to: [gate.admit(request, now: now)], now: now)[0]
  }

  /// Answers requests that came together, in order; what they changed is durable on return.
  ///
  /// - Parameter now: milliseconds since 1970.
  public func respond(to requests: [Gate.Admitted], now: UInt64) -> [HTTPResponse] {
    var responses: [HTTPResponse]
    do {
      responses = try store.group {
        try store.refresh()
        try index.catchUp(with: store)
        return try requests.map { try answer($0, now: now) }
      }
      isReady = true
    } catch {
      // Nothing was written, so nothing may be said to have been done.
      isReady = false
      index = JobIndex()
      responses = requests.map { _ in
        Problem(.unavailable, "nothing was done: \(error)").response
      }
      try? store.group {
        try store.refresh()
        try index.catchUp(with: store)
      }
    }
    for (request, response) in zip(requests, responses) {
      metrics.count(request.template, response.status)
    }
    metrics.batches += 1
    return responses
  }

  /// The answer to one request; throws only where the store fails.
  private func answer(_ admitted: Gate.Admitted, now: UInt64) throws -> HTTPResponse {
    do {
      return try handle(admitted, now: now)
    } catch let problem as Problem {
      return problem.response
    } catch let error as StorageError {
      switch error.code {
      case .tooLarge: return Problem(.bodyTooLarge, error.message).response
      case .notFound: return Problem(.notFound, error.message).response
      default: throw error
      }
    }
  }

  private func handle(_ admitted: Gate.Admitted, now: UInt64) throws -> HTTPResponse {
    let signer = try? admitted.signer.get()
    let wait =
      signer.flatMap(\.self).map { limitByKey.wait(for: $0.key, now: now) }
      ?? limitByAddress.wait(for: admitted.request.address, now: now)
    if let wait {
      throw Problem(
        .rateLimited, "too many requests; wait \(wait) s",
        fields: [HTTPField("retry-after", "\(wait)")])
    }
    let match = try admitted.match.get()
    let call = Call(
      request: admitted.request, segments: match.values,
      party: try party(admitted, for: match.route, now: now), milliseconds: now)
    return try match.route.handle(self, call)
  }

  /// Who asks, where the route must know; nil where anybody may.
  private func party(
    _ admitted: Gate.Admitted, for route: Route, now: UInt64
  ) throws(Problem) -> Party? {
    guard case .signed(let roles) = route.access else { return nil }
    guard let signer = try admitted.signer.get() else {
      throw Problem(
        .signatureMissing, "expected a signed request: see /openapi.json, Signature",
        fields: [HTTPField("www-authenticate", "Signature")])
    }
    guard let party = directory[signer.key] else {
      throw Problem(.roleMissing, "this key is not known here; ask the operator to list it")
    }
    guard roles.isEmpty || !roles.isDisjoint(with: party.roles) else {
      throw Problem(
        .roleMissing,
        "expected the role \(roles.map(\.rawValue).sorted().joined(separator: " or "))")
    }
    switch nonces.insert(signer.nonce, of: signer.key, now: now / 1000) {
    case .fresh: return party
    case .seen:
      throw Problem(
        .signatureReplayed, "this nonce was used; sign every request with a new one")
    case .full: throw Problem(.unavailable, "too many requests are remembered; wait a minute")
    }
  }

  /// Who is listed, for those who may know.
  var listedParties: [Party] { directory.listed }
}

/// One request with what is known about it.
struct Call {
  let request: HTTPRequest
  /// The values of the path's variables, in order.
  let segments: [String]
  /// Who asks; nil where anybody may.
  let party: Party?
  /// The time in milliseconds.
  let milliseconds: UInt64

  /// Who asks, for a route that must know.
  func signer() throws(Problem) -> Party {
    guard let party else { throw Problem(.signatureMissing, "expected a signed request") }
    return party
  }
}
