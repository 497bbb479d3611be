import AssayCryptography
import AssayWire
import Testing

@Suite struct DigestTests {
  private let bytes = (0..<32).map { UInt8($0) }

  @Test func keepsItsBytes() throws {
    let digest = try Digest(bytes: bytes)
    #expect(digest.bytes == bytes)
    #expect(digest.hex == Hex.encode(bytes) && digest.description == digest.hex)
    #expect(try Digest(hex: digest.hex) == digest)
    #expect(try Digest(decoding: digest.encoded) == digest)
    #expect(digest.encoded == bytes)
    #expect(Digest.zero.bytes == Array(repeating: 0, count: 32))
  }

  @Test(arguments: [0, 31, 33, 64])
  func refusesAnotherLength(count: Int) {
    let error = CryptographyError.byteCount(of: "SHA-256 digest", expected: 32, found: count)
    #expect(throws: error) { try Digest(bytes: Array(repeating: 0, count: count)) }
    #expect(throws: error) { try Digest(hex: String(repeating: "00", count: count)) }
  }

  @Test func refusesUpperCaseHex() {
    #expect(throws: CryptographyError.self) { try Digest(hex: String(repeating: "AB", count: 32)) }
  }

  @Test func ordersByTheFirstByteThatDiffers() throws {
    for position in 0..<32 {
      var larger = bytes
      larger[position] += 1
      if position < 31 { larger[31] = 0 }
      #expect(try Digest(bytes: bytes) < Digest(bytes: larger))
      #expect(try !(Digest(bytes: larger) < Digest(bytes: bytes)))
    }
    #expect(try !(Digest(bytes: bytes) < Digest(bytes: bytes)))
  }
}
