internal import AssayCryptography
internal import AssayWire

/// Who sent a request, by its signature. Checks nothing that other requests could change, so that
/// many threads may share one.
public struct Authenticator: Sendable {
  /// The longest that a signature may live, in seconds.
  public static let lifetime: Int64 = 300
  /// How far a client's clock may be ahead, in seconds.
  public static let clockAllowance: Int64 = 5
  /// The most bytes of a nonce.
  public static let nonceLimit = 64

  /// The names under which the service is reached, as in a request's `Host`, in lower case.
  let authorities: Set<String>
  /// When the process began, in seconds.
  let start: Int64

  /// A signature that holds.
  struct Signer: Hashable, Sendable {
    let key: VerifyingKey
    let nonce: String
  }

  /// Checks the signature of a request; nil where there is none at all.
  ///
  /// - Parameter now: seconds.
  func signer(of request: HTTPRequest, now: UInt64) throws(Problem) -> Signer? {
    guard request.field("signature") != nil || request.field("signature-input") != nil else {
      return nil
    }
    guard let signature = MessageSignature(request) else {
      throw Problem(
        .signatureMalformed,
        "expected one signature in Signature-Input and Signature, as RFC 9421 writes it")
    }
    let nonce = try checkForm(signature, of: request)
    try checkTime(signature, now: now)
    guard let bytes = signature.keyID.flatMap({ try? Hex.decode($0) }),
      let key = try? VerifyingKey(bytes: bytes)
    else {
      throw Problem(
        .signatureMalformed, "expected keyid to be an Ed25519 public key in 64 hex digits")
    }
    guard signature.isValid(for: request, key: key) else {
      throw Problem(.signatureInvalid, "the signature is not this key's over this request")
    }
    return Signer(key: key, nonce: nonce)
  }

  /// Checks what is covered; gives the nonce.
  private func checkForm(
    _ signature: MessageSignature, of request: HTTPRequest
  ) throws(Problem) -> String {
    guard signature.algorithm.map({ $0 == "ed25519" }) ?? true,
      let nonce = signature.nonce, (8...Self.nonceLimit).contains(nonce.utf8.count)
    else {
      throw Problem(
        .signatureMalformed,
        "expected alg=\"ed25519\" and a nonce of 8 to \(Self.nonceLimit) characters")
    }
    var needed = ["@method", "@authority", "@path", "@query"]
    if !request.body.isEmpty { needed.append("content-digest") }
    if request.field("idempotency-key") != nil { needed.append("idempotency-key") }
    let missing = needed.filter { !signature.components.contains($0) }
    guard missing.isEmpty else {
      throw Problem(
        .signatureIncomplete, "the signature must cover \(missing.joined(separator: ", "))")
    }
    guard let host = request.field("host"), authorities.contains(host.lowercased()) else {
      throw Problem(
        .wrongAuthority,
        "this service is not \(request.field("host") ?? "without a name"); expected Host to be "
          + authorities.sorted().joined(separator: " or "))
    }
    let hasDigest = !request.body.isEmpty || request.field("content-digest") != nil
    guard !hasDigest || request.hasTrueDigest else {
      throw Problem(.digestMismatch, "Content-Digest is not the SHA-256 of the body")
    }
    return nonce
  }

  private func checkTime(_ signature: MessageSignature, now: UInt64) throws(Problem) {
    let now = Int64(clamping: now)
    guard let created = signature.created, let expires = signature.expires, created <= expires,
      expires - created <= Self.lifetime
    else {
      throw Problem(
        .signatureMalformed,
        "expected created and expires, at most \(Self.lifetime) seconds apart")
    }
    guard created <= now + Self.clockAllowance else {
      throw Problem(
        .signatureExpired, "made at \(created), it is only \(now); set the client's clock")
    }
    guard now < expires else {
      throw Problem(.signatureExpired, "ended at \(expires), it is \(now); sign again")
    }
    guard created >= start else {
      throw Problem(
        .signatureExpired,
        "made at \(created), before this service began at \(start); sign again")
    }
  }
}
