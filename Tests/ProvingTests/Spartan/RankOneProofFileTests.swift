import AssayAlgebra
import AssayCryptography
import AssayTestSupport
import AssayVerification
import AssayWire
import Testing

@Suite struct RankOneProofFileTests {
  typealias F = BN254Scalar

  private let file = RankOneProof<F>(
    circuit: SHA256.digest(of: [1]), publicValues: [F(35), F(-1)], proof: [7, 8, 9])

  @Test func isReadAsItWasWritten() throws {
    let bytes = file.bytes
    #expect(try RankOneProof<F>(decoding: bytes) == file)
    #expect(bytes.starts(with: Array("assay.rank-one-proof.v1".utf8) + [0]))
    #expect(bytes.count == 24 + 32 + 4 + 2 * 32 + 4 + 3)
    let empty = RankOneProof<F>(circuit: .zero, publicValues: [], proof: [])
    #expect(try RankOneProof<F>(decoding: empty.bytes) == empty)
  }

  @Test func everyBitCounts() throws {
    for (name, damaged) in Mutations.bitFlips(of: file.bytes) {
      guard let other = try? RankOneProof<F>(decoding: damaged) else { continue }
      #expect(other != file && other.bytes == damaged, "\(name)")
    }
  }

  @Test func anythingButAWholeFileIsRefused() {
    for (name, cut) in Mutations.truncations(of: file.bytes) {
      #expect(throws: ProofError.self, "\(name)") { try RankOneProof<F>(decoding: cut) }
    }
    #expect(throws: ProofError.malformed(.trailingBytes(count: 1))) {
      try RankOneProof<F>(decoding: file.bytes + [0])
    }
    var other = file.bytes
    other[0] ^= 1
    #expect(
      throws: ProofError.malformed(
        .notCanonical("such a proof starts with \"assay.rank-one-proof.v1\""))
    ) {
      try RankOneProof<F>(decoding: other)
    }
    // A count that the file is too short for is refused before anything is made for it.
    var many = file.bytes
    many.replaceSubrange(56..<60, with: [255, 255, 255, 255])
    #expect(
      throws: ProofError.malformed(.tooLong(limit: many.count / 32, found: 0xffff_ffff))
    ) {
      try RankOneProof<F>(decoding: many)
    }
    var large = file.bytes
    large.replaceSubrange(60..<92, with: [UInt8](repeating: 255, count: 32))
    #expect(throws: ProofError.malformed(.notCanonical("public value 0 is not reduced"))) {
      try RankOneProof<F>(decoding: large)
    }
  }
}
