import AssayCryptography
import AssayDatasets
import AssayFiles
import AssayMerkle
import AssaySpecification
import AssayTensors
import AssayTestSupport
import Testing

@testable import AssayTraining

@Suite struct TrainingRunTests {
  private let dataset: Dataset
  private let spec: Spec

  init() throws {
    dataset = try Samples.dataset(.label(classes: 4))
    spec = try Samples.spec(dataset)
  }

  /// Something that stops a run in the middle.
  private static let interruption = TrainingError.runDirectory(reason: "interrupted")

  private func train(
    _ folder: String, stride: Int = 2, stoppingAtCheckpoint stop: UInt64? = nil
  ) throws -> [TraceRecord] {
    let directory =
      try FileAccess.exists(folder + "/spec.json")
      ? RunDirectory.open(folder)
      : RunDirectory.create(
        folder, spec: spec, provider: Samples.provider().verifyingKey,
        traceSecret: SHA256.digest(of: [9]))
    let engine = try StepEngine(
      spec: spec, dataset: dataset, backend: try CPUBackend(threads: 1),
      hasher: PortableLeafHasher())
    var run = TrainingRun(
      directory, engine: engine, hasher: PortableLeafHasher(),
      retention: RetentionPlan(spec: spec, stride: stride), clock: { 0 })
    return try run.train(
      afterCheckpoint: { state throws(TrainingError) in
        if state.step == stop { throw Self.interruption }
      })
  }

  @Test func aRunRecordsEveryIntervalAndStoresWhatItSaid() throws {
    try Samples.withFolder { folder in
      let records = try train(folder + "/run")
      let directory = try RunDirectory.open(folder + "/run")
      #expect(records.map(\.step) == [0, 4, 8, 12, 16, 20, 24, 28, 30])
      #expect(try directory.records() == records)
      #expect(directory.checkpointSteps() == [0, 8, 16, 24, 30])
      for step in directory.checkpointSteps() {
        let record = try #require(spec.record(atStep: step))
        let root = try directory.checkpoint(step: step).commitment(PortableLeafHasher()).root
        #expect(root == records[record].stateRoot)
      }
      #expect(try FileAccess.read(directory.lossesPath, limit: 1000).count == 30 * 4)
      #expect(
        try records[0].stateRoot == ModelState.initial(spec).commitment(PortableLeafHasher()).root)
    }
  }

  @Test(arguments: [0, 8, 16, 24, 30] as [UInt64])
  func anInterruptedRunEndsAsAnUnbrokenOne(stop: UInt64) throws {
    try Samples.withFolder { folder in
      let whole = try train(folder + "/whole")
      #expect(throws: TrainingError.self) {
        try train(folder + "/run", stoppingAtCheckpoint: stop)
      }
      #expect(try train(folder + "/run") == whole)
      #expect(
        try FileAccess.read(folder + "/run/losses.f32", limit: 1000)
          == FileAccess.read(folder + "/whole/losses.f32", limit: 1000))
    }
  }

  @Test func aTraceTornAnywhereIsMendedAndTheTornPartKept() throws {
    try Samples.withFolder { folder in
      let whole = try train(folder + "/whole")
      let bytes = try FileAccess.read(folder + "/whole/trace.log", limit: 1 << 20)
      var generator = SeededGenerator()
      for trial in 0..<12 {
        let run = folder + "/run\(trial)"
        _ = try train(run)
        let cut = Int.random(in: 0..<bytes.count, using: &generator)
        try FileAccess.write(Array(bytes[..<cut]), to: run + "/trace.log")
        #expect(try train(run) == whole, "cut at \(cut), seed \(generator.seed)")
        let isWhole = cut == 0 || (cut >= 48 && (cut - 48) % 107 == 0)
        #expect(FileAccess.exists(run + "/trace.log.torn-1") == !isWhole, "cut at \(cut)")
      }
    }
  }

  @Test func aTornCheckpointIsSetAsideAndNeverUsed() throws {
    try Samples.withFolder { folder in
      let whole = try train(folder + "/whole")
      let run = folder + "/run"
      #expect(throws: TrainingError.self) { try train(run, stoppingAtCheckpoint: 16) }
      let path = try RunDirectory.open(run).checkpointPath(step: 16)
      var bytes = try FileAccess.read(path, limit: 1 << 20)
      try FileAccess.write(Array(bytes.dropLast(3)), to: path)
      #expect(throws: TrainingError.self) { try train(run, stoppingAtCheckpoint: 24) }
      #expect(FileAccess.exists(path + ".torn-1"))
      // A whole file with one wrong bit is not the state that the trace records either.
      bytes[bytes.count - 1] ^= 1
      let later = try RunDirectory.open(run).checkpointPath(step: 24)
      try FileAccess.write(bytes, to: later)
      #expect(try train(run) == whole)
      #expect(FileAccess.exists(later + ".torn-1"))
    }
  }

  @Test func aTraceThatSomebodyChangedIsNotContinued() throws {
    try Samples.withFolder { folder in
      let run = folder + "/run"
      #expect(throws: TrainingError.self) { try train(run, stoppingAtCheckpoint: 16) }
      // Whole records with right checksums, but of another provider's salt.
      let other = folder + "/other"
      let directory = try RunDirectory.create(
        other, spec: spec, provider: Samples.provider(2).verifyingKey,
        traceSecret: SHA256.digest(of: [9]))
      _ = try train(directory.path)
      try FileAccess.write(
        FileAccess.read(other + "/trace.log", limit: 1 << 20), to: run + "/trace.log")
      let error = #expect(throws: TrainingError.self) { try train(run) }
      guard case .traceMismatch? = error else {
        Issue.record("\(error.map { "\($0)" } ?? "")")
        return
      }
    }
  }

  @Test func aRunInUseIsLeftAlone() throws {
    try Samples.withFolder { folder in
      _ = try train(folder + "/run")
      let log = try TraceLog(
        appendingTo: folder + "/run/trace.log", spec: spec, segment: spec.wholeRun)
      let error = #expect(throws: TrainingError.self) { try train(folder + "/run") }
      guard case .busy? = error else {
        Issue.record("\(error.map { "\($0)" } ?? "")")
        return
      }
      #expect(log.records.count == 9)
    }
  }

  @Test func anotherSpecsTraceIsRefused() throws {
    try Samples.withFolder { folder in
      _ = try train(folder + "/run")
      let other = try Samples.spec(dataset, steps: 31)
      #expect(throws: TrainingError.self) {
        try TraceLog.records(at: folder + "/run/trace.log", spec: other, segment: other.wholeRun)
      }
    }
  }

  @Test func aLossThatIsNotFiniteStopsTheRun() throws {
    let wild = try Spec(
      decoding: Spec.json(
        seed: 5, steps: 30, interval: 4, batchSize: 7,
        model: MultilayerPerceptron(hidden: [11], activation: .relu).model(for: spec.data),
        data: spec.data, optimizer: .sgd(momentum: 0, nesterov: false, weightDecay: 0),
        schedule: Schedule(kind: .constant, learningRate: 1e30)))
    try Samples.withFolder { folder in
      let directory = try RunDirectory.create(
        folder + "/run", spec: wild, provider: Samples.provider().verifyingKey,
        traceSecret: SHA256.digest(of: [9]))
      let engine = try StepEngine(
        spec: wild, dataset: dataset, backend: try CPUBackend(threads: 1),
        hasher: PortableLeafHasher())
      var run = TrainingRun(
        directory, engine: engine, hasher: PortableLeafHasher(),
        retention: RetentionPlan(spec: wild, stride: 1), clock: { 0 })
      let error = #expect(throws: TrainingError.self) { try run.train() }
      guard case .lossNotFinite? = error else {
        Issue.record("\(error.map { "\($0)" } ?? "")")
        return
      }
    }
  }

  @Test func aClaimCoversWhatIsDone() throws {
    try Samples.withFolder { folder in
      let records = try train(folder + "/whole")
      let hasher = PortableLeafHasher()
      let claim = try RunDirectory.open(folder + "/whole").claim(
        job: "", terms: .zero, hasher: hasher)
      #expect(claim.lastStep == 30 && claim.traceSize == 9)
      #expect(claim.lastRoot == records[8].stateRoot && claim.firstRoot == records[0].stateRoot)
      #expect(claim.traceRoot == MerkleTree.root(ofLeafHashes: records.map(\.leafHash)))
      let file = try RunDirectory.open(folder + "/whole").checkpointPath(step: 30)
      #expect(claim.artefact == SHA256.digest(of: try FileAccess.read(file, limit: 1 << 20)))

      #expect(throws: TrainingError.self) {
        try train(folder + "/part", stoppingAtCheckpoint: 16)
      }
      let part = try RunDirectory.open(folder + "/part")
      let earlier = try part.claim(job: "", terms: .zero, hasher: hasher)
      #expect(earlier.lastStep == 16 && earlier.traceSize == 5)
      // A later claim extends an earlier one: the same trace, longer.
      let old = MerkleTree.consistencyProof(
        fromSize: 5, inLeafHashes: records.map(\.leafHash))
      try old.verify(oldRoot: earlier.traceRoot, newRoot: claim.traceRoot)
      #expect(throws: TrainingError.self) {
        try part.claim(job: "", terms: .zero, upTo: 28, hasher: hasher)
      }
    }
  }
}
