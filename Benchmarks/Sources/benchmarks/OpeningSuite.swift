internal import AssayAlgebra
internal import AssayCommitments
internal import AssayCryptography
internal import AssayFieldVectors
internal import AssayProving
internal import AssayTranscripts
internal import Harness

/// Commitments to columns of integers, and openings of claims about them, planned for 100 bits.
enum OpeningSuite {
  typealias K = GoldilocksExtension

  private static let elementBits = 22
  private static let elementCount = 1 << elementBits

  static func make() -> [Suite] {
    do { return try [proverSuite(), verifierSuite()] } catch {
      preconditionFailure("an honest opening fails: \(error)")
    }
  }

  /// Four columns of 2²⁰ numbers of 16 bits, each with a claim at its own point and one at a point
  /// that all share.
  private struct Statement {
    let layout: OracleLayout
    let parameters: CommitmentParameters
    let columns: [RowMatrix.Values]
    let terms: [[Term<K>]]
    let schedule: Schedule

    init() throws {
      let shape = [1 << (elementBits - 12), 1 << 10]
      parameters = try CommitmentParameters.plan(
        CommitmentParameters.Demand([.init(elementCounts: [elementCount])]), field: K.self)
      layout = try OracleLayout(
        kind: "witness", shapes: Array(repeating: shape, count: 4),
        rowBits: parameters.rowCodes[0].rowBits)
      var state: UInt64 = 1
      func random() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 16
      }
      columns = (0..<4).map { _ in
        .int16((0..<elementCount / 4).map { _ in Int16(truncatingIfNeeded: random() >> 20) })
      }
      func point(_ count: Int) -> [K] {
        (0..<count).map { _ in K(Goldilocks(Int64(random())), Goldilocks(Int64(random()))) }
      }
      let shared = point(elementBits - 2)
      terms = (0..<4).flatMap { column -> [[Term<K>]] in
        let own = point(elementBits - 2)
        return [own, shared].map { point in
          [
            .tensor(
              oracle: 0, column: column, coefficient: .one,
              weights: [.eq(Array(point.dropLast(10))), .eq(Array(point.suffix(10)))])
          ]
        }
      }
      schedule = Schedule(
        try OpeningVerifier.schedule(layouts: [layout], parameters: parameters, field: K.self))
    }

    /// The claims with values that are not computed: the work does not depend on them.
    func claims<V: ChallengeField>(_ field: V.Type) -> [LinearClaim<V>] {
      terms.map { terms in
        LinearClaim<V>(terms: terms.map { $0.converted(to: V.self) }, value: .zero)
      }
    }

    func prove(_ oracle: GoldilocksOracle, _ arithmetic: GoldilocksArithmetic) throws -> [UInt8] {
      var transcript = TranscriptWriter<K>(schedule: schedule, context: oracle.root.bytes)
      try OpeningProver.open(
        claims: claims(K.self), oracles: [oracle], parameters: parameters, arithmetic: arithmetic,
        transcript: &transcript)
      return try transcript.finish()
    }

    func commit(_ arithmetic: GoldilocksArithmetic) -> GoldilocksOracle {
      GoldilocksOracle(
        arithmetic.rows(columns, layout: layout), layout: layout,
        rateBits: parameters.rowCodes[0].rateBits, arithmetic: arithmetic)
    }

    var settings: [(name: String, value: String)] {
      [
        ("elements", "2^\(elementBits)"), ("row", "2^\(parameters.rowCodes[0].rowBits)"),
        ("rate", "2^-\(parameters.rowCodes[0].rateBits)"), ("levels", "\(parameters.levels.count)"),
        ("claims", "\(terms.count)"),
      ]
    }
  }

  private static func proverSuite() throws -> Suite {
    let statement = try Statement()
    var suite = Suite(
      "opening, prover", unit: "10⁶ elements/s", parameters: statement.settings)
    for threads in [1, 2] {
      let arithmetic = GoldilocksArithmetic(kernels: FieldKernels(threads: threads))
      let oracle = statement.commit(arithmetic)
      let work = Double(elementCount) / 1e6
      suite.add("commit, threads: \(threads)", work: work) {
        precondition(statement.commit(arithmetic).root == oracle.root, "one root")
      }
      suite.add("open, threads: \(threads)", work: work) {
        let proof = try? statement.prove(oracle, arithmetic)
        precondition(proof != nil, "an opening is made")
      }
    }
    return suite
  }

  private static func verifierSuite() throws -> Suite {
    let statement = try Statement()
    let oracle = statement.commit(GoldilocksArithmetic())
    let proof = try statement.prove(oracle, GoldilocksArithmetic())
    var suite = Suite(
      "opening, verifier", unit: "proofs/s",
      parameters: statement.settings + [("proof", "\(proof.count) bytes")])
    func add<V: ChallengeField>(_ name: String, _ field: V.Type) {
      let claims = statement.claims(V.self)
      suite.add(name, work: 1) {
        var transcript = TranscriptReader<V>(
          schedule: statement.schedule, context: oracle.root.bytes, proof: proof)
        do throws(CommitmentError) {
          try OpeningVerifier.verify(
            claims: claims, oracles: [(statement.layout, oracle.root)],
            parameters: statement.parameters, transcript: &transcript)
          preconditionFailure("the claims' values are false")
        } catch {
          // Everything is checked before the sum, which is all that is wrong.
          precondition(error == .sum, "\(error)")
        }
      }
    }
    add("GMP", GMPGoldilocksExtension.self)
    add("native", GoldilocksExtension.self)
    return suite
  }
}

extension Term {
  /// The same term in another arithmetic; only what the statement above has.
  fileprivate func converted<V: ChallengeField>(to field: V.Type) -> Term<V> {
    func convert(_ element: K) -> V {
      guard let converted = V(canonicalBytes: element.canonicalBytes) else {
        preconditionFailure("two arithmetics of one field share their bytes")
      }
      return converted
    }
    guard case .tensor(let oracle, let column, let coefficient, let weights) = self else {
      preconditionFailure("terms of tensors")
    }
    return .tensor(
      oracle: oracle, column: column, coefficient: convert(coefficient),
      weights: weights.map { weight in
        guard case .eq(let point) = weight else { preconditionFailure("weights of points") }
        return .eq(point.map(convert))
      })
  }
}
