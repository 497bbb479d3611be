import AssayAlgebra
import AssayTestSupport
import Testing

@Suite struct DotProductTests {
  @Test func isTheSumOfProducts() {
    check(GoldilocksExtension.self)
    check(GMPGoldilocksExtension.self)
    check(BN254Scalar.self)
    check(NativeBN254Scalar.self)
  }

  private func check<K: ChallengeField & TestedField>(_ field: K.Type) where K.Base: TestedField {
    var generator = SeededGenerator()
    for count in [0, 1, 2, 3, 17, 200] {
      let left = (0..<count).map { _ in K.random(&generator) }
      let right = (0..<count).map { _ in K.Base.random(&generator) }
      let expected = zip(left, right).reduce(K.zero) { $0 + $1.0 * K($1.1) }
      #expect(K.dot(left, right) == expected, "seed \(generator.seed), \(count) terms")
    }
    // The greatest elements: carries run into every limb.
    let left = [K](repeating: K(canonicalBytes: Self.greatest(K.self)) ?? .zero, count: 1000)
    let right = [K.Base](repeating: K.Base(-1), count: 1000)
    #expect(K.dot(left, right) == left[0] * K(-1000))
    #expect(left[0] * K.Base(-1) == -left[0])
  }

  private static func greatest<K: ChallengeField>(_ field: K.Type) -> [UInt8] {
    let base = K.Base(-1).canonicalBytes
    return Array(repeatElement(base, count: K.byteCount / base.count).joined())
  }
}
