import AssayCryptography
import AssayTestSupport
import AssayWire
import Foundation
import Testing

@Suite struct KeyTests {
  private static let seed = (1...32).map { UInt8($0) }

  @Test func agreesWithRFC8032() throws {
    for var test in try VectorFile.tests("cryptography/ed25519.json") {
      let name = try test.string("name")
      let signingKey = try SigningKey(seed: try Hex.decode(try test.string("seed")))
      let verifyingKey = try VerifyingKey(bytes: try Hex.decode(try test.string("publicKey")))
      let message = try Hex.decode(try test.string("message"))
      let signature = try Hex.decode(try test.string("signature"))
      try test.finish()
      #expect(signingKey.verifyingKey == verifyingKey, "\(name)")
      #expect(signingKey.sign(message) == signature, "\(name)")
      #expect(verifyingKey.isValidSignature(signature, for: message), "\(name)")
      for (change, damaged) in Mutations.bitFlips(of: signature) {
        #expect(!verifyingKey.isValidSignature(damaged, for: message), "\(name), \(change)")
      }
      #expect(!verifyingKey.isValidSignature(signature, for: message + [0]), "\(name)")
    }
  }

  @Test func refusesSignaturesOfAnotherLength() throws {
    let key = try SigningKey(seed: Self.seed)
    let signature = key.sign([1])
    for bytes in [[], Array(signature.dropLast()), signature + [0], signature + signature] {
      #expect(!key.verifyingKey.isValidSignature(bytes, for: [1]))
    }
  }

  /// S and S + L stand for the same scalar; RFC 8032 §5.1.7 wants S < L.
  @Test func refusesASignatureWhoseScalarIsNotReduced() throws {
    let key = try SigningKey(seed: Self.seed)
    let order = try Hex.decode(
      "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
    for message in 0..<8 {
      let signature = key.sign([UInt8(message)])
      var unreduced = Array(signature.prefix(32))
      var carry = 0
      for (s, l) in zip(signature.suffix(32), order) {
        carry += Int(s) + Int(l)
        unreduced.append(UInt8(truncatingIfNeeded: carry))
        carry >>= 8
      }
      #expect(carry == 0 && unreduced != signature)
      #expect(!key.verifyingKey.isValidSignature(unreduced, for: [UInt8(message)]))
    }
  }

  /// All encodings of the eight points whose order divides 8 (RFC 8032 §5.1.2 form).
  static let smallOrder = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
  ]

  @Test(arguments: smallOrder)
  func refusesPointsOfSmallOrder(hex: String) {
    #expect(throws: CryptographyError.smallOrderKey) {
      try VerifyingKey(bytes: try Hex.decode(hex))
    }
  }

  /// y = p … 2²⁵⁵ − 1, with and without sign, and x = 0 with the sign of an odd x.
  static let nonCanonical: [String] = {
    let high = (0xed...0xff).flatMap { low in
      ["7f", "ff"].map { top in
        String(low, radix: 16) + String(repeating: "ff", count: 30) + top
      }
    }
    return high + [
      "0100000000000000000000000000000000000000000000000000000000000080",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    ]
  }()

  @Test(arguments: nonCanonical)
  func refusesNonCanonicalEncodings(hex: String) {
    #expect(throws: CryptographyError.nonCanonicalKey) {
      try VerifyingKey(bytes: try Hex.decode(hex))
    }
  }

  @Test func refusesWhatIsNoPoint() {
    // About half of all y are on the curve; 2 is the smallest that is not.
    var offCurve = 0
    for low in 0..<100 {
      var bytes = [UInt8](repeating: 0, count: 32)
      bytes[0] = UInt8(low)
      do throws(CryptographyError) {
        _ = try VerifyingKey(bytes: bytes)
      } catch {
        if error == .keyNotOnCurve { offCurve += 1 }
      }
    }
    #expect((35...65).contains(offCurve))
    #expect(throws: CryptographyError.keyNotOnCurve) {
      try VerifyingKey(bytes: [2] + Array(repeating: 0, count: 31))
    }
  }

  @Test func acceptsEveryKeyThatItMakes() throws {
    var generator = SeededGenerator()
    for _ in 0..<100 {
      let key = try SigningKey(seed: generator.bytes(32)).verifyingKey
      #expect(try VerifyingKey(bytes: key.bytes) == key, "seed \(generator.seed)")
    }
  }

  @Test(arguments: [0, 31, 33])
  func refusesKeysOfAnotherLength(count: Int) {
    let bytes = [UInt8](repeating: 1, count: count)
    #expect(throws: CryptographyError.byteCount(of: "Ed25519 key", expected: 32, found: count)) {
      try VerifyingKey(bytes: bytes)
    }
    #expect(throws: CryptographyError.byteCount(of: "Ed25519 seed", expected: 32, found: count)) {
      try SigningKey(seed: bytes)
    }
  }

  @Test func theKeyIDIsTheDigestOfTheKey() throws {
    let key = try SigningKey(seed: Self.seed).verifyingKey
    #expect(key.keyID == SHA256.digest(of: key.bytes).hex)
  }

  @Test func descriptionsDoNotShowTheSeed() throws {
    let key = try SigningKey(seed: Self.seed)
    var dumped = ""
    dump(key, to: &dumped)
    for text in ["\(key)", String(reflecting: key), dumped] {
      #expect(!text.contains(Hex.encode(Self.seed)) && !text.contains("01020304"))
      #expect(!text.contains(Base64.encode(Self.seed).prefix(8)))
    }
  }
}
