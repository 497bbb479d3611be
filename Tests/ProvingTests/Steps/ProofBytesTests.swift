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
        "44e13937ffce57a714da12b6fdad27085d46d1959982f4a4a68da8586ab18930",
        "608dbf0c4042164c4a133f7083ed3d451acfc47b19fc26d6a08f81d0523b8e92",
        "7b43cf3731003a7ae4e4f6257355130e19a0b0dc4115e176fa724973c55dc991",
      ]))
  func bytes(kind: (IntegerNetwork.Kind, Bool), digest: String) throws {
    let proved = try StepProofTests.Proved(kind.0, kind.1)
    #expect(SHA256.digest(of: proved.result.proof).hex == digest)
  }
}
