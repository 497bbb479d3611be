import AssayAdversaries
import AssayAuditing
import AssayCryptography
import AssayDatasets
import AssayEvidence
import AssayMerkle
import AssaySpecification
import AssayTensors
import AssayTestSupport
import AssayTraining
import AssayWire

/// A job so small that it is trained and audited in milliseconds, with an honest provider's run.
struct SmallJob {
  let spec: Spec
  let dataset: Dataset
  let testSet: Dataset
  let backend: CPUBackend
  let hasher = KernelLeafHasher(threads: 1)
  let key: SigningKey
  let cheatKey: SigningKey
  let run: MemoryRun
  let honest: Submission
  let terms = SHA256.digest(of: Array("terms".utf8))

  /// A perceptron's job.
  init(steps: UInt64 = 30, interval: UInt64 = 3, hasLabels: Bool = true) throws {
    var generator = SeededGenerator(seed: 11)
    func targets(_ count: Int) -> Dataset.Targets {
      hasLabels
        ? .labels((0..<count).map { _ in Int32.random(in: 0..<3, using: &generator) }, classes: 3)
        : .values(
          (0..<2 * count).map { _ in Float.random(in: -1...1, using: &generator) }, perExample: 2)
    }
    func dataset(_ count: Int) throws -> Dataset {
      try Dataset(
        elementType: .uint8, exampleShape: try Shape([6]), contents: generator.bytes(6 * count),
        targets: targets(count))
    }
    try self.init(
      dataset: dataset(96), testSet: dataset(25), steps: steps, interval: interval,
      scale: DataDescription.Scale(divisor: 255)
    ) { data in MultilayerPerceptron(hidden: [5], activation: .tanh).model(for: data) }
  }

  /// A job of any model.
  ///
  /// - Parameters:
  ///   - integer: a network in exact integers, in place of the model.
  ///   - model: the model for such data; nil where it does not suit them.
  init(
    dataset: Dataset, testSet: Dataset, steps: UInt64, interval: UInt64,
    scale: DataDescription.Scale = DataDescription.Scale(), batch: Int = 8,
    augmentation: Augmentation? = nil, update: UpdateOptions = UpdateOptions(),
    integer: IntegerNetwork.Kind? = nil, model: (DataDescription) -> JSONValue? = { _ in nil }
  ) throws {
    self.dataset = dataset
    self.testSet = testSet
    var generator = SeededGenerator(seed: 12)
    let data = dataset.description(scale: scale, augmentation: augmentation)
    var metric = QualityMeasure.Metric.accuracy
    if case .values = dataset.targets { metric = .loss }
    let parts = integer.flatMap {
      IntegerNetwork($0, data: data, batchSize: batch, steps: steps).parts()
    }
    guard let graph = parts?.model ?? model(data) else {
      throw SpecificationError.value(path: "model", reason: "it does not suit the data")
    }
    spec = try Spec(
      decoding: Spec.json(
        seed: 7, steps: steps, interval: interval, batchSize: batch, model: graph, data: data,
        optimizer: parts?.optimizer
          ?? .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, decoupled: true),
        schedule: parts?.schedule ?? Schedule(kind: .constant, learningRate: 0.01),
        update: update, integer: parts?.settings,
        quality: QualityMeasure(
          metric: metric, root: testSet.commitment(), exampleCount: testSet.exampleCount,
          batchSize: min(10, testSet.exampleCount))))
    backend = try CPUBackend(path: .best, threads: 1)
    key = try SigningKey(seed: generator.bytes(32))
    cheatKey = try SigningKey(seed: generator.bytes(32))
    let engine = try StepEngine(spec: spec, dataset: dataset, backend: backend, hasher: hasher)
    run = try MemoryRun.honest(
      provider: key.verifyingKey, traceSecret: SHA256.digest(of: [1]), engine: engine,
      hasher: hasher,
      evaluator: try Evaluator.measuring(spec, testSet: testSet, backend: backend))
    honest = Submission.honest(run, job: "job-1", terms: terms, key: key)
  }

  func cheatingProvider() throws -> CheatingProvider {
    try CheatingProvider(
      honest: run, honestClaim: try Envelope(decoding: honest.claim), dataset: dataset,
      testSet: testSet, backend: backend, hasher: hasher, key: cheatKey,
      traceSecret: SHA256.digest(of: [2]),
      job: "job-1", terms: terms)
  }

  func challenge(
    _ submission: Submission, _ selection: EvidencePolicy.Selection, secret: [UInt8]
  ) throws -> Challenge {
    try Challenge(
      job: "job-1", terms: terms, claim: submission.identity,
      policy: EvidencePolicy(
        selection: selection, adversary: .targeted, confidenceMillionths: 0),
      source: .secrets(
        buyer: secret, operator: secret.reversed()),
      intervalCount: spec.intervalCount)
  }

  func audit(_ submission: Submission, _ challenge: Challenge) throws -> AuditReport {
    let audit = Audit(
      spec: spec, expectation: AuditExpectation(job: "job-1", terms: terms), backend: backend,
      referee: try CPUBackend(path: .portable, threads: 1), hasher: hasher, clock: { 0 })
    return try audit.examine(
      claim: submission.claim, challenge: challenge,
      bundle: BundleBytes(try submission.bundle(for: challenge)), dataset: dataset,
      testSet: testSet)
  }
}
