import AssayCryptography
import AssayTestSupport
import AssayWire
import Testing

@testable import AssayService

struct SignatureTests {
  /// RFC 9421, appendix B.2.6, with the key of B.1.4.
  private func requestOfTheStandard(method: String = "POST") throws -> HTTPRequest {
    HTTPRequest(
      method: method, target: "/foo?param=Value&Pet=dog",
      fields: [
        HTTPField("Host", "example.com"),
        HTTPField("Date", "Tue, 20 Apr 2021 02:07:55 GMT"),
        HTTPField("Content-Type", "application/json"),
        HTTPField("Content-Length", "18"),
        HTTPField(
          "Signature-Input",
          "sig-b26=(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" "
            + "\"content-length\");created=1618884473;keyid=\"test-key-ed25519\""),
        HTTPField(
          "Signature",
          "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5W"
            + "PpBKRCw==:"),
      ], body: Array("{\"hello\": \"world\"}".utf8))
  }

  private let keyOfTheStandard = "JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs="

  @Test func theSignatureOfTheStandardHolds() throws {
    let key = try VerifyingKey(bytes: try Base64.decode(keyOfTheStandard))
    let request = try requestOfTheStandard()
    let signature = try #require(MessageSignature(request))
    #expect(signature.created == 1_618_884_473)
    #expect(signature.keyID == "test-key-ed25519")
    #expect(signature.isValid(for: request, key: key))
    let other = try requestOfTheStandard(method: "PUT")
    #expect(try #require(MessageSignature(other)).isValid(for: other, key: key) == false)
  }

  /// RFC 9530, appendix D: the digest of `{"hello": "world"}` and a line feed.
  @Test func theDigestOfTheStandardIsTrue() {
    func request(_ body: String) -> HTTPRequest {
      HTTPRequest(
        method: "POST", target: "/",
        fields: [
          HTTPField(
            "Content-Digest", "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:")
        ], body: Array(body.utf8))
    }
    #expect(request("{\"hello\": \"world\"}\n").hasTrueDigest)
    #expect(!request("{\"hello\": \"World\"}\n").hasTrueDigest)
  }

  @Test(arguments: [
    "", "sig", "sig=", "sig=()", "sig=(\"@method\"", "sig=(\"@method\" \"@method\");created=1",
    "sig=(\"@method\");created=x", "sig=(\"@method\");created=1;created=2",
    "sig=(\"@method\";sf);created=1", "sig=(\"@method\"\"@path\");created=1",
    "sig=(\"@method\");created=1, two=(\"@path\");created=1", "Sig=(\"@method\");created=1",
    "sig=(\"@method\");created=9999999999999999", "sig=(\"@method\");created=1 ",
    "sig=(\"@method\");what=1", "sig=(\"a\\b\");created=1",
  ])
  func whatIsNoSignatureIsNone(input: String) {
    let signature = "sig=:\(Base64.encode([UInt8](repeating: 0, count: 64))):"
    let request = HTTPRequest(
      method: "GET", target: "/",
      fields: [
        HTTPField("host", "a"), HTTPField("signature-input", input),
        HTTPField("signature", signature),
      ])
    guard let read = MessageSignature(request) else { return }
    // Trailing spaces belong to no value; and nothing that is covered is covered by an empty list.
    #expect(read.components.isEmpty || input.hasSuffix(" "))
  }

  /// One byte anywhere in what is signed, and the signature no longer holds.
  @Test func everyCoveredPartIsSigned() throws {
    var generator = SeededGenerator(seed: 3)
    let key = try SigningKey(seed: generator.bytes(32))
    let plain = HTTPRequest(
      method: "POST", target: "/v1/jobs?x=1",
      fields: [HTTPField("host", "market.example"), HTTPField("idempotency-key", "k-1")],
      body: [1, 2, 3])
    let signed = plain.signed(by: key, created: 10, expires: 70, nonce: "nonce-of-it")
    let authenticator = Authenticator(authorities: ["market.example"], start: 0)
    #expect(try authenticator.signer(of: signed, now: 20)?.key == key.verifyingKey)
    func altered(
      method: String? = nil, target: String? = nil, body: [UInt8]? = nil, field: HTTPField? = nil
    ) -> HTTPRequest {
      HTTPRequest(
        method: method ?? signed.method, target: target ?? signed.target,
        fields: signed.fields.map { $0.name == field?.name ? field ?? $0 : $0 },
        body: body ?? signed.body)
    }
    let input = try #require(signed.field("signature-input"))
    let requests = [
      altered(method: "PUT"), altered(target: "/v1/jobs?x=2"), altered(target: "/v1/job?x=1"),
      altered(body: [1, 2, 4]), altered(body: []),
      altered(field: HTTPField("host", "other.example")),
      altered(field: HTTPField("idempotency-key", "k-2")),
      altered(field: HTTPField("signature-input", input.replacing("=10;", with: "=11;"))),
      altered(field: HTTPField("signature-input", input.replacing("nonce-of", with: "nonce-or"))),
      altered(field: HTTPField("signature-input", input.replacing(" \"@query\"", with: ""))),
      altered(
        field: HTTPField(
          "signature", "sig=:\(Base64.encode([UInt8](repeating: 7, count: 64))):")),
    ]
    for (index, request) in requests.enumerated() {
      #expect(throws: Problem.self, "alteration \(index)") {
        _ = try authenticator.signer(of: request, now: 20)
      }
    }
  }

  @Test(
    arguments: [
      (10, 70, 20, nil), (10, 70, 69, nil), (10, 70, 70, .signatureExpired),
      (10, 70, 4, .signatureExpired), (10, 70, 5, nil), (10, 311, 20, .signatureMalformed),
      (10, 310, 20, nil), (70, 10, 20, .signatureMalformed), (4, 70, 20, .signatureExpired),
    ] as [(Int64, Int64, UInt64, Problem.Code?)])
  func aSignatureHoldsForAWhile(
    created: Int64, expires: Int64, now: UInt64, expected: Problem.Code?
  ) throws {
    let key = try SigningKey(seed: [UInt8](repeating: 9, count: 32))
    let request = HTTPRequest(
      method: "GET", target: "/v1/jobs", fields: [HTTPField("host", "market.example")]
    ).signed(by: key, created: created, expires: expires, nonce: "nonce-of-it")
    // The process began at 5.
    let authenticator = Authenticator(authorities: ["market.example"], start: 5)
    var code: Problem.Code?
    do throws(Problem) {
      _ = try authenticator.signer(of: request, now: now)
    } catch { code = error.code }
    #expect(code == expected)
  }

  @Test func aNonceIsTakenOnceWhileItsSignatureLives() throws {
    let key = try SigningKey(seed: [UInt8](repeating: 9, count: 32)).verifyingKey
    let other = try SigningKey(seed: [UInt8](repeating: 8, count: 32)).verifyingKey
    for start in stride(from: UInt64(0), to: 700, by: 50) {
      var window = NonceWindow(lifetime: 305, now: 0)
      #expect(window.insert("a", of: key, now: start) == .fresh)
      for later in stride(from: start, through: start + 305, by: 61) {
        #expect(window.insert("a", of: key, now: later) == .seen, "\(start) \(later)")
      }
      #expect(window.insert("a", of: other, now: start + 305) == .fresh)
    }
  }
}
