internal import AssayAccounting
internal import AssayCryptography
internal import AssaySettlement
internal import AssayStorage
internal import AssayWire

/// A message to a party's address: what happened in a job, signed by the operator.
public struct WebhookMessage: Sendable {
  /// Where to send it.
  public let url: String
  /// What to send; its fields are to be sent as they are.
  public let request: HTTPRequest
  let party: VerifyingKey
  let sequence: UInt64
}

/// An address that messages may go to.
struct WebhookTarget {
  /// The host, with a port where it is not the usual one.
  let authority: String
  let path: String

  /// Reads `https://host[:port]/path`, or `http:` where that may be; nil for anything else.
  init?(_ url: String) {
    guard url.utf8.count <= WebhookBook.urlLimit,
      url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\\") })
    else { return nil }
    let rest: Substring
    if url.hasPrefix("https://") {
      rest = url.dropFirst(8)
    } else if url.hasPrefix("http://") {
      rest = url.dropFirst(7)
    } else {
      return nil
    }
    let authority = rest.prefix { !"/?#".contains($0) }
    let path = rest[authority.endIndex...]
    guard !authority.isEmpty, !authority.contains("@"), path.isEmpty || path.hasPrefix("/"),
      !path.contains("#")
    else { return nil }
    self.authority = authority.lowercased()
    self.path = path.isEmpty ? "/" : String(path)
  }
}

// Messages to parties about their jobs.
extension Route {
  static let webhooks: [Route] = [
    Route("GET", "/v1/webhook", .signed([])) { service, call in
      guard let hook = try service.webhooks.hook(of: try call.signer().key) else {
        throw Problem(.notFound, "this key has no webhook")
      }
      return .json(hook.view)
    },
    Route("PUT", "/v1/webhook", .signed([]), bodyLimit: small) { try $0.putWebhook($1) },
    Route("DELETE", "/v1/webhook", .signed([])) { service, call in
      try service.webhooks.remove(try call.signer().key)
      return .json(.object([:]))
    },
  ]
}

extension WebhookBook.Hook {
  fileprivate var view: JSONValue {
    .object([
      "url": .string(url), "next": .integer(next), "attempts": .integer(attempts),
      "failure": .string(failure), "dropped": .integer(dropped),
    ])
  }
}

extension MarketService {
  /// How many addresses are told something in one moment, and how far each looks ahead.
  private static let hookLimit = 64
  private static let lookAhead = 256
  /// How long a message is being sent at most, in milliseconds.
  private static let sendingTime: UInt64 = 30_000
  /// How long an address that is not allowed any more waits, in milliseconds.
  private static let refusedTime: UInt64 = 600_000

  fileprivate func putWebhook(_ call: Call) throws -> HTTPResponse {
    let party = try call.signer().key
    let url = try call.read { fields throws(WireError) in try fields.string("url") }
    guard let target = WebhookTarget(url) else {
      throw Problem(.malformedBody, "url: expected https://host/path without user and fragment")
    }
    guard configuration.webhookHosts.contains(target.authority) else {
      throw Problem(
        .targetRefused,
        "this service sends nothing to \(target.authority); ask the operator to allow it")
    }
    let hook = WebhookBook.Hook(party: party, url: url, next: store.machine.sequence)
    try webhooks.put(hook)
    return .json(hook.view)
  }

  /// The messages that are to be sent now; nobody else sends them for a while.
  ///
  /// - Parameter now: milliseconds since 1970.
  /// - Throws: `StorageError`.
  public func takeMessages(now: UInt64) throws -> [WebhookMessage] {
    guard !configuration.webhookHosts.isEmpty, let key = configuration.operatorKey else {
      return []
    }
    return try store.group {
      try webhooks.due(at: now, entries: store.machine.sequence, limit: Self.hookLimit)
        .compactMap { hook in
          var hook = hook
          guard let target = WebhookTarget(hook.url),
            configuration.webhookHosts.contains(target.authority)
          else {
            hook.due = now + Self.refusedTime
            hook.failure = "this service no longer sends anything to this host"
            try webhooks.put(hook)
            return nil
          }
          let event = try nextEvent(for: &hook)
          if event != nil { hook.due = now + Self.sendingTime }
          try webhooks.put(hook)
          return event.map { message($0, to: target, hook, key, now: now) }
        }
    }
  }

  /// What came of a message; the next one waits for it, and nothing else does.
  ///
  /// - Parameter failure: why it was not taken; nil where it was.
  /// - Throws: `StorageError`.
  public func conclude(_ message: WebhookMessage, failure: String?, now: UInt64) throws {
    try store.group {
      guard var hook = try webhooks.hook(of: message.party), hook.next == message.sequence,
        hook.url == message.url
      else { return }
      hook.failure = String((failure ?? "").prefix(200))
      if failure == nil {
        (hook.next, hook.attempts, hook.due) = (hook.next + 1, 0, 0)
      } else if hook.attempts + 1 < WebhookBook.attemptLimit {
        hook.attempts += 1
        hook.due = now + 1_000 << UInt64(hook.attempts)
      } else {
        (hook.next, hook.attempts, hook.due) = (hook.next + 1, 0, now)
        hook.dropped += 1
      }
      try webhooks.put(hook)
    }
  }

  /// The next thing that the party is to be told, at which the hook then stands.
  private func nextEvent(for hook: inout WebhookBook.Hook) throws -> JSONValue? {
    for entry in try store.journalEntries(from: hook.next, limit: Self.lookAhead) {
      hook.next = entry.sequence
      if case .applied(let applied)? = store.machine.outcome(underKey: entry.key),
        let name = applied.job, let job = store.machine.jobs[name],
        job.parties.contains(hook.party) || job.provider == hook.party,
        let command = try? Command(decoding: entry.command)
      {
        return .object([
          "job": .string(name), "sequence": .integer(applied.sequence),
          "time": .integer(applied.time), "command": .string(command.name),
          "state": applied.phase.map { .string($0.rawValue) } ?? .null,
        ])
      }
      hook.next += 1
    }
    return nil
  }

  private func message(
    _ event: JSONValue, to target: WebhookTarget, _ hook: WebhookBook.Hook, _ key: SigningKey,
    now: UInt64
  ) -> WebhookMessage {
    let nonce = SHA256.digest(
      domain: "assay/webhook/v1",
      [hook.party.bytes, Array("\(hook.next) \(hook.attempts) \(now)".utf8)])
    let seconds = Int64(clamping: now / 1000)
    let request = HTTPRequest(
      method: "POST", target: target.path,
      fields: [
        HTTPField("host", target.authority), HTTPField("content-type", "application/json"),
        HTTPField("idempotency-key", "assay-\(hook.next)"),
      ], body: event.serialized()
    ).signed(
      by: key, created: seconds, expires: seconds + Authenticator.lifetime,
      nonce: String(nonce.hex.prefix(32)))
    return WebhookMessage(
      url: hook.url, request: request, party: hook.party, sequence: hook.next)
  }
}
