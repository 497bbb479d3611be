import AssayCryptography
import AssaySpecification
import Testing

@testable import AssayProving

/// Proofs of a fixed step are the same bytes whatever way they are computed, and stay so from
/// version to version: a change of them is a change of the protocol.
struct ProofBytesTests {
  @Test(
    "proofs of a fixed step keep their bytes",
    arguments: zip(
      StepProofTests.kinds,
      [
        "7bddd285b17958dba4381f1d17c1a2c2026e4bf2f735ff4c90c910cce40ef3bb",
        "0f76561efe7e17336fba98e75d42e7e93d2c74f6607a9158d557b55fbba6b635",
        "fd6410b56c89d6aeb60e3019ef92c5a819cf300ce09896d32b87ab73ca1af29c",
      ]))
  func bytes(kind: (IntegerNetwork.Kind, Bool), digest: String) throws {
    let proved = try StepProofTests.Proved(kind.0, kind.1)
    #expect(SHA256.digest(of: proved.result.proof).hex == digest)
  }
}
