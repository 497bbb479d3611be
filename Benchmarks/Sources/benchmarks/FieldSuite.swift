internal import AssayAlgebra
internal import AssayFieldVectors
internal import Harness

/// What proofs are made of: products in each field and arithmetic, and the bulk kernels.
enum FieldSuite {
  static func make() -> [Suite] {
    [products()] + [12, 16].map(commitment) + [rows(), transforms()]
  }

  // Products

  private static let terms = 1 << 12

  /// Sums of independent products, so that what is timed is their rate and not their latency.
  private static func products() -> Suite {
    var suite = Suite(
      "field products", unit: "10⁶ products/s", parameters: [("terms", "\(terms)")])
    add(Goldilocks.self, "Goldilocks, native", to: &suite)
    add(GMPGoldilocks.self, "Goldilocks, GMP mpn", to: &suite)
    add(GoldilocksExtension.self, "Goldilocks extension, native", to: &suite)
    add(GMPGoldilocksExtension.self, "Goldilocks extension, GMP mpn", to: &suite)
    addDot(GMPGoldilocksExtension.self, "extension · base, GMP mpn, one reduction", to: &suite)
    add(NativeBN254Scalar.self, "BN254 scalar, native", to: &suite)
    add(BN254Scalar.self, "BN254 scalar, GMP mpn", to: &suite)
    addDot(BN254Scalar.self, "BN254 scalar, GMP mpn, one reduction", to: &suite)
    return suite
  }

  /// Elements that fill their bits.
  private static func elements<F: Field>(_ field: F.Type) -> [F] {
    var element = F(0x1234_5678_9abc_def1)
    return (0..<terms).map { _ in
      element = element * element + F(7)
      return element
    }
  }

  @inline(__always)
  private static func add<F: Field>(_ field: F.Type, _ name: String, to suite: inout Suite) {
    let elements = elements(F.self)
    let repetitions = 40
    suite.add(name, work: Double(repetitions * terms) / 1e6) {
      var sum = F.zero
      for _ in 0..<repetitions {
        for index in 1..<terms { sum += elements[index] * elements[index - 1] }
      }
      precondition(sum != F.one, "the sum is used")
    }
  }

  private static func addDot<K: ChallengeField>(
    _ field: K.Type, _ name: String, to suite: inout Suite
  ) {
    let (left, right) = (elements(K.self), elements(K.Base.self))
    let repetitions = 40
    suite.add(name, work: Double(repetitions * terms) / 1e6) {
      for _ in 0..<repetitions {
        precondition(K.dot(left, right) != K.one, "the sum is used")
      }
    }
  }

  // Kernels

  private static let elementBits = 22

  private static func matrix(rowBits: Int) -> RowMatrix {
    var state: UInt64 = 1
    let values = (0..<1 << elementBits).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int32(truncatingIfNeeded: state >> 40)
    }
    return RowMatrix(.int32(values), rowBits: rowBits)
  }

  private static func variants(threads: [Int]) -> [(name: String, kernels: FieldKernels)] {
    FieldKernels.availablePaths.flatMap { path in
      threads.compactMap { count in
        FieldKernels(path: path, threads: count).map { ("\(path.rawValue), threads: \(count)", $0) }
      }
    }
  }

  /// Encoding at rate 1/2 and hashing of all columns; a figure x means 1000/x ns for an element.
  private static func commitment(rowBits: Int) -> Suite {
    let rows = matrix(rowBits: rowBits)
    let code = ReedSolomonCode(messageBits: rowBits, rateBits: 1)
    let header = [UInt8](repeating: 0, count: FieldKernels.headerByteCount)
    var suite = Suite(
      "field commitment 2^\(rowBits)", unit: "10⁶ elements/s",
      parameters: [
        ("elements", "2^\(elementBits)"), ("row", "2^\(rowBits)"), ("rate", "1/2"),
      ])
    for (name, kernels) in variants(threads: [1, 2]) {
      suite.add(name, work: Double(1 << elementBits) / 1e6) {
        let encoded = kernels.encode(rows, code: code, header: header, keepsCode: false)
        precondition(kernels.tree(over: encoded.leafHashes).depth == rowBits + 1)
      }
    }
    return suite
  }

  /// Rows of 32-bit integers times a vector, and their combination.
  private static func rows() -> Suite {
    let rowBits = 14
    let rows = matrix(rowBits: rowBits)
    let vector = (0..<1 << rowBits).map { GoldilocksExtension(Goldilocks(Int64($0)), .one) }
    let coefficients = Array(vector.prefix(rows.rowCount))
    var suite = Suite(
      "field rows", unit: "10⁶ elements/s",
      parameters: [("elements", "2^\(elementBits)"), ("row", "2^\(rowBits)")])
    for (name, kernels) in variants(threads: [1]) {
      suite.add("row sums, \(name)", work: Double(1 << elementBits) / 1e6) {
        precondition(kernels.rowSums(rows, times: vector).count == rows.rowCount)
      }
      suite.add("combination, \(name)", work: Double(1 << elementBits) / 1e6) {
        let combination = kernels.combination(of: rows, coefficients: coefficients)
        precondition(combination.count == 1 << rowBits)
      }
    }
    return suite
  }

  /// Transforms of 2¹⁷ values in the extension, and tables of as many.
  private static func transforms() -> Suite {
    let bits = 17
    let coefficients = Array(elements(GoldilocksExtension.self).prefix(241))
    let exponents = coefficients.indices.map { $0 * 541 }
    let point = Array(coefficients.prefix(bits))
    var suite = Suite(
      "field transforms", unit: "10⁶ values/s", parameters: [("values", "2^\(bits)")])
    for (name, kernels) in variants(threads: [1]) {
      suite.add("transform of 241 terms, \(name)", work: Double(1 << bits) / 1e6) {
        let values = kernels.sparseTransform(
          coefficients, exponents: exponents, orderBits: bits, count: 1 << bits)
        precondition(values.count == 1 << bits)
      }
      suite.add("eq table, \(name)", work: Double(1 << bits) / 1e6) {
        precondition(kernels.eqTable(point).count == 1 << bits)
      }
    }
    return suite
  }
}
