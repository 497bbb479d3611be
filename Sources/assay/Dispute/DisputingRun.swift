internal import AssayAuditing
internal import AssayCryptography
internal import AssayDisputes
internal import AssayFiles
internal import AssaySpecification
internal import AssayTraining

/// A run folder that answers in a dispute.
final class DisputingRun {
  let path: String
  let spec: Spec
  let claim: [UInt8]
  let answerer: DisputeAnswerer
  /// Seconds that answering took, by what was asked.
  private(set) var seconds = 0.0
  /// Seconds that running the disputed interval's steps and hashing their states took.
  private(set) var intervalSeconds = 0.0
  private let clock: () -> Double

  init(
    _ path: String, claim: String?, files: DataOptions, options: BackendOptions,
    clock: @escaping () -> Double
  ) throws {
    self.path = path
    self.clock = clock
    let directory = try RunDirectory.open(path)
    spec = directory.spec
    self.claim = try FileAccess.read(
      claim ?? directory.claimPath, limit: Envelope.maximumByteCount)
    let claimed = try ProviderClaim.open(self.claim).claim
    let records = try directory.records()
    guard UInt64(records.count) >= claimed.traceSize else {
      throw OperationError(
        "the claim covers \(claimed.traceSize) states, and '\(path)' has \(records.count).")
    }
    let dataset = try files.dataset(for: spec.data)
    let hasher = try options.hasher(for: spec)
    // An engine for the states of the trace: where it stands is its state; and one for steps.
    let engines = try (0..<2).map { [spec] _ in
      try StepEngine(
        spec: spec, dataset: dataset, backend: options.backend(), hasher: hasher,
        weights: directory.weights(), checkingData: false)
    }
    let history = try StepHistory(
      spec: spec, dataset: dataset, backend: options.processor(), hasher: hasher,
      weights: directory.weights())
    let claimedRecords = Array(records.prefix(Int(claimed.traceSize)))
    answerer = DisputeAnswerer(
      spec: spec, segment: directory.segment, records: claimedRecords,
      states: RecordedStates(
        directory, records: claimedRecords, engine: engines[0], hasher: hasher),
      engine: engines[1], history: history, dataset: dataset, hasher: hasher)
  }

  func answer(_ question: Question) throws -> Answer {
    let began = clock()
    defer { seconds += clock() - began }
    let answer = try answerer.answer(question)
    if case .steps = question { intervalSeconds = clock() - began }
    return answer
  }
}
