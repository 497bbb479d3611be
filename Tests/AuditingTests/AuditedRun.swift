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
import Foundation

/// An honest run in a folder, which stores every third state, with its claim and a challenge.
struct AuditedRun {
  let spec: Spec
  let dataset: Dataset
  let weights: WeightsFile?
  let testSet: Dataset
  let key: SigningKey
  let directory: RunDirectory
  let records: [TraceRecord]
  let claim: ProviderClaim
  let claimBytes: [UInt8]
  let challenge: Challenge
  let bundle: [UInt8]
  let hasher = PortableLeafHasher()
  let terms = SHA256.digest(of: Array("terms".utf8))

  static let secret = [UInt8](repeating: 5, count: 32)

  /// - Parameters:
  ///   - drawn: intervals to draw of ten; nil for every one.
  ///   - metric: what the spec measures.
  ///   - isAdapted: train adapters on given weights.
  ///   - start: the checkpoint that is continued.
  init(
    drawn: Int? = 3, specSeed: UInt64 = 7, metric: QualityMeasure.Metric = .accuracy,
    isAdapted: Bool = false, start: ((Spec) throws -> VerifiedStart)? = nil
  ) throws {
    var generator = SeededGenerator(seed: 21)
    dataset = try Dataset(
      elementType: .uint8, exampleShape: try Shape([4]), contents: generator.bytes(4 * 40),
      targets: .labels((0..<40).map { _ in Int32.random(in: 0..<2, using: &generator) }, classes: 2)
    )
    testSet = try Dataset(
      elementType: .uint8, exampleShape: try Shape([4]), contents: generator.bytes(4 * 17),
      targets: .labels((0..<17).map { _ in Int32.random(in: 0..<2, using: &generator) }, classes: 2)
    )
    let data = dataset.description(scale: DataDescription.Scale(divisor: 255))
    let quality = QualityMeasure(
      metric: metric, root: testSet.commitment(), exampleCount: 17, batchSize: 7)
    func spec(_ model: JSONValue, weights: Digest?) throws -> Spec {
      try Spec(
        decoding: Spec.json(
          seed: specSeed, steps: 29, interval: 3, batchSize: 5, model: model, data: data,
          optimizer: .sgd(momentum: 0.9, nesterov: true, weightDecay: 0.001),
          schedule: Schedule(kind: .cosine(final: 0.01), learningRate: 0.1, warmupSteps: 5),
          weights: weights, quality: quality))
    }
    let model = MultilayerPerceptron(hidden: [3], activation: .relu).model(for: data)
    let plain = try spec(model, weights: nil)
    if isAdapted {
      let file = try WeightsFile(ModelState.initial(plain).safetensors)
      let match = WeightsMatch(model: model, shapes: file.tensors.mapValues(\.dimensions))
      let adapted = LowRankAdapters(rank: 2, alpha: 1).model(adapting: match.model)
      self.spec = try spec(adapted ?? model, weights: file.digest)
      weights = file
    } else {
      self.spec = plain
      weights = nil
    }
    let spec = self.spec
    // Another provider where a checkpoint is continued.
    key = try SigningKey(seed: generator.bytes(start == nil ? 32 : 64).suffix(32))
    let path = NSTemporaryDirectory() + "assay-audit-\(UUID().uuidString)"
    directory = try RunDirectory.create(
      path, spec: spec, provider: key.verifyingKey, traceSecret: SHA256.digest(of: [9]),
      weights: weights, start: start?(spec))
    let engine = try StepEngine(
      spec: spec, dataset: dataset, backend: try CPUBackend(path: .best, threads: 2),
      hasher: hasher, weights: weights)
    var training = TrainingRun(
      directory, engine: engine, hasher: hasher,
      retention: RetentionPlan(spec: spec, segment: directory.segment, stride: 3), clock: { 0 })
    records = try training.train()
    claim = try directory.claim(
      job: "job", terms: terms, hasher: hasher,
      evaluator: Evaluator.measuring(
        spec, testSet: testSet, backend: CPUBackend(path: .best, threads: 2), weights: weights))
    claimBytes = claim.signed(by: key).encoded
    challenge = try Self.challenge(
      claim: try ProviderClaim.open(claimBytes).identity, terms: terms, drawn: drawn,
      intervalCount: directory.segment.intervalCount)
    bundle = try Self.pack(
      directory, spec: spec, dataset: dataset, records: records, claim: claimBytes, challenge)
  }

  static func challenge(
    claim: Digest, terms: Digest, drawn: Int?, intervalCount: Int
  ) throws -> Challenge {
    try Challenge(
      job: "job", terms: terms, claim: claim,
      policy: EvidencePolicy(
        selection: drawn.map { .drawn($0) } ?? .every, adversary: .targeted,
        confidenceMillionths: 0),
      source: .secrets(
        buyer: secret, operator: secret), intervalCount: intervalCount)
  }

  static func pack(
    _ directory: RunDirectory, spec: Spec, dataset: Dataset, records: [TraceRecord],
    claim: [UInt8], _ challenge: Challenge
  ) throws -> [UInt8] {
    let hasher = PortableLeafHasher()
    let packer = try BundlePacker(
      spec: spec, claimEnvelope: claim, challenge: challenge, records: records,
      saltOpening: { directory.saltOpening(ofRecord: $0) })
    let engine = try StepEngine(
      spec: spec, dataset: dataset, backend: try CPUBackend(path: .portable, threads: 1),
      hasher: hasher, weights: directory.weights())
    var bytes: [UInt8] = []
    try packer.pack(
      states: RecordedStates(directory, records: records, engine: engine, hasher: hasher),
      hasher: hasher
    ) { (part) throws(AuditingError) in bytes += part }
    return bytes
  }

  /// The run's bundle under a changed claim: the header names the new claim and draw.
  ///
  /// - Parameter drawn: intervals to draw; nil for every one.
  func auditRepacked(
    _ claim: ProviderClaim, drawn: Int? = nil, testSet: Dataset? = nil, hasTestSet: Bool = true,
    backend: (any Backend)? = nil
  ) throws -> AuditReport {
    let envelope = claim.signed(by: key)
    let challenge = try Self.challenge(
      claim: envelope.identity, terms: terms, drawn: drawn, intervalCount: 10)
    let writer = BundleWriter(
      BundleLayout(spec: spec, segment: spec.wholeRun, intervals: challenge.indices))
    let engine = try StepEngine(
      spec: spec, dataset: dataset, backend: try CPUBackend(path: .portable, threads: 1),
      hasher: hasher)
    let states = RecordedStates(directory, records: records, engine: engine, hasher: hasher)
    var bundle: [UInt8] = []
    let sink = { (part: [UInt8]) throws(AuditingError) in bundle += part }
    try writer.writeHeader(
      challenge: challenge, records: records,
      saltOpening: { directory.saltOpening(ofRecord: $0) }, to: sink)
    for interval in challenge.indices {
      try writer.writeInterval(
        interval, start: states.state(ofRecord: interval),
        end: states.commitment(ofRecord: interval + 1), to: sink)
    }
    try writer.writeArtefact(states.state(ofRecord: 10), to: sink)
    return try audit(
      claim: envelope.encoded, challenge: challenge, bundle: bundle, testSet: testSet,
      hasTestSet: hasTestSet, backend: backend)
  }

  func remove() { try? FileManager.default.removeItem(atPath: directory.path) }

  func audit(
    claim: [UInt8]? = nil, challenge: Challenge? = nil, bundle: [UInt8]? = nil,
    spec: Spec? = nil, expectation: AuditExpectation = AuditExpectation(),
    testSet: Dataset? = nil, hasTestSet: Bool = true, backend: (any Backend)? = nil,
    weights: WeightsFile? = nil,
    onEvent: @escaping (AuditEvent) -> Void = { _ in }
  ) throws -> AuditReport {
    let audit = Audit(
      spec: spec ?? self.spec, expectation: expectation,
      backend: try backend ?? CPUBackend(path: .portable, threads: 1),
      referee: try CPUBackend(path: .best, threads: 2), hasher: hasher, clock: { 0 })
    return try audit.examine(
      claim: claim ?? claimBytes, challenge: challenge ?? self.challenge,
      bundle: BundleBytes(bundle ?? self.bundle), dataset: dataset,
      testSet: hasTestSet ? testSet ?? self.testSet : nil, weights: weights ?? self.weights,
      onEvent: onEvent)
  }
}
