import AssayAuditing
import AssayCircuits
import AssayCryptography
import AssayDatasets
import AssayEvidence
import AssayMerkle
import AssayProving
import AssaySpecification
import AssayTensors
import AssayTestSupport
import AssayTraining
import AssayVerification

/// A small run whose spec wants proofs, with what its provider could hand in.
struct ProvedRun {
  let spec: Spec
  let dataset: Dataset
  let hasher = PolynomialHasher(PortableLeafHasher())
  /// The states of the honest run, one per record.
  let states: [ModelState]

  static let job = "job"
  static let terms = SHA256.digest(of: Array("terms".utf8))
  static let secret = [UInt8](repeating: 5, count: 32)

  /// Ten images of 12 × 12, three classes, batches of 2; 6 steps in 3 intervals.
  ///
  /// - Parameter dataRoot: what the spec's `proof` object says of the data; the truth if left out.
  init(dataRoot: Digest? = nil) throws {
    var generator = SeededGenerator(seed: 21)
    dataset = try Dataset(
      elementType: .uint8, exampleShape: Shape([1, 12, 12]), contents: generator.bytes(10 * 144),
      targets: .labels((0..<10).map { Int32($0 % 3) }, classes: 3))
    let data = dataset.description(scale: DataDescription.Scale())
    guard
      let parts = IntegerNetwork(
        .perceptron(hidden: [4]), data: data, batchSize: 2, steps: 6, hasMomentum: true,
        learningRate: nil
      ).parts()
    else { throw Missing(description: "an integer network") }
    func spec(_ proof: ProofOptions?) throws -> Spec {
      try Spec(
        decoding: Spec.json(
          seed: 5, steps: 6, interval: 2, batchSize: 2, model: parts.model, data: data,
          optimizer: parts.optimizer, schedule: parts.schedule, integer: parts.settings,
          proof: proof))
    }
    let circuit = try Circuit(spec: spec(nil), stepCount: 2)
    let rows = try ProofSetting.rows(for: circuit)
    let setting = try ProofSetting(circuit: circuit, rows: rows)
    let root = try dataRoot ?? DataCommitment.root(of: dataset, setting: setting)
    self.spec = try spec(
      ProofOptions(steps: 2, rows: rows, dataRoot: root))
    let engine = try StepEngine(
      spec: self.spec, dataset: dataset, backend: try CPUBackend(threads: 1), hasher: hasher)
    let start = try ModelState.initial(self.spec)
    states = [start] + (try Self.train(engine, from: start, intervals: 0..<3))
  }

  /// The states after each of these intervals, trained from a state.
  private static func train(
    _ engine: StepEngine, from start: ModelState, intervals: Range<Int>
  ) throws -> [ModelState] {
    try engine.load(start)
    return try intervals.map { interval in
      _ = try engine.run(steps: engine.spec.steps(ofInterval: interval))
      return try engine.state(step: engine.spec.step(ofRecord: interval + 1))
    }
  }

  /// The states of every record from `index` on, trained from another state there.
  func states(from state: ModelState, at index: Int) throws -> [ModelState] {
    let engine = try StepEngine(
      spec: spec, dataset: dataset, backend: try CPUBackend(threads: 1), hasher: hasher)
    return [state] + (try Self.train(engine, from: state, intervals: index..<3))
  }

  /// A state with one weight changed.
  func altered(_ state: ModelState) -> ModelState {
    var contents = state.contents
    contents[0][0] ^= 1
    return ModelState(step: state.step, layout: state.layout, contents: contents)
  }

  /// What an honest provider hands in.
  func honest(seed: UInt8 = 9) throws -> Handed {
    try Handed(self, tensors: states, polynomials: states, seed: seed)
  }

  /// An audit of what was handed in.
  ///
  /// - Parameters:
  ///   - proofs: the files that were handed in, by interval.
  ///   - bundle: the answer to the challenge; nil for none.
  func audit(
    _ handed: Handed, _ challenge: Challenge, proofs: [Int: [UInt8]],
    bundle: [UInt8]? = nil, artefact: ModelState? = nil, isFinal: Bool = false,
    hasData: Bool = false, checks: ProofChecks?? = .none
  ) throws -> AuditReport {
    let settings = try SpecSettings(spec: spec)
    let usual = ProofChecks(
      checker: IntervalVerifier(settings: settings),
      dataRoot: { try DataCommitment.root(of: $0, settings: settings) })
    let audit = Audit(
      spec: spec, expectation: AuditExpectation(), backend: try CPUBackend(threads: 1),
      referee: nil, hasher: hasher, proofs: checks ?? usual, clock: { 0 })
    return try audit.examine(
      claim: handed.claim, challenge: challenge, bundle: bundle.map(BundleBytes.init),
      answer: ProofAnswer(artefact: artefact?.safetensors, isFinal: isFinal) { proofs[$0] },
      dataset: hasData ? dataset : nil)
  }

  struct Missing: Error, CustomStringConvertible {
    let description: String
  }
}

/// A trace over states, whose tensors and polynomials may be those of different chains.
struct Handed {
  let run: ProvedRun
  let tensors: [ModelState]
  let polynomials: [ModelState]
  let key: SigningKey
  let commitments: [StateCommitment]
  let records: [TraceRecord]
  let claim: [UInt8]

  init(
    _ run: ProvedRun, tensors: [ModelState], polynomials: [ModelState],
    artefact: ModelState? = nil, seed: UInt8 = 9
  ) throws {
    self.run = run
    self.tensors = tensors
    self.polynomials = polynomials
    let layout = run.spec.stateLayout
    let key = try SigningKey(seed: [UInt8](repeating: seed, count: 32))
    self.key = key
    let commitments = zip(tensors, polynomials).map { tensor, polynomial in
      StateCommitment(
        step: tensor.step, layout: layout,
        contentsRoots: tensor.commitment(run.hasher).contentsRoots.dropLast()
          + polynomial.commitment(run.hasher).contentsRoots.suffix(1))
    }
    self.commitments = commitments
    let engine = try StepEngine(
      spec: run.spec, dataset: run.dataset, backend: try CPUBackend(threads: 1),
      hasher: run.hasher)
    let losses: [Float] =
      try [0]
      + (0..<3).map { interval in
        try engine.load(tensors[interval])
        return try engine.run(steps: run.spec.steps(ofInterval: interval))
      }
    let records = commitments.indices.map { index in
      TraceRecord(
        index: UInt64(index), step: commitments[index].step, stateRoot: commitments[index].root,
        meanLoss: losses[index],
        salt: TraceRecord.salt(
          opening: Self.saltOpening(UInt64(index)), provider: key.verifyingKey))
    }
    self.records = records
    claim =
      ProviderClaim(
        job: ProvedRun.job, terms: ProvedRun.terms, provider: key.verifyingKey,
        spec: run.spec.digest, dataRoot: run.spec.data.root, firstStep: 0, lastStep: 6,
        firstRoot: commitments[0].root, lastRoot: commitments[3].root, traceSize: 4,
        traceRoot: MerkleTree.root(ofLeafHashes: records.map(\.leafHash)),
        artefact: (artefact ?? tensors[3]).artefactDigest
      ).signed(by: key).encoded
  }

  private static func saltOpening(_ index: UInt64) -> Digest {
    TraceRecord.saltOpening(secret: .zero, index: index)
  }

  /// The proof of an interval, made over the states of the polynomials.
  func proof(_ interval: Int) throws -> IntervalProof {
    let engine = try StepEngine(
      spec: run.spec, dataset: run.dataset, backend: try CPUBackend(threads: 1),
      hasher: run.hasher, tracing: true)
    let result = try IntervalProver(spec: run.spec, dataset: run.dataset, engine: engine)
      .prove(run.spec.steps(ofInterval: interval), from: polynomials[interval])
    let file = IntervalProof(
      of: interval, from: commitments[interval], result, records: records,
      saltOpening: Self.saltOpening)
    return IntervalProof(
      interval: file.interval, first: file.first, last: file.last, before: file.before,
      after: IntervalProof.End(
        opening: file.after.opening, contentsRoots: commitments[interval + 1].contentsRoots),
      joints: file.joints, proofs: file.proofs)
  }

  /// The files that prove these intervals.
  func proofs(_ intervals: some Sequence<Int>) throws -> [Int: [UInt8]] {
    var files: [Int: [UInt8]] = [:]
    for interval in intervals { files[interval] = try proof(interval).bytes }
    return files
  }

  /// A challenge of the claim that draws every interval.
  func challenge(_ method: EvidenceMethod) throws -> Challenge {
    try Challenge(
      job: ProvedRun.job, terms: ProvedRun.terms, claim: Envelope(decoding: claim).identity,
      policy: EvidencePolicy(
        method: method, selection: .every, adversary: .targeted, confidenceMillionths: 0),
      source: .secrets(
        buyer: ProvedRun.secret, operator: ProvedRun.secret), intervalCount: 3)
  }

  /// The answer to a challenge, from the states of the tensors.
  func bundle(for challenge: Challenge) throws -> [UInt8] {
    var bytes: [UInt8] = []
    let sink = { (part: [UInt8]) throws(AuditingError) in bytes += part }
    let writer = BundleWriter(
      BundleLayout(spec: run.spec, segment: run.spec.wholeRun, intervals: challenge.indices))
    try writer.writeHeader(
      challenge: challenge, records: records, saltOpening: Self.saltOpening, to: sink)
    for interval in challenge.indices {
      try writer.writeInterval(
        interval, start: tensors[interval], end: commitments[interval + 1], to: sink)
    }
    try writer.writeArtefact(tensors[3], to: sink)
    return bytes
  }
}
