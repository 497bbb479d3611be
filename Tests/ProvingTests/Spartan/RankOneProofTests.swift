import AssayAlgebra
import AssayCircuits
import AssayCommitments
import AssayProving
import AssaySumcheck
import AssayTestSupport
import AssayTranscripts
import AssayVerification
import Testing

@Suite struct RankOneProofTests {
  typealias Native = NativeBN254Scalar
  typealias GMP = BN254Scalar
  static let names = ["product", "cube", "bits", "chain"]

  /// A circuit of the repository as prover and verifier see it.
  struct Sample {
    let witness: [Native]
    let forProver: RankOneStatement<Native>
    let forVerifier: RankOneStatement<GMP>

    init(_ name: String) throws {
      let file = try VectorFile.circuit("r1cs/\(name).r1cs")
      witness = try WitnessFile.read(VectorFile.circuit("r1cs/\(name).wtns"))
      let system = try RankOneSystem<Native>(file: file)
      let values = Array(witness[1..<system.publicCount])
      forProver = try RankOneStatement(system: system, publicValues: values)
      forVerifier = try RankOneStatement(
        system: RankOneSystem(file: file), publicValues: values.map(Self.translate))
    }

    static func translate(_ element: Native) throws -> GMP {
      try #require(GMP(canonicalBytes: element.canonicalBytes))
    }

    /// The same statement with a public value changed.
    func withValue(_ index: Int, plus change: Int64) throws -> RankOneStatement<GMP> {
      var values = forVerifier.publicValues
      values[index] += GMP(change)
      return try RankOneStatement(system: forVerifier.system, publicValues: values)
    }
  }

  @Test(arguments: names)
  func honestProofsAreAccepted(name: String) throws {
    let sample = try Sample(name)
    let proof = try RankOneProver.prove(sample.forProver, witness: sample.witness)
    try RankOneVerifier.verify(proof, of: sample.forVerifier)
    try RankOneVerifier.verify(proof, of: sample.forProver)
    #expect(try sample.forVerifier.error().bits >= 100)
  }

  /// The example on the page of the room that verifies.
  @Test func theExampleOfTheVerifierWorks() throws {
    let sample = try Sample("cube")
    let proof = try RankOneProver.prove(sample.forProver, witness: sample.witness)
    let circuitBytes = try VectorFile.circuit("r1cs/cube.r1cs")
    let system = try RankOneSystem<BN254Scalar>(file: circuitBytes)
    let statement = try RankOneStatement(system: system, publicValues: [BN254Scalar(35)])
    try RankOneVerifier.verify(proof, of: statement)
  }

  @Test func bothArithmeticsMakeTheSameProof() throws {
    let sample = try Sample("cube")
    let proof = try RankOneProver.prove(sample.forProver, witness: sample.witness)
    let witness = try sample.witness.map(Sample.translate)
    #expect(try RankOneProver.prove(sample.forVerifier, witness: witness) == proof)
  }

  @Test func theProverRefusesWhatIsFalse() throws {
    let sample = try Sample("cube")
    var witness = sample.witness
    witness[3] += .one
    #expect(throws: ProofError.rankOne(.unsatisfied(constraint: 0))) {
      try RankOneProver.prove(sample.forProver, witness: witness)
    }
    #expect(throws: ProofError.rankOne(.witnessCount(expected: 5, found: 4))) {
      try RankOneProver.prove(sample.forProver, witness: Array(witness.dropLast()))
    }
    let other = try RankOneStatement(
      system: sample.forProver.system, publicValues: [Native(36)])
    #expect(
      throws: ProofError.statement(field: "public value 0", expected: "0x24", found: "0x23")
    ) {
      try RankOneProver.prove(other, witness: sample.witness)
    }
  }

  /// A cheating prover who goes through the protocol with a false witness.
  @Test(arguments: ["product", "cube", "bits"])
  func noWireCanHaveAnotherValue(name: String) throws {
    let sample = try Sample(name)
    for wire in sample.witness.indices {
      var witness = sample.witness
      witness[wire] += Native(5)
      let proof = try RankOneProver.prove(sample.forProver, uncheckedWitness: witness)
      #expect(throws: ProofError.self, "wire \(wire)") {
        try RankOneVerifier.verify(proof, of: sample.forVerifier)
      }
    }
  }

  /// The products satisfy the constraints, but are not of the committed witness.
  @Test func theProductsAreOfTheCommittedWitness() throws {
    let sample = try Sample("cube")
    var witness = sample.witness
    witness[3] += .one
    let proof = try RankOneProver.prove(
      sample.forProver, uncheckedWitness: witness, multiplying: sample.witness)
    #expect(throws: ProofError.sumcheck(.products(label: "wires"))) {
      try RankOneVerifier.verify(proof, of: sample.forVerifier)
    }
    #expect(throws: ProofError.sumcheck(.products(label: "wires"))) {
      try RankOneVerifier.verify(proof, of: sample.forProver)
    }
  }

  /// A witness that satisfies all constraints, but has other public values than the statement.
  @Test func publicWiresAreBoundToThePublicValues() throws {
    let sample = try Sample("product")
    var witness = sample.witness
    witness[2] = Native(5)
    witness[1] = witness[2] * witness[3]
    #expect(try sample.forProver.system.firstUnsatisfiedConstraint(witness) == nil)
    let proof = try RankOneProver.prove(sample.forProver, uncheckedWitness: witness)
    #expect(throws: ProofError.commitment(.sum)) {
      try RankOneVerifier.verify(proof, of: sample.forVerifier)
    }
    // The same with the constant: all constraints of this circuit are homogeneous in it.
    var scaled = sample.witness
    scaled[0] = Native(2)
    let other = try RankOneProver.prove(sample.forProver, uncheckedWitness: scaled)
    #expect(throws: ProofError.commitment(.sum)) {
      try RankOneVerifier.verify(other, of: sample.forVerifier)
    }
  }

  @Test func everyPartOfTheStatementIsBound() throws {
    let sample = try Sample("chain")
    let proof = try RankOneProver.prove(sample.forProver, witness: sample.witness)
    for index in 0..<2 {
      let statement = try sample.withValue(index, plus: 1)
      #expect(throws: ProofError.self) { try RankOneVerifier.verify(proof, of: statement) }
    }
    // The same matrices under another digest: the file has its sections in another order.
    let system = sample.forVerifier.system
    let copy = try RankOneSystem<GMP>(file: system.fileBytes)
    #expect(copy.a == system.a && copy.digest != system.digest)
    let other = try RankOneStatement(
      system: copy, publicValues: sample.forVerifier.publicValues)
    #expect(throws: ProofError.self) { try RankOneVerifier.verify(proof, of: other) }
    // Another number of bits: other parameters.
    let weaker = try RankOneStatement(
      system: system, publicValues: sample.forVerifier.publicValues, securityBits: 90)
    #expect(throws: ProofError.self) { try RankOneVerifier.verify(proof, of: weaker) }
  }

  @Test func damagedProofsAreRefused() throws {
    let sample = try Sample("cube")
    let proof = try RankOneProver.prove(sample.forProver, witness: sample.witness)
    func refuses(_ bytes: [UInt8], _ what: Comment) {
      #expect(throws: ProofError.self, what) {
        try RankOneVerifier.verify(bytes, of: sample.forVerifier)
      }
    }
    var generator = SeededGenerator()
    for index in 0..<min(proof.count, 600) {
      // The messages of the reduction stand at the beginning; behind them a sample of the rest.
      let place = index < 300 ? index : Int(generator.next() % UInt64(proof.count))
      guard place < proof.count else { continue }
      var damaged = proof
      damaged[place] ^= 1 << UInt8(generator.next() % 8)
      refuses(damaged, "byte \(place), seed \(generator.seed)")
    }
    for count in [0, 1, 31, 32, proof.count / 2, proof.count - 1] {
      refuses(Array(proof.prefix(count)), "cut to \(count)")
    }
    refuses(proof + [0], "a byte more")
    for _ in 0..<100 {
      let edited = Mutations.edit(proof, with: &generator)
      if edited != proof { refuses(edited, "edited, seed \(generator.seed)") }
    }
  }

  @Test func impossibleStatementsAreRefused() throws {
    let sample = try Sample("cube")
    let system = sample.forVerifier.system
    #expect(throws: ProofError.statement(field: "public values", expected: "1", found: "2")) {
      try RankOneStatement(system: system, publicValues: [GMP(1), GMP(2)])
    }
    let empty = SparseMatrix<GMP>(columnCount: 3)
    #expect(throws: ProofError.statement(field: "constraints", expected: "1 or more", found: "0")) {
      try RankOneStatement(
        system: RankOneSystem(
          a: empty, b: empty, c: empty, publicOutputCount: 0, publicInputCount: 0,
          privateInputCount: 2), publicValues: [])
    }
    #expect(throws: ProofError.self) {
      try RankOneStatement(system: system, publicValues: [GMP(35)], securityBits: 300)
    }
  }

  /// Sizes around powers of two, with constraints of many terms.
  @Test(arguments: [1, 2, 3, 7, 8, 9, 33])
  func randomCircuitsAreProved(count: Int) throws {
    var generator = SeededGenerator()
    let wires = count + 4
    var witness = [Native.one]
    while witness.count < wires { witness.append(Native(Int64(generator.next() >> 1))) }
    var matrices = [SparseMatrix<Native>](repeating: .init(columnCount: wires), count: 3)
    for _ in 0..<count {
      let rows = (0..<2).map { _ in
        (0..<wires).filter { _ in generator.next() % 3 == 0 }.map {
          SparseMatrix<Native>.Entry($0, Native(Int64(truncatingIfNeeded: generator.next())))
        }
      }
      let product = rows.map { row in
        row.reduce(Native.zero) { $0 + $1.value * witness[$1.column] }
      }.reduce(Native.one, *)
      for (index, row) in rows.enumerated() { matrices[index].append(row) }
      matrices[2].append([.init(0, product)])
    }
    let system = RankOneSystem(
      a: matrices[0], b: matrices[1], c: matrices[2], publicOutputCount: 1, publicInputCount: 2,
      privateInputCount: 0)
    let statement = try RankOneStatement(system: system, publicValues: Array(witness[1...3]))
    let proof = try RankOneProver.prove(statement, witness: witness)
    try RankOneVerifier.verify(proof, of: statement)
    var other = witness
    other[wires - 1] += .one
    guard try system.firstUnsatisfiedConstraint(other) != nil else { return }
    let forged = try RankOneProver.prove(statement, uncheckedWitness: other)
    #expect(throws: ProofError.self, "seed \(generator.seed)") {
      try RankOneVerifier.verify(forged, of: statement)
    }
  }
}
