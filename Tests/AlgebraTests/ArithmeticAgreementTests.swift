import AssayAlgebra
import AssayTestSupport
import Testing

/// The two arithmetics of each field are written apart; here they compute the same things.
@Suite struct ArithmeticAgreementTests {
  @Test func gmpAndNativeAgree() {
    check(Goldilocks.self, GMPGoldilocks.self)
    check(GoldilocksExtension.self, GMPGoldilocksExtension.self)
    check(NativeBN254Scalar.self, BN254Scalar.self)
  }

  private func check<A: TestedField, B: TestedField>(_ native: A.Type, _ gmp: B.Type) {
    var generator = SeededGenerator()
    for _ in 0..<300 {
      let (a, b) = (A.random(&generator), A.random(&generator))
      guard let x = B(canonicalBytes: a.canonicalBytes), let y = B(canonicalBytes: b.canonicalBytes)
      else {
        Issue.record("seed \(generator.seed): \(a) or \(b) is refused by \(gmp)")
        continue
      }
      let pairs: [(A, B)] = [
        (a + b, x + y), (a - b, x - y), (a * b, x * y), (-a, -x),
        (a.inverse ?? .zero, x.inverse ?? .zero),
        (a.power(b.hashedExponent), x.power(b.hashedExponent)),
      ]
      for (left, right) in pairs {
        #expect(left.canonicalBytes == right.canonicalBytes, "seed \(generator.seed): \(a), \(b)")
        #expect(left.description == right.description)
      }
    }
  }
}

extension Field {
  /// Some exponent below 2¹⁶ that follows from the element's bytes.
  fileprivate var hashedExponent: UInt64 {
    UInt64(canonicalBytes[0]) << 8 | UInt64(canonicalBytes[1])
  }
}
