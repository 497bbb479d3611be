internal import AssayAlgebra
internal import AssayProving
internal import AssaySumcheck
internal import AssayTranscripts
internal import Harness

/// How fast lookups and products are proved, and how long a lookup proof takes to verify.
enum SumcheckSuite {
  private typealias K = GoldilocksExtension

  /// Lookups of three columns (two of a byte, one of 16 bits): millions of leaves a second, so that
  /// 50 is 20 ns a leaf.
  static func makeLookups() -> [Suite] {
    [18, 20, 22].map { bits in
      var suite = Suite(
        "lookup", unit: "M leaves/s",
        parameters: [("leaves", "2^\(bits)"), ("lanes", "3 (1, 1 and 2 bytes)")])
      let sites = sites(bits)
      let schedule = Schedule(FractionSum.schedule(bits: bits, label: "lookup"))
      let work = Double(1 << bits) / 1e6
      // One core of the slowest path takes 0.1 s for 2^20 leaves: enough to see what kernels gain.
      let cases = kernels.filter { bits <= 20 || $0.name.first != "p" }
      for (name, kernels) in cases {
        let prover = FractionSumProver(kernels: kernels)
        suite.add(name, work: work) { _ = proof(schedule, sites, prover) }
      }
      return suite
    } + [verification()]
  }

  /// Sums of products of dense tables: millions of terms a second.
  static func makeProducts() -> [Suite] {
    [false, true].map { isGated in
      let bits = 20
      var suite = Suite(
        "products", unit: "M terms/s",
        parameters: [("terms", "2^\(bits)"), ("factors", isGated ? "3" : "2")])
      let values = (0..<1 << bits).map { K(Goldilocks(Int64($0) * 7919), Goldilocks(Int64($0))) }
      let instance = BatchedProductsProver.Instance(
        claim: .init(variables: bits, value: .zero), gate: isGated ? values : nil, left: values,
        right: values)
      let schedule = Schedule(BatchedProducts.schedule(variables: [bits], label: "products"))
      for (name, kernels) in kernels {
        let prover = BatchedProductsProver(kernels: kernels)
        suite.add(name, work: Double(values.count) / 1e6) {
          var writer = TranscriptWriter<K>(schedule: schedule, context: [])
          _ = try? prover.prove([instance], label: "products", transcript: &writer)
        }
      }
      return suite
    }
  }

  private static var kernels: [(name: String, kernels: SumcheckKernels)] {
    SumcheckKernels.availablePaths.flatMap { path in
      [1, 2].compactMap { threads in
        SumcheckKernels(path: path, threads: threads).map {
          ("\(path.rawValue), \(threads) \(threads == 1 ? "thread" : "threads")", $0)
        }
      }
    }
  }

  /// A tree of 2^22 leaves by both arithmetics: proofs a second.
  private static func verification() -> Suite {
    let bits = 22
    var suite = Suite(
      "lookup verification", unit: "proofs/s", parameters: [("leaves", "2^\(bits)")])
    let schedule = Schedule(FractionSum.schedule(bits: bits, label: "lookup"))
    let proof = proof(schedule, sites(bits), FractionSumProver())
    func add<F: ChallengeField>(_ name: String, _ field: F.Type) {
      suite.add(name, work: 100) {
        for _ in 0..<100 {
          var reader = TranscriptReader<F>(schedule: schedule, context: [], proof: proof)
          let result = try? FractionSum.verify(
            bits: bits, label: "lookup", transcript: &reader)
          precondition(result != nil, "an honest proof is refused")
        }
      }
    }
    add("GMP, 1 thread", GMPGoldilocksExtension.self)
    add("native, 1 thread", K.self)
    return suite
  }

  private static func sites(_ bits: Int) -> LookupSites {
    let factor = K(Goldilocks(0x1234_5678_9abc_def), Goldilocks(0xfed_cba9_8765_4321))
    var coefficient = factor
    let lanes = [256, 2, 65536].map { range in
      let values = (0..<1 << bits).map { $0 &* 40503 % range }
      guard let column = IntegerColumn(values) else { preconditionFailure("16 bits fit") }
      coefficient *= factor
      return LookupSites.Lane(column, coefficient: coefficient)
    }
    do {
      return try LookupSites([.init(bits: bits, constant: factor, lanes: lanes)])
    } catch { preconditionFailure("one segment is in order: \(error)") }
  }

  private static func proof(
    _ schedule: Schedule, _ sites: LookupSites, _ prover: FractionSumProver
  ) -> [UInt8] {
    do {
      var writer = TranscriptWriter<K>(schedule: schedule, context: [])
      _ = try prover.prove(sites, label: "lookup", transcript: &writer)
      return try writer.finish()
    } catch { preconditionFailure("the benchmark's own lookups are refused: \(error)") }
  }
}
