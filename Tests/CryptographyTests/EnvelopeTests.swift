import AssayCryptography
import AssayTestSupport
import AssayWire
import Testing

@Suite struct EnvelopeTests {
  private let key: SigningKey
  private let other: SigningKey
  private let envelope: Envelope

  init() throws {
    key = try SigningKey(seed: Array(repeating: 1, count: 32))
    other = try SigningKey(seed: Array(repeating: 2, count: 32))
    envelope = Envelope.sign(payload: Array("{\"a\":1}".utf8), with: key)
  }

  @Test func encodesAsTheProtocolSays() throws {
    for var test in try VectorFile.tests("cryptography/dsse_pae.json") {
      let signed = Envelope.sign(
        payload: Array(try test.string("payload").utf8),
        payloadType: try test.string("payloadType"), with: key)
      let encoding = Array(try test.string("encoding").utf8)
      try test.finish()
      #expect(signed.preAuthenticationEncoding == encoding)
      #expect(signed.identity == SHA256.digest(of: encoding))
      #expect(key.verifyingKey.isValidSignature(signed.signature, for: encoding))
    }
  }

  @Test func readsBackAndVerifies() throws {
    let decoded = try Envelope(decoding: envelope.encoded)
    #expect(decoded == envelope)
    #expect(try decoded.verify(with: key.verifyingKey) == Array("{\"a\":1}".utf8))
    let empty = Envelope.sign(payload: [], with: key)
    #expect(try Envelope(decoding: empty.encoded).verify(with: key.verifyingKey) == [])
  }

  @Test func theIdentityDoesNotDependOnTheLayout() throws {
    let pretty = try JSONValue.parse(envelope.encoded).serialized(pretty: true)
    #expect(try Envelope(decoding: pretty).identity == envelope.identity)
    let resigned = Envelope.sign(payload: envelope.payload, with: other)
    #expect(resigned.identity == envelope.identity)
  }

  @Test func theLongestPayloadFits() throws {
    let payload = [UInt8](repeating: 0xff, count: Envelope.maximumPayloadByteCount)
    let type = String(repeating: "\u{1}", count: 255)
    let long = Envelope.sign(payload: payload, payloadType: type, with: key)
    #expect(long.encoded.count <= Envelope.maximumByteCount)
    #expect(try Envelope(decoding: long.encoded) == long)
  }

  private func rebuilt(_ change: (inout [JSONMember], inout [JSONMember]) -> Void) -> [UInt8] {
    var entry = [
      JSONMember(name: "keyid", value: .string(envelope.keyID)),
      JSONMember(name: "sig", value: .string(Base64.encode(envelope.signature))),
    ]
    var top = [
      JSONMember(name: "payload", value: .string(Base64.encode(envelope.payload))),
      JSONMember(name: "payloadType", value: .string(envelope.payloadType)),
    ]
    change(&top, &entry)
    if !top.contains(where: { $0.name == "signatures" }) {
      top.append(JSONMember(name: "signatures", value: .array([.object(entry)])))
    }
    return JSONValue.object(top).serialized()
  }

  private func verify(_ bytes: [UInt8]) throws(CryptographyError) {
    _ = try Envelope(decoding: bytes).verify(with: key.verifyingKey)
  }

  @Test func theUnchangedParts() throws {
    try verify(rebuilt { _, _ in })
  }

  @Test func refusesAnotherPayload() {
    #expect(throws: CryptographyError.invalidSignature) {
      try verify(rebuilt { top, _ in top[0].value = .string(Base64.encode(Array("{}".utf8))) })
    }
  }

  @Test func refusesAnotherPayloadType() throws {
    let bytes = rebuilt { top, _ in top[1].value = .string("text/plain") }
    #expect(
      throws: CryptographyError.payloadType(
        expected: Envelope.inTotoPayloadType, found: "text/plain")
    ) { try verify(bytes) }
    #expect(throws: CryptographyError.invalidSignature) {
      try Envelope(decoding: bytes).verify(with: key.verifyingKey, payloadType: "text/plain")
    }
  }

  @Test func refusesAnotherKey() {
    #expect(
      throws: CryptographyError.keyID(
        expected: key.verifyingKey.keyID, found: other.verifyingKey.keyID)
    ) {
      try verify(rebuilt { _, entry in entry[0].value = .string(other.verifyingKey.keyID) })
    }
    #expect(throws: CryptographyError.self) { try envelope.verify(with: other.verifyingKey) }
    // Signed by another, under the expected key's name.
    let forged = Envelope.sign(payload: envelope.payload, with: other)
    #expect(throws: CryptographyError.invalidSignature) {
      try verify(
        rebuilt { _, entry in entry[1].value = .string(Base64.encode(forged.signature)) })
    }
  }

  @Test func refusesMoreOrFewerSignatures() {
    for count in [0, 2, 3] {
      let entry = JSONValue.object([
        "keyid": .string(envelope.keyID), "sig": .string(Base64.encode(envelope.signature)),
      ])
      #expect(throws: CryptographyError.signatureCount(found: count)) {
        try verify(
          rebuilt { top, _ in
            top.append(
              JSONMember(
                name: "signatures", value: .array(Array(repeating: entry, count: count))))
          })
      }
    }
  }

  @Test func refusesUnknownMissingAndMistypedMembers() {
    let changes: [(inout [JSONMember], inout [JSONMember]) -> Void] = [
      { top, _ in top.append(JSONMember(name: "extra", value: .null)) },
      { _, entry in entry.append(JSONMember(name: "cert", value: .null)) },
      { top, _ in top.remove(at: 0) },
      { top, _ in top.remove(at: 1) },
      { _, entry in entry.remove(at: 0) },
      { _, entry in entry.remove(at: 1) },
      { top, _ in top.append(top[0]) },
      { _, entry in entry.append(entry[1]) },
      { top, _ in top[0].value = .null },
      { top, _ in top[1].value = .number("1") },
      { _, entry in entry[0].value = .null },
      { _, entry in entry[1].value = .array([]) },
      { top, _ in top.append(JSONMember(name: "signatures", value: .null)) },
      { top, _ in top.append(JSONMember(name: "signatures", value: .array([.null]))) },
    ]
    for (index, change) in changes.enumerated() {
      #expect(throws: CryptographyError.self, "change \(index)") {
        try Envelope(decoding: rebuilt(change))
      }
    }
  }

  @Test func refusesEncodingsThatAreNotCanonical() {
    let payload = Base64.encode(envelope.payload)
    let signature = Base64.encode(envelope.signature)
    let changes: [(inout [JSONMember], inout [JSONMember]) -> Void] = [
      { top, _ in top[0].value = .string(payload.replacing("=", with: "")) },
      { top, _ in top[0].value = .string(payload + "\n") },
      { _, entry in entry[1].value = .string(signature.replacing("=", with: "")) },
      { _, entry in
        entry[1].value = .string(
          signature.replacing("+", with: "-").replacing("/", with: "_") + "A===")
      },
      { _, entry in entry[1].value = .string(Base64.encode(envelope.signature + [0])) },
      { _, entry in entry[1].value = .string("") },
      { _, entry in entry[0].value = .string(envelope.keyID.uppercased()) },
      { _, entry in entry[0].value = .string("") },
      { _, entry in entry[0].value = .string(envelope.keyID + "00") },
    ]
    for (index, change) in changes.enumerated() {
      #expect(throws: CryptographyError.self, "change \(index)") {
        try Envelope(decoding: rebuilt(change))
      }
    }
  }

  @Test func refusesEnvelopesAndPartsThatAreTooLong() {
    #expect(
      throws: CryptographyError.wire(
        .tooLong(limit: Envelope.maximumByteCount, found: Envelope.maximumByteCount + 1))
    ) {
      try Envelope(decoding: Array(repeating: 0x20, count: Envelope.maximumByteCount + 1))
    }
    #expect(throws: CryptographyError.wire(.tooLong(limit: 255, found: 256))) {
      try verify(rebuilt { top, _ in top[1].value = .string(String(repeating: "t", count: 256)) })
    }
    let limit = Envelope.maximumPayloadByteCount
    #expect(throws: CryptographyError.wire(.tooLong(limit: limit, found: limit + 1))) {
      let long = Base64.encode(Array(repeating: 0, count: limit + 1))
      try verify(rebuilt { top, _ in top[0].value = .string(long) })
    }
  }

  @Test func everyFlippedBitAndEveryCutIsRefused() {
    for (name, bytes) in Mutations.bitFlips(of: envelope.encoded) {
      #expect(throws: CryptographyError.self, "\(name)") { try verify(bytes) }
    }
    for (name, bytes) in Mutations.truncations(of: envelope.encoded) {
      #expect(throws: CryptographyError.self, "\(name)") { try verify(bytes) }
    }
  }
}
