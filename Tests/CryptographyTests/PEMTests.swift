import AssayCryptography
import AssayTestSupport
import AssayWire
import Foundation
import Testing

@Suite struct PEMTests {
  private let key: SigningKey

  init() throws {
    key = try SigningKey(seed: (1...32).map { UInt8($0) })
  }

  /// The private key of RFC 8410 §10.3.
  private let example = """
    -----BEGIN PRIVATE KEY-----
    MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
    -----END PRIVATE KEY-----
    """

  /// Its public half, RFC 8410 §10.1.
  private let examplePublic = """
    -----BEGIN PUBLIC KEY-----
    MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
    -----END PUBLIC KEY-----

    """

  @Test func agreesWithRFC8410() throws {
    let key = try SigningKey(pem: example)
    #expect(key.pem == example + "\n")
    #expect(key.verifyingKey.pem == examplePublic)
    #expect(try VerifyingKey(pem: examplePublic) == key.verifyingKey)
  }

  @Test func readsBackWhatItWrites() throws {
    #expect(try SigningKey(pem: key.pem).verifyingKey == key.verifyingKey)
    #expect(try VerifyingKey(pem: key.verifyingKey.pem) == key.verifyingKey)
    let windows = key.verifyingKey.pem.replacingOccurrences(of: "\n", with: "\r\n")
    #expect(try VerifyingKey(pem: windows) == key.verifyingKey)
  }

  @Test func refusesOtherText() throws {
    let pem = key.pem
    let publicPEM = key.verifyingKey.pem
    let damaged = [
      "", "x", publicPEM, pem + pem, String(pem.dropFirst()), pem + "x",
      pem.replacingOccurrences(of: "PRIVATE KEY", with: "EC PRIVATE KEY"),
      pem.replacingOccurrences(of: "PRIVATE KEY", with: "ENCRYPTED PRIVATE KEY"),
      pem.replacingOccurrences(of: "MC4C", with: "MC4D"),
      pem.replacingOccurrences(of: "END PRIVATE KEY", with: "END PUBLIC KEY"),
      pem.replacingOccurrences(of: "BEGIN PRIVATE KEY", with: "BEGIN PUBLIC KEY"),
      pem.replacingOccurrences(of: "MC4C", with: "MC4"),
      pem.replacingOccurrences(of: "K2Vw", with: "K2Vx"),
    ]
    for text in damaged {
      #expect(throws: CryptographyError.self, "\(text)") { try SigningKey(pem: text) }
    }
    #expect(throws: CryptographyError.self) { try VerifyingKey(pem: pem) }
  }

  @Test func refusesDERThatIsShorterOrLonger() throws {
    let der = try Hex.decode("302a300506032b6570032100") + key.verifyingKey.bytes
    for bytes in [der + [0], Array(der.dropLast()), Array(der.prefix(12)), []] {
      let text = "-----BEGIN PUBLIC KEY-----\n\(Base64.encode(bytes))\n-----END PUBLIC KEY-----\n"
      let error = #expect(throws: CryptographyError.self) { try VerifyingKey(pem: text) }
      #expect(error.map { if case .pem = $0 { true } else { false } } == true)
    }
  }

  @Test func refusesASmallOrderKeyInPEM() throws {
    let der = try Hex.decode("302a300506032b6570032100" + KeyTests.smallOrder[0])
    let text = "-----BEGIN PUBLIC KEY-----\n\(Base64.encode(der))\n-----END PUBLIC KEY-----\n"
    #expect(throws: CryptographyError.smallOrderKey) { try VerifyingKey(pem: text) }
  }

  @Test(.enabled(if: Tool.isPresent("openssl"), "the openssl command is not installed"))
  func theOpensslCommandReadsAndWritesTheSameText() throws {
    #expect(try Tool.run("openssl", ["pkey", "-pubout"], input: key.pem) == key.verifyingKey.pem)
    #expect(try Tool.run("openssl", ["pkey"], input: key.pem) == key.pem)
    #expect(
      try Tool.run("openssl", ["pkey", "-pubin"], input: key.verifyingKey.pem)
        == key.verifyingKey.pem)
    let made = try Tool.run("openssl", ["genpkey", "-algorithm", "ed25519"], input: "")
    #expect(try SigningKey(pem: made).pem == made)
  }
}
