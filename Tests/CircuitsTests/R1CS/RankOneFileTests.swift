import AssayAlgebra
import AssayCircuits
import AssayCryptography
import AssayTestSupport
import AssayWire
import Testing

@Suite struct RankOneFileTests {
  typealias F = BN254Scalar

  /// The example of the format's description, and what it says the file means.
  @Test func readsTheExampleOfTheFormat() throws {
    for var test in try VectorFile.tests("circuits/r1cs.json") {
      let bytes = try Hex.decode(test.string("file"))
      let system = try RankOneSystem<F>(file: bytes)
      #expect(try system.wireCount == test.integer("wires"))
      #expect(try system.publicOutputCount == test.integer("outputs"))
      #expect(try system.publicInputCount == test.integer("publicInputs"))
      #expect(try system.privateInputCount == test.integer("privateInputs"))
      let constraints = (0..<system.constraintCount).map { index in
        JSONValue.array([system.a, system.b, system.c].map { .array($0.row(index).map(value)) })
      }
      #expect(try test.array("constraints") == constraints)
      try test.finish()
      #expect(system.digest == SHA256.digest(of: bytes))
    }
  }

  /// Pairs of wire and small coefficient.
  private func value(_ entry: SparseMatrix<F>.Entry) -> JSONValue {
    let small = (0...1000).first { F(Int64($0)) == entry.value }
    return .array([.integer(Int64(entry.column)), .integer(Int64(small ?? -1))])
  }

  @Test func writesWhatItReads() throws {
    for name in ["product", "cube", "bits"] {
      let bytes = try VectorFile.circuit("r1cs/\(name).r1cs")
      #expect(try RankOneSystem<F>(file: bytes).fileBytes == bytes)
      let witness = try VectorFile.circuit("r1cs/\(name).wtns")
      #expect(try WitnessFile.bytes(WitnessFile.read(witness, as: F.self)) == witness)
    }
    // Sections and terms are in circom's order here, and in the format's when they are written.
    let bytes = try VectorFile.circuit("r1cs/chain.r1cs")
    let system = try RankOneSystem<F>(file: bytes)
    let again = try RankOneSystem<F>(file: system.fileBytes)
    #expect(again.a == system.a && again.b == system.b && again.c == system.c)
    #expect(system.fileBytes != bytes && again.digest != system.digest)
  }

  @Test func bothArithmeticsReadTheSame() throws {
    let bytes = try VectorFile.circuit("r1cs/bits.r1cs")
    let system = try RankOneSystem<NativeBN254Scalar>(file: bytes)
    #expect(system.fileBytes == bytes)
    #expect(try system.digest == RankOneSystem<F>(file: bytes).digest)
  }

  /// Goldilocks is a field of circom's too; elements have 8 bytes there.
  @Test func otherFieldsHaveTheirOwnFiles() throws {
    var matrix = SparseMatrix<Goldilocks>(columnCount: 3)
    matrix.append([.init(1, Goldilocks(-7)), .init(2, .one)])
    let system = RankOneSystem(
      a: matrix, b: matrix, c: matrix, publicOutputCount: 1, publicInputCount: 0,
      privateInputCount: 1)
    #expect(try RankOneSystem<Goldilocks>(file: system.fileBytes) == system)
    #expect(throws: RankOneError.prime) { try RankOneSystem<F>(file: system.fileBytes) }
    let product = try VectorFile.circuit("r1cs/product.r1cs")
    #expect(throws: RankOneError.prime) { try RankOneSystem<Goldilocks>(file: product) }
  }

  @Test func truncatedAndExtendedFilesAreRefused() throws {
    for name in ["product", "cube"] {
      let system = try VectorFile.circuit("r1cs/\(name).r1cs")
      let witness = try VectorFile.circuit("r1cs/\(name).wtns")
      for (cut, bytes) in Mutations.truncations(of: system) {
        #expect(throws: RankOneError.self, "\(cut)") { try RankOneSystem<F>(file: bytes) }
      }
      for (cut, bytes) in Mutations.truncations(of: witness) {
        #expect(throws: RankOneError.self, "\(cut)") { try WitnessFile.read(bytes, as: F.self) }
      }
      #expect(throws: RankOneError.wire(.trailingBytes(count: 1))) {
        try RankOneSystem<F>(file: system + [0])
      }
      #expect(throws: RankOneError.wire(.trailingBytes(count: 2))) {
        try WitnessFile.read(witness + [0, 0], as: F.self)
      }
    }
  }

  @Test func damagedFilesAreRefusedOrMeanSomethingElse() throws {
    var generator = SeededGenerator()
    let honest = try VectorFile.circuit("r1cs/cube.r1cs")
    let system = try RankOneSystem<F>(file: honest)
    for _ in 0..<Rounds.of(2000) {
      let damaged = Mutations.edit(honest, with: &generator)
      guard damaged != honest, let other = try? RankOneSystem<F>(file: damaged) else { continue }
      #expect(other.digest != system.digest, "seed \(generator.seed)")
    }
  }

  /// What is read is written again as it was: of any bytes, of edited files and of two joined.
  @Test func noBytesTrapTheReaders() throws {
    var generator = SeededGenerator()
    let systems = try ["product", "cube", "bits"].map { try VectorFile.circuit("r1cs/\($0).r1cs") }
    let witnesses = try ["product", "cube", "bits"].map {
      try VectorFile.circuit("r1cs/\($0).wtns")
    }
    for round in 0..<Rounds.of(300) {
      for files in [systems, witnesses] {
        let (first, second) = (files[round % 3], files[(round + 1) % 3])
        let cut = Int.random(in: 0..<min(first.count, second.count), using: &generator)
        let random = generator.bytes(Int.random(in: 0...300, using: &generator))
        for bytes in [
          random, Array(first.prefix(8)) + random, Array(first.prefix(cut) + second.dropFirst(cut)),
          Mutations.edit(first, with: &generator),
        ] {
          if let witness = try? WitnessFile.read(bytes, as: F.self) {
            let again = try WitnessFile.read(WitnessFile.bytes(witness), as: F.self)
            #expect(again == witness, "seed \(generator.seed), round \(round)")
          }
          if let system = try? RankOneSystem<F>(file: bytes) {
            let again = try RankOneSystem<F>(file: system.fileBytes)
            #expect(again.a == system.a, "seed \(generator.seed), round \(round)")
          }
        }
      }
    }
  }
}
