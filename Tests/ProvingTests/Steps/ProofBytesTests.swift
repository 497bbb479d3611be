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
        "df60b4037bfd00e7cc20edf7fe29f82819353c894211a83ed1c4f10106aaac9b",
        "57b76a67b2951306b9adea0f26c18d5108f1ee0de6717e4f1615d64b6d4f2bf4",
        "63c055107b9f469b8649026ba173146259833cab06e03867b508de88632a6710",
      ]))
  func bytes(kind: (IntegerNetwork.Kind, Bool), digest: String) throws {
    let proved = try StepProofTests.Proved(kind.0, kind.1)
    #expect(SHA256.digest(of: proved.result.proof).hex == digest)
  }
}
