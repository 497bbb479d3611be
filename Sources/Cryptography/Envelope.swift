internal import AssayWire

/// A signed payload: a DSSE v1 envelope with exactly one Ed25519 signature.
///
///     {"payload":"…base64…","payloadType":"application/vnd.in-toto+json",
///      "signatures":[{"keyid":"…hex SHA-256 of the key…","sig":"…base64…"}]}
///
/// What is signed is the pre-authentication encoding
/// `"DSSEv1" SP length(type) SP type SP length(payload) SP payload`, lengths in decimal. The
/// statement's identity is the SHA-256 of that encoding: the same however the JSON is laid out.
///
/// - Soundness: a decoded envelope proves nothing; `verify(with:)` is what checks it.
public struct Envelope: Hashable, Sendable {
  /// The payload type of in-toto statements.
  public static let inTotoPayloadType = "application/vnd.in-toto+json"
  /// Longer envelopes are refused unread.
  public static let maximumByteCount = 1 << 20
  /// The longest payload that can be signed; its envelope fits `maximumByteCount`.
  public static let maximumPayloadByteCount = 720 << 10
  private static let maximumPayloadTypeByteCount = 255

  /// What the payload is; part of what is signed.
  public let payloadType: String
  /// The bytes that are signed, exactly as they came.
  public let payload: [UInt8]
  /// The name of the key that is said to have signed; not itself signed.
  public let keyID: String
  /// The 64 bytes of the signature.
  public let signature: [UInt8]

  private init(payloadType: String, payload: [UInt8], keyID: String, signature: [UInt8]) {
    self.payloadType = payloadType
    self.payload = payload
    self.keyID = keyID
    self.signature = signature
  }

  /// Reads an envelope of at most 1 MiB: strict JSON and base64, no unknown or repeated keys,
  /// one signature of 64 bytes.
  ///
  /// - Throws: `CryptographyError.wire`, `.signatureCount` or `.byteCount`.
  public init(decoding bytes: [UInt8]) throws(CryptographyError) {
    let payload: [UInt8]
    let signatures: [JSONFields]
    do throws(WireError) {
      let json = try JSONValue.parse(bytes, maximumByteCount: Self.maximumByteCount)
      var fields = try JSONFields(json)
      payload = try Base64.decode(try fields.string("payload"))
      payloadType = try fields.string("payloadType")
      signatures = try fields.objects("signatures")
      try fields.finish()
      guard payload.count <= Self.maximumPayloadByteCount else {
        throw .tooLong(limit: Self.maximumPayloadByteCount, found: payload.count)
      }
      guard payloadType.utf8.count <= Self.maximumPayloadTypeByteCount else {
        throw .tooLong(limit: Self.maximumPayloadTypeByteCount, found: payloadType.utf8.count)
      }
    } catch { throw .wire(error) }
    guard var entry = signatures.first, signatures.count == 1 else {
      throw .signatureCount(found: signatures.count)
    }
    do throws(WireError) {
      keyID = try entry.string("keyid")
      signature = try Base64.decode(try entry.string("sig"))
      try entry.finish()
      guard try Hex.decode(keyID).count == Digest.byteCount else {
        throw entry.failure("keyid", "expected 64 hex digits, found \(keyID.utf8.count)")
      }
    } catch { throw .wire(error) }
    guard signature.count == Ed25519Key.signatureByteCount else {
      throw .byteCount(
        of: "Ed25519 signature", expected: Ed25519Key.signatureByteCount, found: signature.count)
    }
    self.payload = payload
  }

  /// Signs a payload.
  ///
  /// - Precondition: the payload has at most `maximumPayloadByteCount` bytes, its type at most 255.
  public static func sign(
    payload: [UInt8], payloadType: String = inTotoPayloadType, with key: SigningKey
  ) -> Envelope {
    precondition(payload.count <= maximumPayloadByteCount, "the payload is too long to be read")
    precondition(payloadType.utf8.count <= maximumPayloadTypeByteCount, "the type is too long")
    let message = preAuthenticationEncoding(payloadType: payloadType, payload: payload)
    return Envelope(
      payloadType: payloadType, payload: payload, keyID: key.verifyingKey.keyID,
      signature: key.sign(message))
  }

  /// Returns the payload when `key` signed it as a payload of the expected type.
  ///
  /// - Throws: `CryptographyError.payloadType`, `.keyID` or `.invalidSignature`.
  /// - Soundness: says who signed, not whether that key may be believed in this matter.
  public func verify(
    with key: VerifyingKey, payloadType expectedType: String = inTotoPayloadType
  ) throws(CryptographyError) -> [UInt8] {
    guard payloadType.utf8.elementsEqual(expectedType.utf8) else {
      throw .payloadType(expected: expectedType, found: payloadType)
    }
    guard keyID == key.keyID else { throw .keyID(expected: key.keyID, found: keyID) }
    guard key.isValidSignature(signature, for: preAuthenticationEncoding) else {
      throw .invalidSignature
    }
    return payload
  }

  /// The SHA-256 of what is signed: how other statements refer to this one.
  public var identity: Digest { SHA256.digest(of: preAuthenticationEncoding) }

  /// The envelope as compact JSON.
  public var encoded: [UInt8] {
    let entry = JSONValue.object([
      "keyid": .string(keyID), "sig": .string(Base64.encode(signature)),
    ])
    return JSONValue.object([
      "payload": .string(Base64.encode(payload)), "payloadType": .string(payloadType),
      "signatures": .array([entry]),
    ]).serialized()
  }

  /// The bytes that are signed.
  public var preAuthenticationEncoding: [UInt8] {
    Self.preAuthenticationEncoding(payloadType: payloadType, payload: payload)
  }

  static func preAuthenticationEncoding(payloadType: String, payload: [UInt8]) -> [UInt8] {
    let type = Array(payloadType.utf8)
    return Array("DSSEv1 \(type.count) ".utf8) + type + Array(" \(payload.count) ".utf8) + payload
  }
}
