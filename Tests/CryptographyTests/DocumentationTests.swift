import AssayCryptography
import AssayWire
import Testing

@Suite struct DocumentationTests {
  @Test func theExampleOfTheRoomWorks() throws {
    let seed = [UInt8](repeating: 5, count: SigningKey.seedByteCount)
    let digest = SHA256.digest(of: [1])
    let key = try SigningKey(seed: seed)
    let statement = Statement(
      subjects: [(name: "model", digest: digest)], predicateType: "https://example.com/p/v1",
      predicate: .object(["steps": .integer(1000)]))
    let envelope = Envelope.sign(payload: statement.encoded, with: key)
    let received = try Envelope(decoding: envelope.encoded)
    let verified = try Statement(decoding: received.verify(with: key.verifyingKey))
    #expect(verified == statement)
  }
}
