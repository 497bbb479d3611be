import AssayAlgebra
import Testing

@Suite struct RootOfUnityTests {
  /// Winterfell, Triton VM and Plonky3 print the same root of order 2³² for the generator 7.
  @Test func isTheRootThatOthersUseForGoldilocks() {
    #expect(Goldilocks.rootOfUnity(log2Order: 32).value == 1_753_635_133_440_165_772)
    #expect(GMPGoldilocks.rootOfUnity(log2Order: 32).value == 1_753_635_133_440_165_772)
    #expect(Goldilocks.rootOfUnity(log2Order: 6) == Goldilocks(1 << 39))
  }

  /// libff and ffjavascript print this root of order 2²⁸ for the generator 5, there in decimal.
  @Test func isTheRootThatOthersUseForBN254() {
    let root = "0x2a3c09f0a58a7e8500e0a7eb8ef62abc402d111e41112ed49bd61b6e725b19f0"
    #expect(BN254Scalar.rootOfUnity(log2Order: 28).description == root)
    #expect(NativeBN254Scalar.rootOfUnity(log2Order: 28).description == root)
  }

  @Test func hasExactlyItsOrder() {
    check(Goldilocks.self)
    check(GMPGoldilocks.self)
    check(BN254Scalar.self)
    check(NativeBN254Scalar.self)
  }

  private func check<F: BaseField>(_ field: F.Type) {
    #expect(F.rootOfUnity(log2Order: 0) == .one && F.rootOfUnity(log2Order: 1) == F(-1))
    for log2Order in 1...F.twoAdicity {
      let root = F.rootOfUnity(log2Order: log2Order)
      #expect(root * root == F.rootOfUnity(log2Order: log2Order - 1))
    }
  }
}
