public import AssayCryptography
internal import AssayWire

/// A signature over parts of a request: RFC 9421 with Ed25519, the body by its digest (RFC 9530).
///
///     Content-Digest: sha-256=:…base64…:
///     Signature-Input: sig=("@method" "@authority" "@path" "@query" "content-digest");created=…;
///       expires=…;nonce="…";keyid="…64 hex digits of the public key…";alg="ed25519"
///     Signature: sig=:…base64…:
///
/// What is signed is one line for each part and the parameters as they stand in the field, which
/// are hashed as they came and never written again.
public struct MessageSignature: Hashable, Sendable {
  /// What is covered, in order.
  public let components: [String]
  /// When it was made, in seconds since 1970.
  public let created: Int64?
  /// When it ends, in seconds since 1970.
  public let expires: Int64?
  /// What makes it one of its kind.
  public let nonce: String?
  /// Who is said to have signed.
  public let keyID: String?
  /// The algorithm, if it is named.
  public let algorithm: String?
  /// The 64 bytes.
  public let signature: [UInt8]
  /// The parameters as they came.
  private let parameters: String

  /// Reads the one signature of a request; nil where the fields are missing or misshapen.
  public init?(_ request: HTTPRequest) {
    guard let input = request.field("signature-input"),
      let signatures = request.field("signature").flatMap(FieldScanner.byteSequences),
      let equals = input.firstIndex(of: "="), signatures.count == 1,
      let signature = signatures[String(input[..<equals])]
    else { return nil }
    let text = input[input.index(after: equals)...]
    var scanner = FieldScanner(text)
    guard let components = scanner.strings(), Set(components).count == components.count,
      let values = scanner.parameters(), scanner.isAtEnd
    else { return nil }
    self.components = components
    self.signature = signature
    parameters = String(text)
    var integers: [String: Int64] = [:]
    var strings: [String: String] = [:]
    for (name, value) in values {
      switch (name, value) {
      case ("created", .integer(let number)), ("expires", .integer(let number)):
        integers[name] = number
      case ("nonce", .string(let text)), ("keyid", .string(let text)), ("alg", .string(let text)),
        ("tag", .string(let text)):
        strings[name] = text
      default: return nil
      }
    }
    created = integers["created"]
    expires = integers["expires"]
    nonce = strings["nonce"]
    keyID = strings["keyid"]
    algorithm = strings["alg"]
  }

  /// Whether the key signed these parts of the request.
  public func isValid(for request: HTTPRequest, key: VerifyingKey) -> Bool {
    guard
      let base = Self.base(of: request, components: components, parameters: parameters)
    else { return false }
    return key.isValidSignature(signature, for: base)
  }

  /// The bytes that are signed (RFC 9421 §2.5); nil where a part is missing or of a kind that is
  /// not known here.
  static func base(
    of request: HTTPRequest, components: [String], parameters: String
  ) -> [UInt8]? {
    var text = ""
    for name in components {
      let value: String?
      switch name {
      case "@method": value = request.method
      case "@authority": value = request.field("host")?.lowercased()
      case "@path": value = request.path
      case "@query": value = request.query
      case _ where name.hasPrefix("@"): value = nil
      default: value = request.field(name)
      }
      guard let value else { return nil }
      text += "\"\(name)\": \(value)\n"
    }
    return Array((text + "\"@signature-params\": \(parameters)").utf8)
  }
}

extension HTTPRequest {
  /// Whether `Content-Digest` is the SHA-256 of the body.
  var hasTrueDigest: Bool {
    field("content-digest").flatMap(FieldScanner.byteSequences)?["sha-256"]
      == SHA256.digest(of: body).bytes
  }

  /// The request with the fields that sign it, everything that the service asks for covered.
  ///
  /// - Parameter nonce: visible ASCII without quotes, another one for every request.
  public func signed(
    by key: SigningKey, created: Int64, expires: Int64, nonce: String
  ) -> HTTPRequest {
    var fields = fields
    var components = ["@method", "@authority", "@path", "@query"]
    if !body.isEmpty {
      let digest = Base64.encode(SHA256.digest(of: body).bytes)
      fields.append(HTTPField("content-digest", "sha-256=:\(digest):"))
      components.append("content-digest")
    }
    if field("idempotency-key") != nil { components.append("idempotency-key") }
    let list = components.map { "\"\($0)\"" }.joined(separator: " ")
    let parameters =
      "(\(list));created=\(created);expires=\(expires);nonce=\"\(nonce)\""
      + ";keyid=\"\(key.verifyingKey)\";alg=\"ed25519\""
    let request = HTTPRequest(
      method: method, target: target, fields: fields, body: body, address: address)
    // Everything that is listed is there.
    let base =
      MessageSignature.base(of: request, components: components, parameters: parameters) ?? []
    fields.append(HTTPField("signature-input", "sig=\(parameters)"))
    fields.append(HTTPField("signature", "sig=:\(Base64.encode(key.sign(base))):"))
    return HTTPRequest(
      method: method, target: target, fields: fields, body: body, address: address)
  }
}
