public import AssayWire

/// Why a digest, key, signature or signed statement was refused.
public enum CryptographyError: Error, Hashable, Sendable {
  /// `what` has `found` bytes instead of `expected`.
  case byteCount(of: String, expected: Int, found: Int)
  /// The encoding around the value is wrong.
  case wire(WireError)
  /// The key's y coordinate is not below 2²⁵⁵ − 19, or its sign bit is set where x is zero.
  case nonCanonicalKey
  /// The key is a point of order 1, 2, 4 or 8: anybody can make signatures that it accepts.
  case smallOrderKey
  /// No point of the curve has the key's y coordinate.
  case keyNotOnCurve
  /// The text is not the PEM form of an Ed25519 key; the reason says what was expected.
  case pem(reason: String)
  /// A DSSE envelope of this project carries exactly one signature.
  case signatureCount(found: Int)
  /// The envelope names the payload type `found` where `expected` is required.
  case payloadType(expected: String, found: String)
  /// The envelope is signed by the key `found`, not by `expected`.
  case keyID(expected: String, found: String)
  /// The signature is not one of this key over this payload and payload type.
  case invalidSignature
  /// The X25519 key is a point of low order: everybody would know the secret.
  case lowOrderPoint
  /// A file is sealed for at most `limit` recipients.
  case recipientCount(limit: Int, found: Int)
  /// The bytes are not a sealed file's; the reason says what was expected.
  case sealed(reason: String)
  /// The file is sealed for others than the X25519 key `key`.
  case notSealedFor(key: String)
  /// The key is not the one that the sealed file commits to.
  case wrongFileKey(expected: String)
  /// Chunk `number` of a sealed file, from 0, is not the one that was sealed in its place.
  case sealedChunk(number: UInt64)
}

extension CryptographyError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .byteCount(let what, let expected, let found):
      "\(what): expected \(expected) bytes, found \(found)"
    case .wire(let error):
      error.description
    case .nonCanonicalKey:
      "Ed25519 key: expected the canonical encoding of a point, found another; make a new key"
    case .smallOrderKey:
      "Ed25519 key: expected a point of large order, found one of order 8 or less; make a new key"
    case .keyNotOnCurve:
      "Ed25519 key: expected a point of the curve, found none; check for copying mistakes"
    case .pem(let reason):
      "PEM: \(reason)"
    case .signatureCount(let found):
      "envelope: expected exactly 1 signature, found \(found)"
    case .payloadType(let expected, let found):
      "envelope: expected payload type '\(expected)', found '\(found)'"
    case .keyID(let expected, let found):
      "envelope: expected a signature by key \(expected), found one by \(found)"
    case .lowOrderPoint:
      "X25519 key: expected one that shares a secret, found a point of low order; make a new key"
    case .recipientCount(let limit, let found):
      "sealed file: expected at most \(limit) recipients, found \(found)"
    case .sealed(let reason):
      "sealed file: \(reason)"
    case .notSealedFor(let key):
      "sealed file: it is not sealed for the key \(key); ask the sender to seal it for your card"
    case .wrongFileKey(let expected):
      "sealed file: the key is not the one that it commits to by \(expected)"
    case .sealedChunk(let number):
      "sealed file: chunk \(number) was changed, moved or cut off; fetch the original again"
    case .invalidSignature:
      "envelope: the signature does not fit the payload and the key; fetch the original again"
    }
  }
}
