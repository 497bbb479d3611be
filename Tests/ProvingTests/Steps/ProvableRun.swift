import AssayCircuits
import AssayCryptography
import AssayDatasets
import AssayMerkle
import AssaySpecification
import AssayTensors
import AssayTestSupport
import AssayTraining
import AssayVerification
import Testing

@testable import AssayProving

/// A small run of the real engine whose spec wants proofs.
struct ProvableRun {
  let spec: Spec
  let dataset: Dataset
  let hasher: PolynomialHasher
  /// What hides states and data; nil for transparent proofs.
  let secret: Digest?

  /// Ten images of 12 × 12, three classes, batches of 2.
  init(
    _ kind: IntegerNetwork.Kind, hasMomentum: Bool, steps: UInt64 = 4, interval: UInt64 = 2,
    proofSteps: Int = 1, openings: Int = 0
  ) throws {
    secret = openings > 0 ? SHA256.digest(of: [7]) : nil
    hasher = PolynomialHasher(PortableLeafHasher(), secret: secret)
    var generator = SeededGenerator(seed: 21)
    dataset = try Dataset(
      elementType: .uint8, exampleShape: Shape([1, 12, 12]),
      contents: generator.bytes(10 * 144),
      targets: .labels((0..<10).map { Int32($0 % 3) }, classes: 3))
    let data = dataset.description(scale: DataDescription.Scale())
    let network = IntegerNetwork(
      kind, data: data, batchSize: 2, steps: steps, hasMomentum: hasMomentum, learningRate: nil)
    let parts = try #require(network.parts())
    func spec(_ proof: ProofOptions?) throws -> Spec {
      try Spec(
        decoding: Spec.json(
          seed: 5, steps: steps, interval: interval, batchSize: 2, model: parts.model, data: data,
          optimizer: parts.optimizer, schedule: parts.schedule, integer: parts.settings,
          proof: proof))
    }
    let circuit = try Circuit(spec: spec(nil), stepCount: proofSteps)
    let rows = try ProofSetting.rows(for: circuit, hiddenOpenings: openings)
    let setting = try ProofSetting(circuit: circuit, rows: rows, hiddenOpenings: openings)
    self.spec = try spec(
      ProofOptions(
        steps: proofSteps, rows: rows,
        dataRoot: DataCommitment.root(
          of: dataset, setting: setting,
          key: secret.map {
            HidingKeys.data(secret: $0, root: data.root, setting: setting)
          }),
        openings: openings))
  }

  func engine(tracing: Bool = false) throws -> StepEngine {
    try StepEngine(
      spec: spec, dataset: dataset, backend: try CPUBackend(threads: 1), hasher: hasher,
      tracing: tracing)
  }

  /// The states of all records, and their commitments, by plain execution.
  func states() throws -> (states: [ModelState], commitments: [StateCommitment]) {
    let engine = try engine()
    try engine.load(.initial(spec))
    var states = [try engine.state(step: 0)]
    for interval in 0..<spec.intervalCount {
      _ = try engine.run(steps: spec.steps(ofInterval: interval))
      states.append(try engine.state(step: spec.step(ofRecord: interval + 1)))
    }
    return (states, states.map { $0.commitment(hasher) })
  }

  /// The values of all columns of the steps from `first` on.
  func values(
    _ setting: ProofSetting, from state: ModelState, steps: ClosedRange<UInt64>
  ) throws -> ColumnValues {
    let engine = try engine(tracing: true)
    try engine.load(state)
    let sums = try steps.map { StepValues(try engine.trace(step: $0)) }
    let step = try #require(spec.integerStep)
    guard case .labels(let labels, _) = dataset.targets else { return ColumnValues([:]) }
    return try WitnessAssembler.assemble(
      step: step, circuit: setting.circuit,
      examples: ExampleValues(
        bytes: dataset.contents, labels: labels.map { Int($0) }),
      steps: sums, end: StateValues(try engine.state(step: steps.upperBound), step: step))
  }

  /// A claim over the run, and the file that proves each interval of it.
  ///
  /// - Parameter limit: the most steps for one proof.
  func claim(limit: Int? = nil) throws -> (claim: ProviderClaim, proofs: [IntervalProof]) {
    let (states, commitments) = try states()
    let key = try SigningKey(seed: [UInt8](repeating: 9, count: 32))
    let records = commitments.enumerated().map { index, commitment in
      TraceRecord(
        index: UInt64(index), step: commitment.step, stateRoot: commitment.root, meanLoss: 0,
        salt: TraceRecord.salt(
          opening: TraceRecord.saltOpening(secret: .zero, index: UInt64(index)),
          provider: key.verifyingKey))
    }
    let hashes = records.map(\.leafHash)
    let claim = ProviderClaim(
      job: "", terms: .zero, provider: key.verifyingKey, spec: spec.digest,
      dataRoot: spec.data.root, firstStep: 0, lastStep: spec.steps,
      firstRoot: commitments[0].root, lastRoot: commitments[commitments.count - 1].root,
      traceSize: UInt64(records.count), traceRoot: MerkleTree.root(ofLeafHashes: hashes),
      artefact: .zero)
    let prover = try IntervalProver(
      spec: spec, dataset: dataset, engine: try engine(tracing: true), secret: secret)
    let proofs = try (0..<spec.intervalCount).map { interval in
      let result = try prover.prove(
        spec.steps(ofInterval: interval), from: states[interval], limit: limit)
      return IntervalProof(
        of: interval, from: commitments[interval], result, records: records,
        saltOpening: { TraceRecord.saltOpening(secret: .zero, index: $0) })
    }
    return (claim, proofs)
  }
}
