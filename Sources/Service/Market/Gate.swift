/// What can be said of a request without the store: which route it takes and who signed it.
///
/// Shared by many threads, so that signatures are checked beside each other.
public struct Gate: Sendable {
  /// The most bytes of a body, whatever the route.
  public static let bodyLimit = Route.all.map(\.bodyLimit).max() ?? 0

  let authenticator: Authenticator

  /// A request that has been looked at.
  public struct Admitted: Sendable {
    let request: HTTPRequest
    let match: Result<Match, Problem>
    let signer: Result<Authenticator.Signer?, Problem>

    /// The route's path with its variables' names, for metrics and logs.
    public var template: String {
      if case .success(let match) = match { match.route.template } else { "none" }
    }

    /// The signer's key in hex, for logs.
    public var signerName: String? {
      if case .success(let signer?) = signer { "\(signer.key)" } else { nil }
    }
  }

  struct Match: Sendable {
    let route: Route
    let values: [String]
  }

  /// The most bytes that the body of a request may have; by it a request is refused unread.
  public func bodyLimit(method: String, target: String) -> Int {
    let request = HTTPRequest(method: method, target: target, fields: [])
    return (try? match(request).get())?.route.bodyLimit ?? 0
  }

  /// Looks at a request.
  ///
  /// - Parameter now: milliseconds since 1970.
  public func admit(_ request: HTTPRequest, now: UInt64) -> Admitted {
    let match = match(request)
    let signer: Result<Authenticator.Signer?, Problem>
    do throws(Problem) {
      signer = .success(try authenticator.signer(of: request, now: now / 1000))
    } catch { signer = .failure(error) }
    return Admitted(request: request, match: match, signer: signer)
  }

  private func match(_ request: HTTPRequest) -> Result<Match, Problem> {
    guard let segments = request.segments, request.parameters != nil else {
      return .failure(
        Problem(.malformedRequest, "the path or the query is not percent-encoded UTF-8"))
    }
    // A HEAD is a GET whose body nobody sends.
    let method = request.method == "HEAD" ? "GET" : request.method
    var allowed: [String] = []
    for route in Route.all {
      guard let values = route.values(segments) else { continue }
      guard route.method == method else {
        allowed.append(route.method)
        continue
      }
      if request.body.count > route.bodyLimit {
        return .failure(
          Problem(.bodyTooLarge, "expected at most \(route.bodyLimit) bytes"))
      }
      return .success(Match(route: route, values: values))
    }
    guard allowed.isEmpty else {
      return .failure(
        Problem(
          .methodNotAllowed, "expected \(allowed.joined(separator: " or "))",
          fields: [HTTPField("allow", allowed.joined(separator: ", "))]))
    }
    return .failure(Problem(.notFound, "there is nothing at this path; see /openapi.json"))
  }
}
