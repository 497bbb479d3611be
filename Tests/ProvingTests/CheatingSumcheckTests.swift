import AssayAlgebra
import AssayProving
import AssaySumcheck
import AssayTestSupport
import AssayTranscripts
import Testing

/// Provers who follow the protocol for something that is false.
@Suite struct CheatingSumcheckTests {
  typealias K = GMPGoldilocksExtension

  /// Leaves 1 / (α − value) with a forged leaf behind the last.
  @Test(arguments: [1, 2, 3, 4, 5, 7, 8, 9]) func aNeutralLeafCannotCarryAValue(count: Int) throws {
    var generator = SeededGenerator()
    var fractions = Fractions.random(count, &generator)
    fractions.numerators = Array(repeating: 1, count: count)
    let layout = try LeafLayout(segmentBits: Array(repeating: 0, count: count))
    #expect(layout.bits == fractions.bits)
    for forged in [false, true] where !forged || count < 1 << layout.bits {
      var sent = fractions
      if forged {
        sent.numerators.append(1)
        sent.denominators.append(5)
      }
      var reader = TranscriptReader<K>(
        schedule: sent.schedule, context: [7], proof: try sent.proof(over: K.self))
      let leaves = try FractionSum.verify(
        bits: layout.bits, label: "tree", transcript: &reader
      ).leaves
      #expect((leaves.numerator == layout.occupied(at: leaves.point)) == !forged)
    }
  }

  /// Looks values up in the table 0 … 7; the multiplicities may be wrong.
  func lookUp(_ values: [Int64], multiplicities: [Int64]) throws {
    let alpha: Int64 = 0x1234_5678_9abc_def0
    let roots = try [
      Fractions(numerators: values.map { _ in 1 }, denominators: values.map { alpha - $0 }),
      Fractions(
        numerators: multiplicities.map { -$0 },
        denominators: multiplicities.indices.map { alpha - Int64($0) }),
    ].map { statement in
      let proof = try statement.proof(over: K.self)
      #expect(statement.outcome(of: proof, over: K.self) == .accepted)
      var reader = TranscriptReader<K>(schedule: statement.schedule, context: [7], proof: proof)
      return try FractionSum.verify(bits: statement.bits, label: "tree", transcript: &reader).root
    }
    var reader = TranscriptReader<K>(schedule: Schedule([]), context: [], proof: [])
    try FractionSum.requireCancellation(roots, label: "sum", transcript: &reader)
  }

  @Test func onlyTrueMultiplicitiesOfTableValuesCancel() throws {
    try lookUp([3, 3, 7, 0, 3], multiplicities: [1, 0, 0, 3, 0, 0, 0, 1])
    let wrong: [(values: [Int64], multiplicities: [Int64])] = [
      ([3, 3, 7, 0, 3], [1, 0, 0, 2, 0, 0, 0, 1]), ([3, 3, 7, 0, 3], [1, 1, 0, 3, 0, 0, 0, 1]),
      ([3, 3, 7, 0, 3], [1, 0, 0, 3, 0, 0, 0, -1]), ([3, 8], [0, 0, 0, 1, 0, 0, 0, 1]),
      ([3, 8], [0, 0, 0, 2, 0, 0, 0, 0]), ([-1], [1, 0, 0, 0, 0, 0, 0, 0]),
    ]
    for (values, multiplicities) in wrong {
      #expect(throws: SumcheckError.fractionsDoNotCancel) {
        try lookUp(values, multiplicities: multiplicities)
      }
    }
  }

  /// What the verifier says to a root and, of a tree of two leaves, to its children.
  func verify(
    root: [Int64], children: [Int64]? = nil
  ) throws -> Result<FractionSum.LeafClaim<K>, SumcheckError> {
    let bits = children == nil ? 0 : 1
    let schedule = Schedule(FractionSum.schedule(bits: bits, label: "tree"))
    var writer = TranscriptWriter<K>(schedule: schedule, context: [])
    try writer.send("tree.root", elements: root.map { K($0) })
    if let children {
      _ = try writer.challenge("tree.lambda")
      try writer.send("tree.children", elements: children.map { K($0) })
      _ = try writer.challenge("tree.mu")
    }
    var reader = TranscriptReader<K>(schedule: schedule, context: [], proof: try writer.finish())
    do {
      let claims = try FractionSum.verify(bits: bits, label: "tree", transcript: &reader)
      return .success(claims.leaves)
    } catch { return .failure(error) }
  }

  /// A leaf 1 / 0 would make any sum zero over zero.
  @Test(arguments: [0, 1] as [Int64]) func aPoleIsRefused(numerator: Int64) throws {
    #expect(try verify(root: [numerator, 0]) == .failure(.pole(label: "tree")))
    let children = [1, 2, numerator, 0]
    #expect(
      try verify(root: [2 * numerator, 0], children: children) == .failure(.pole(label: "tree")))
  }

  /// The leaves are 1/2 and 1/3, so the root is 5/6.
  @Test func aForgedRootIsRefused() throws {
    let honest = try verify(root: [5, 6], children: [1, 2, 1, 3]).get()
    #expect(honest.denominator == Multilinear.evaluate([K(2), K(3)], at: honest.point))
    for root in [[7, 6], [5, 7], [6, 5], [10, 12], [0, 6]] as [[Int64]] {
      let refusal = try verify(root: root, children: [1, 2, 1, 3])
      #expect(refusal == .failure(.layer(label: "tree", layer: 0)))
    }
  }

  /// A root that fits forged children leaves a claim that is false of the true leaves.
  @Test func forgedChildrenLeaveAFalseClaim() throws {
    let forged = try verify(root: [6, 8], children: [1, 2, 1, 4]).get()
    #expect(forged.denominator == Multilinear.evaluate([K(2), K(4)], at: forged.point))
    #expect(forged.denominator != Multilinear.evaluate([K(2), K(3)], at: forged.point))
  }

  @Test(arguments: 0..<4) func aFalseProductIsRefused(instance: Int) throws {
    var generator = SeededGenerator()
    for error in [1, -1, 1 << 40] as [Int64] {
      var products = Products.random([3, 2, 0, 1], &generator)
      products.instances[instance].error = error
      let proof = try products.proof(over: GoldilocksExtension.self)
      #expect(products.outcome(of: proof) == .refused(.products(label: "products")))
    }
  }

  /// Errors that cancel in the plain sum of all instances.
  @Test func falseProductsThatCancelAreRefused() throws {
    var generator = SeededGenerator()
    var products = Products.random([2, 2], &generator)
    products.instances[0].error = 5
    products.instances[1].error = -5
    let proof = try products.proof(over: GoldilocksExtension.self)
    #expect(products.outcome(of: proof) == .refused(.products(label: "products")))
  }

  @Test func aViolatedConstraintIsRefused() throws {
    var generator = SeededGenerator()
    let honest = Constraints.random(3, &generator)
    for place in honest.c.indices {
      var constraints = honest
      constraints.c[place] += 1
      let proof = try constraints.proof(over: BN254Scalar.self)
      #expect(
        constraints.outcome(of: proof, over: BN254Scalar.self)
          == .refused(.constraints(label: "constraints")))
    }
  }

  /// Violations that cancel in the plain sum over all constraints.
  @Test func violatedConstraintsThatCancelAreRefused() throws {
    let constraints = Constraints(variables: 1, a: [1, 1], b: [2, 2], c: [3, 1])
    let proof = try constraints.proof(over: GoldilocksExtension.self)
    #expect(constraints.outcome(of: proof) == .refused(.constraints(label: "constraints")))
  }
}
