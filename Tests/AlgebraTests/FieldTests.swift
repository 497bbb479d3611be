import AssayAlgebra
import AssayTestSupport
import AssayWire
import Testing

/// A field that tests can draw elements of.
protocol TestedField: Field {
  /// 2^64 − 2^32 + 1 and the like have special places: elements near them.
  static var special: [Self] { get }
}

extension TestedField {
  static var special: [Self] {
    [
      zero, one, Self(-1), Self(-2), Self(Int64.min), Self(Int64.max), Self(0xffff_ffff),
      Self(0x1_0000_0000), Self(-0x1_0000_0000), Self(Int64.max) + Self(Int64.max) + Self(2),
    ]
  }

  static func random(_ generator: inout SeededGenerator) -> Self {
    // Polynomials of random integers reach everywhere.
    let limbs = (0..<byteCount / 4).map { _ in Self(Int64(generator.next() >> 8)) }
    return limbs.reduce(special[Int(generator.next() % 10)]) { $0 * Self(Int64.max) + $1 }
  }

  static func element(hex: String) throws -> Self {
    try #require(Self(canonicalBytes: Hex.decode(hex)))
  }
}

extension Goldilocks: TestedField {}
extension GMPGoldilocks: TestedField {}
extension GoldilocksExtension: TestedField {}
extension GMPGoldilocksExtension: TestedField {}
extension BN254Scalar: TestedField {}
extension NativeBN254Scalar: TestedField {}

@Suite struct FieldTests {
  static let fields: [any TestedField.Type] = [
    Goldilocks.self, GMPGoldilocks.self, GoldilocksExtension.self, GMPGoldilocksExtension.self,
    BN254Scalar.self, NativeBN254Scalar.self,
  ]
  static let answers: [(String, any TestedField.Type)] = [
    ("goldilocks", Goldilocks.self), ("goldilocks", GMPGoldilocks.self),
    ("goldilocks_extension", GoldilocksExtension.self),
    ("goldilocks_extension", GMPGoldilocksExtension.self),
    ("bn254_scalar", BN254Scalar.self), ("bn254_scalar", NativeBN254Scalar.self),
  ]

  @Test(arguments: answers)
  func agreesWithPython(file: String, field: any TestedField.Type) throws {
    try checkAnswers(field, "algebra/\(file).json")
  }

  private func checkAnswers<F: TestedField>(_ field: F.Type, _ path: String) throws {
    for var test in try VectorFile.tests(path) {
      let a = try F.element(hex: test.string("a"))
      let b = try F.element(hex: test.string("b"))
      #expect(try (a + b) == F.element(hex: test.string("sum")), "\(a) + \(b)")
      #expect(try (a - b) == F.element(hex: test.string("difference")), "\(a) - \(b)")
      #expect(try (a * b) == F.element(hex: test.string("product")), "\(a) * \(b)")
      let inverse = try test.string("inverse")
      #expect(try a.inverse == (inverse.isEmpty ? nil : F.element(hex: inverse)), "1 / \(a)")
      try test.finish()
    }
  }

  @Test(arguments: fields)
  func obeysTheLawsOfAField(field: any TestedField.Type) {
    checkLaws(field)
  }

  private func checkLaws<F: TestedField>(_ field: F.Type) {
    var generator = SeededGenerator()
    let triples = F.special.flatMap { a in F.special.map { (a, $0, F.random(&generator)) } }
    for (a, b, c) in triples {
      let note = Comment(rawValue: "seed \(generator.seed): \(a), \(b), \(c)")
      #expect(a + b == b + a && a * b == b * a, note)
      #expect((a + b) + c == a + (b + c) && (a * b) * c == a * (b * c), note)
      #expect(c * (a + b) == c * a + c * b, note)
      #expect(a - b == a + -b && a + -a == .zero, note)
      #expect(a + .zero == a && a * .one == a && a * .zero == .zero, note)
      #expect(c.inverse.map { $0 * c == .one } ?? (c == .zero), note)
      var (sum, difference, product) = (a, a, a)
      sum += c
      difference -= c
      product *= c
      #expect(sum == a + c && difference == a - c && product == a * c, note)
    }
    #expect(F.zero.inverse == nil)
    #expect(F(3).power(0) == .one && F(3).power(1) == F(3) && F(-3).power(5) == F(-243))
  }

  @Test(arguments: fields)
  func embedsIntegers(field: any TestedField.Type) {
    checkIntegers(field)
  }

  private func checkIntegers<F: TestedField>(_ field: F.Type) {
    #expect(F(0) == .zero && F(1) == .one && F(2) == .one + .one && F(-1) == -F.one)
    #expect(F(Int64.min) + F(Int64.max) == F(-1))
    #expect(F(-1_000_003) * F(999_983) == F(-999_985_999_949))
  }

  @Test(arguments: fields)
  func hasOneEncodingForEachElement(field: any TestedField.Type) throws {
    try checkEncoding(field)
  }

  private func checkEncoding<F: TestedField>(_ field: F.Type) throws {
    var generator = SeededGenerator()
    for _ in 0..<50 {
      let element = F.random(&generator)
      let bytes = element.canonicalBytes
      #expect(bytes.count == F.byteCount)
      #expect(F(canonicalBytes: bytes) == element)
      #expect(F(canonicalBytes: bytes.dropLast()) == nil)
      #expect(F(canonicalBytes: bytes + [0]) == nil)
    }
    #expect(F(canonicalBytes: [UInt8](repeating: 0, count: F.byteCount)) == .zero)
    #expect(F(canonicalBytes: [UInt8](repeating: 255, count: F.byteCount)) == nil)
    #expect(F(canonicalBytes: []) == nil)
  }

  @Test(arguments: ["010000 00ffffffff", "020000 00ffffffff", "000000 00ffffffff"])
  func knowsTheOrderOfGoldilocks(bytes: String) throws {
    let bytes = try Hex.decode(String(bytes.filter { $0 != " " }))
    let isReduced = bytes[0] == 0
    #expect((Goldilocks(canonicalBytes: bytes) != nil) == isReduced)
    #expect((GMPGoldilocks(canonicalBytes: bytes) != nil) == isReduced)
    let zero = [UInt8](repeating: 0, count: 8)
    for pair in [bytes + zero, zero + bytes] {
      #expect((GoldilocksExtension(canonicalBytes: pair) != nil) == isReduced)
      #expect((GMPGoldilocksExtension(canonicalBytes: pair) != nil) == isReduced)
      #expect((GoldilocksExtension(sample: pair) != nil) == isReduced)
      #expect((GMPGoldilocksExtension(sample: pair) != nil) == isReduced)
    }
  }

  @Test func knowsTheOrderOfBN254() throws {
    let last = try Hex.decode("000000f093f5e1439170b97948e833285d588181b64550b829a031e1724e6430")
    #expect(BN254Scalar(canonicalBytes: last) == BN254Scalar(-1))
    #expect(NativeBN254Scalar(canonicalBytes: last) == NativeBN254Scalar(-1))
    for (index, change) in [(0, UInt8(1)), (8, 1), (31, 1)] {
      var bytes = last
      bytes[index] += change
      #expect(BN254Scalar(canonicalBytes: bytes) == nil)
      #expect(NativeBN254Scalar(canonicalBytes: bytes) == nil)
      #expect(BN254Scalar(sample: bytes) == nil)
      #expect(NativeBN254Scalar(sample: bytes) == nil)
    }
  }

  @Test func ignoresTheTwoHighestBitsOfASampleForBN254() {
    var sample = [UInt8](repeating: 7, count: 32)
    let plain = BN254Scalar(sample: sample)
    #expect(plain != nil && plain == BN254Scalar(canonicalBytes: sample))
    sample[31] |= 0xc0
    #expect(BN254Scalar(sample: sample) == plain)
    #expect(
      NativeBN254Scalar(sample: sample)?.canonicalBytes == plain?.canonicalBytes)
    #expect(BN254Scalar(sample: Array(sample.dropLast())) == nil)
    #expect(NativeBN254Scalar(sample: sample + [0]) == nil)
  }

  @Test func describesElements() {
    #expect(Goldilocks(-1).description == "18446744069414584320")
    #expect(GMPGoldilocksExtension(-1).description == "18446744069414584320 + 0·X")
    #expect(BN254Scalar(255).description == "0xff" && BN254Scalar(0).description == "0x0")
    #expect(
      NativeBN254Scalar(-1).description
        == "0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000000")
    let wide = NativeBN254Scalar(Int64.max) * NativeBN254Scalar(2) + NativeBN254Scalar(2)
    #expect(wide.description == "0x10000000000000000")
  }
}
