@testable import AssayCryptography
import AssayTestSupport
import AssayWire
import Testing

/// Key agreement, key derivation and encryption, against what the RFCs publish.
struct EncryptionTests {
  /// Section 5.2: two vectors, and one step of the third; and Bob's key of section 6.1.
  @Test func theKeyAgreementIsRFC7748s() throws {
    for (scalar, point, product) in [
      (
        "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
        "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"
      ),
      (
        "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
        "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
        "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"
      ),
      (
        "0900000000000000000000000000000000000000000000000000000000000000",
        "0900000000000000000000000000000000000000000000000000000000000000",
        "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079"
      ),
    ] {
      let key = try EncryptionKey(bytes: Hex.decode(scalar))
      let secret = try key.sharedSecret(with: EncryptionPublicKey(bytes: Hex.decode(point)))
      #expect(Hex.encode(secret) == product)
    }
    let bob = try EncryptionKey(
      bytes: Hex.decode("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"))
    #expect(
      bob.publicKey.description
        == "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f")
  }

  /// The points of low order, as in Wycheproof's x25519 tests.
  @Test(arguments: [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  ])
  func nothingIsSealedForAPointOfLowOrder(hex: String) throws {
    let point = try EncryptionPublicKey(bytes: Hex.decode(hex))
    let key = try EncryptionKey(bytes: [UInt8](repeating: 7, count: 32))
    #expect(throws: CryptographyError.lowOrderPoint) { try key.sharedSecret(with: point) }
    #expect(throws: CryptographyError.lowOrderPoint) {
      try SealedHeader(key: [UInt8](repeating: 1, count: 32), recipients: [point]) {
        () throws(CryptographyError) in key
      }
    }
  }

  @Test func theKeyDerivationIsRFC5869s() throws {
    let secret = [UInt8](repeating: 0x0b, count: 22)
    let first = HKDF.extract(salt: Array(0...12), secret: secret)
    #expect(
      Hex.encode(first) == "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5")
    #expect(
      Hex.encode(HKDF.expand(first, info: Array(0xf0...0xf9), count: 42))
        == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")
    let third = HKDF.extract(salt: [], secret: secret)
    #expect(
      Hex.encode(third) == "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04")
    #expect(
      Hex.encode(HKDF.expand(third, info: [], count: 42))
        == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")
  }

  @Test func theCipherIsRFC8439s() throws {
    let key = Array(UInt8(0x80)...0x9f)
    let nonce = try Hex.decode("070000004041424344454647")
    let extra = try Hex.decode("50515253c0c1c2c3c4c5c6c7")
    let text = Array(
      ("Ladies and Gentlemen of the class of '99: If I could offer you only one tip for "
        + "the future, sunscreen would be it.").utf8)
    let sealed = ChaChaPoly.seal(text, key: key, nonce: nonce, authenticating: extra)
    #expect(Hex.encode(Array(sealed.prefix(16))) == "d31a8d34648e60db7b86afbc53ef7ec2")
    #expect(Hex.encode(Array(sealed.suffix(16))) == "1ae10b594f09e26a7e902ecbd0600691")
    #expect(ChaChaPoly.open(sealed, key: key, nonce: nonce, authenticating: extra) == text)
    for index in sealed.indices {
      var changed = sealed
      changed[index] ^= 0x10
      #expect(ChaChaPoly.open(changed, key: key, nonce: nonce, authenticating: extra) == nil)
    }
    #expect(ChaChaPoly.open(sealed, key: key, nonce: nonce) == nil)
    #expect(ChaChaPoly.open([1, 2], key: key, nonce: nonce) == nil)
    let empty = ChaChaPoly.seal([], key: key, nonce: nonce)
    #expect(empty.count == 16 && ChaChaPoly.open(empty, key: key, nonce: nonce) == [])
  }

  /// Appendix A.2.1, the first message.
  @Test func thePublicKeyEncryptionIsRFC9180s() throws {
    let info = try Hex.decode("4f6465206f6e2061204772656369616e2055726e")
    let text = try Hex.decode("4265617574792069732074727574682c20747275746820626561757479")
    let extra = try Hex.decode("436f756e742d30")
    let ephemeral = try EncryptionKey(
      bytes: Hex.decode("f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600"))
    let recipient = try EncryptionKey(
      bytes: Hex.decode("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb"))
    #expect(
      recipient.publicKey.description
        == "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a")
    let (encapsulated, sealed) = try HPKE.seal(
      text, to: recipient.publicKey, info: info, authenticating: extra, ephemeral: ephemeral)
    #expect(
      Hex.encode(encapsulated)
        == "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a")
    #expect(
      Hex.encode(sealed)
        == "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db"
        + "21993c62ce81883d2dd1b51a28")
    #expect(
      HPKE.open(
        sealed, encapsulated: encapsulated, with: recipient, info: info, authenticating: extra)
        == text)
    #expect(HPKE.open(sealed, encapsulated: encapsulated, with: recipient, info: info) == nil)
    #expect(
      HPKE.open(
        sealed, encapsulated: encapsulated, with: ephemeral, info: info, authenticating: extra)
        == nil)
  }

  @Test func encryptionKeysHaveOnePEMThatIsNoSigningKeys() throws {
    let key = try EncryptionKey(bytes: [UInt8](repeating: 9, count: 32))
    #expect(try EncryptionKey(pem: key.pem).publicKey == key.publicKey)
    #expect(throws: CryptographyError.self) { try SigningKey(pem: key.pem) }
    let signing = try SigningKey(seed: [UInt8](repeating: 9, count: 32))
    #expect(throws: CryptographyError.self) { try EncryptionKey(pem: signing.pem) }
    #expect(!"\(key)".contains(Hex.encode([UInt8](repeating: 9, count: 32))))
  }

  @Test func aCardIsItsPartysWord() throws {
    let party = try SigningKey(seed: [UInt8](repeating: 1, count: 32))
    let other = try SigningKey(seed: [UInt8](repeating: 2, count: 32))
    let key = try EncryptionKey(bytes: [UInt8](repeating: 3, count: 32)).publicKey
    let envelope = EncryptionCard.signed(key, by: party)
    let card = try EncryptionCard(decoding: envelope.encoded)
    #expect(card.party == party.verifyingKey && card.key == key)
    // Another signer, another key and another statement are refused.
    let forged = Envelope.sign(payload: envelope.payload, with: other)
    #expect(throws: CryptographyError.self) { try EncryptionCard(decoding: forged.encoded) }
    let text = String(decoding: envelope.payload, as: UTF8.self)
    let third = try EncryptionKey(bytes: [UInt8](repeating: 4, count: 32)).publicKey
    for changed in [
      text.replacing("\(key)", with: "\(third)"), text.replacing("encryption-key", with: "claim"),
      text.replacing("encryptionKey", with: "artefact"), text.replacing("x25519", with: "x448"),
    ] {
      let signed = Envelope.sign(payload: Array(changed.utf8), with: party)
      #expect(changed != text)
      #expect(throws: CryptographyError.self) { try EncryptionCard(decoding: signed.encoded) }
    }
  }
}
