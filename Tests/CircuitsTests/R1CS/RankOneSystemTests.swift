import AssayAlgebra
import AssayCircuits
import AssayCryptography
import AssayTestSupport
import AssayWire
import Testing

@Suite struct RankOneSystemTests {
  typealias F = BN254Scalar
  static let names = ["product", "cube", "bits", "chain"]

  private func load(_ name: String) throws -> (system: RankOneSystem<F>, witness: [F]) {
    (
      try RankOneSystem(file: VectorFile.circuit("r1cs/\(name).r1cs")),
      try WitnessFile.read(VectorFile.circuit("r1cs/\(name).wtns"))
    )
  }

  /// The table in the circuits' folder is what statements are compared with.
  @Test func digestsAndSizesAreThoseOfTheTable() throws {
    let text = String(decoding: try VectorFile.circuit("README.md"), as: UTF8.self)
    for name in Self.names {
      let system = try load(name).system
      let line = text.split(separator: "\n").first { $0.hasPrefix("| `r1cs/\(name).r1cs` |") }
      #expect(line?.hasSuffix("| \(system.constraintCount) | `\(system.digest)` |") == true)
    }
    #expect(text.matches(of: /\| `r1cs\/[a-z]+\.r1cs` \|/).count == Self.names.count)
  }

  @Test(arguments: names)
  func theirWitnessesSatisfyThem(name: String) throws {
    let (system, witness) = try load(name)
    #expect(try system.firstUnsatisfiedConstraint(witness) == nil)
  }

  @Test(arguments: names)
  func everyChangedWireIsNoticed(name: String) throws {
    let (system, witness) = try load(name)
    for wire in 1..<system.wireCount {
      var other = witness
      other[wire] += .one
      let found = try system.firstUnsatisfiedConstraint(other)
      let first = (0..<system.constraintCount).first { index in
        [system.a, system.b, system.c].contains { matrix in
          matrix.row(index).contains { $0.column == wire }
        }
      }
      // No constraint before the first that names the wire can fail.
      #expect(found != nil && (found ?? 0) >= (first ?? 0), "wire \(wire)")
    }
  }

  @Test func theFirstOfSeveralIsFound() throws {
    let (system, honest) = try load("bits")
    var witness = honest
    witness[2 + 5] = F(2)
    witness[2 + 9] = F(2)
    #expect(try system.firstUnsatisfiedConstraint(witness) == 5)
    witness[2 + 5] = honest[2 + 5]
    #expect(try system.firstUnsatisfiedConstraint(witness) == 9)
    witness[2 + 9] = F.one - honest[2 + 9]
    #expect(try system.firstUnsatisfiedConstraint(witness) == 16)
  }

  @Test func witnessesOfAnotherShapeAreRefused() throws {
    let (system, witness) = try load("cube")
    #expect(throws: RankOneError.witnessCount(expected: 5, found: 4)) {
      try system.firstUnsatisfiedConstraint(Array(witness.dropLast()))
    }
    #expect(throws: RankOneError.witnessCount(expected: 5, found: 6)) {
      try system.firstUnsatisfiedConstraint(witness + [.zero])
    }
    // Twice everything satisfies linear constraints, but 2 is not the constant.
    #expect(throws: RankOneError.constantWire) {
      try system.firstUnsatisfiedConstraint([F(2)] + witness.dropFirst())
    }
  }

  @Test func aSystemMadeByHandHasTheDigestOfItsFile() throws {
    let (system, _) = try load("cube")
    let copy = RankOneSystem(
      a: system.a, b: system.b, c: system.c, publicOutputCount: 1, publicInputCount: 0,
      privateInputCount: 1)
    #expect(copy == system && copy.digest == SHA256.digest(of: system.fileBytes))
    #expect(copy.publicCount == 2)
  }

  @Test func sparseProductsAreThoseOfTheWholeMatrix() {
    var generator = SeededGenerator()
    let (rows, columns) = (7, 5)
    let dense = (0..<rows).map { _ in
      (0..<columns).map { _ in generator.next() % 3 == 0 ? F(Int64(generator.next() >> 2)) : .zero }
    }
    var matrix = SparseMatrix<F>(columnCount: columns)
    for row in dense {
      matrix.append(row.enumerated().filter { $0.element != .zero }.map { .init($0.0, $0.1) })
    }
    let x = (0..<rows).map { _ in F(Int64(generator.next() >> 1)) }
    let y = (0..<columns).map { _ in F(Int64(generator.next() >> 1)) }
    let products = dense.map { F.dot($0, y) }
    let note: Comment = "seed \(generator.seed)"
    #expect(matrix.rowCount == rows && matrix.columnCount == columns)
    #expect(matrix.entryCount == dense.joined().count { $0 != .zero })
    #expect(matrix.product(with: y) == products, note)
    #expect(
      matrix.combination(rowWeights: x)
        == (0..<columns).map { column in F.dot(x, dense.map { $0[column] }) }, note)
    #expect(matrix.sum(rowWeights: x, columnWeights: y) == F.dot(x, products), note)
  }

  @Test func matricesThatDoNotFitAreNotASystem() async {
    await #expect(processExitsWith: .failure) {
      let narrow = SparseMatrix<F>(columnCount: 2)
      let wide = SparseMatrix<F>(columnCount: 3)
      _ = RankOneSystem(
        a: narrow, b: narrow, c: wide, publicOutputCount: 0, publicInputCount: 0,
        privateInputCount: 0)
    }
    await #expect(processExitsWith: .failure) {
      let matrix = SparseMatrix<F>(columnCount: 2)
      _ = RankOneSystem(
        a: matrix, b: matrix, c: matrix, publicOutputCount: 1, publicInputCount: 1,
        privateInputCount: 0)
    }
    await #expect(processExitsWith: .failure) {
      var matrix = SparseMatrix<F>(columnCount: 2)
      matrix.append([SparseMatrix<F>.Entry(2, .one)])
    }
  }
}
