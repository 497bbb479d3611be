import AssayAlgebra
import AssayFieldVectors
import AssayTestSupport
import Testing

@Suite struct LinearTests {
  typealias K = GoldilocksExtension

  private func random(_ count: Int, _ generator: inout SeededGenerator) -> [K] {
    (0..<count).map { index in
      // The greatest coordinates among others.
      index % 5 == 0
        ? K(Goldilocks(-1), Goldilocks(-1))
        : K(
          Goldilocks(Int64(generator.next() >> 1)) * Goldilocks(3),
          Goldilocks(Int64(generator.next() >> 1)))
    }
  }

  @Test(arguments: [(0, 1), (1, 3), (2, 9), (3, 4), (4, 2), (6, 19), (9, 5)])
  func sumsAndCombinationsAgreeWithTheirDefinition(rowBits: Int, rows: Int) {
    var generator = SeededGenerator()
    for (matrix, elements) in samples(rows: rows, rowBits: rowBits, &generator) {
      let vector = random(1 << rowBits, &generator)
      let coefficients = random(rows, &generator)
      let sums = elements.map { K.dot(vector, $0) }
      let combination = (0..<1 << rowBits).map { column in
        K.dot(coefficients, elements.map { $0[column] })
      }
      for kernels in allKernels {
        let note: Comment = "\(kernels), seed \(generator.seed)"
        #expect(kernels.rowSums(matrix, times: vector) == sums, note)
        #expect(kernels.combination(of: matrix, coefficients: coefficients) == combination, note)
      }
    }
  }

  /// The greatest products in such numbers that a sum of a thousand more would overflow.
  @Test func longSumsOfTheGreatestTermsAreExact() {
    let greatest = K(Goldilocks(-1), Goldilocks(-2))
    let bits = 14
    let row = [Int32](repeating: .min, count: 1 << bits)
    let factors = [K](repeating: greatest, count: 1 << bits)
    let sum = greatest * Goldilocks(Int64(Int32.min) << Int64(bits))
    let tall = RowMatrix(.int32(row + row), rowBits: 1)
    let wide = RowMatrix(.int32(row), rowBits: bits)
    for kernels in allKernels {
      #expect(kernels.rowSums(wide, times: factors) == [sum])
      #expect(
        kernels.combination(of: tall, coefficients: factors) == [sum, sum], "\(kernels)")
    }
  }

  @Test func combinationsOfManyRowsAreExact() {
    let greatest = K(Goldilocks(-1), Goldilocks(-2))
    let rows = 3000
    let matrix = RowMatrix(.int32([Int32](repeating: .min, count: rows * 16)), rowBits: 4)
    let expected = greatest * Goldilocks(Int64(Int32.min) * Int64(rows))
    for kernels in allKernels {
      let coefficients = [K](repeating: greatest, count: rows)
      #expect(
        kernels.combination(of: matrix, coefficients: coefficients)
          == [K](repeating: expected, count: 16), "\(kernels)")
    }
  }

  @Test func noRowsGiveNothingAndZero() {
    let matrix = RowMatrix(.uint8([]), rowBits: 3)
    let vector = [K](repeating: .one, count: 8)
    for kernels in allKernels {
      #expect(kernels.rowSums(matrix, times: vector).isEmpty)
      #expect(
        kernels.combination(of: matrix, coefficients: []) == [K](repeating: .zero, count: 8))
    }
  }

  @Test(arguments: [(0, 5), (5, 0), (1, 1), (3, 7), (2, 8), (9, 33), (1, 5000), (5000, 1)])
  func outerProductsAgreeWithTheirDefinition(first: Int, second: Int) {
    var generator = SeededGenerator()
    let (a, b) = (random(first, &generator), random(second, &generator))
    let expected = a.flatMap { x in b.map { x * $0 } }
    for kernels in allKernels {
      #expect(kernels.outerProduct(a, b) == expected, "\(kernels), seed \(generator.seed)")
    }
  }

  @Test(arguments: [0, 1, 5, 6, 7, 8, 11, 13])
  func eqTablesAgreeWithTheScalarOnes(bits: Int) {
    var generator = SeededGenerator()
    let point = random(bits, &generator)
    let expected = Multilinear.eqTable(point)
    for kernels in allKernels {
      #expect(kernels.eqTable(point) == expected, "\(kernels), seed \(generator.seed)")
    }
  }

  @Test(arguments: [(0, 1), (1, 2), (2, 3), (3, 8), (4, 16), (6, 11), (9, 512), (12, 3000)])
  func sparseTransformsAgreeWithTheirDefinition(orderBits: Int, count: Int) {
    var generator = SeededGenerator()
    let root = Goldilocks.rootOfUnity(log2Order: orderBits)
    for terms in [0, 1, 7] {
      let coefficients = random(terms, &generator)
      // Some exponents are equal.
      let exponents = (0..<terms).map { _ in Int(generator.next() % UInt64(1 << orderBits)) / 2 * 2
      }
      .map { min($0, 1 << orderBits - 1) }
      var powers = [Goldilocks](repeating: .one, count: terms)
      let expected = (0..<count).map { _ in
        let sum = K.dot(coefficients, powers)
        for term in 0..<terms { powers[term] *= root.power(UInt64(exponents[term])) }
        return sum
      }
      for kernels in allKernels {
        let values = kernels.sparseTransform(
          coefficients, exponents: exponents, orderBits: orderBits, count: count)
        #expect(values == expected, "\(kernels), seed \(generator.seed)")
      }
    }
  }
}
