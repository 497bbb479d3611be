import AssayAuditing
import AssayCryptography
import AssayDatasets
import AssayDisputes
import AssayMerkle
import AssaySpecification
import AssayTensors
import AssayTestSupport
import AssayTraining

/// A run, honest or with one thing done otherwise, whose party answers for it.
final class DisputedRun {
  let spec: Spec
  let key: SigningKey
  let answerer: DisputeAnswerer
  let claim: [UInt8]
  let states: [ModelState]

  /// States of the run, for the answerer.
  private final class StateBox: StateSource {
    var states: [ModelState] = []
    func state(ofRecord index: Int) throws(TrainingError) -> ModelState { states[index] }
    func commitment(ofRecord index: Int) throws(TrainingError) -> StateCommitment {
      states[index].commitment(PortableLeafHasher())
    }
  }

  /// What a run does otherwise than the spec says.
  struct Deviation {
    var alteration: Alteration?
    var batch: ((UInt64) -> [Int])?
    var scalars: ((UInt64) -> StepScalars)?
    /// Changes the first state.
    var start: ((ModelState) -> ModelState)?
    /// Changes the state of a record behind the run's back, and goes on from it.
    var record: (index: Int, change: (ModelState) -> ModelState)?
    /// Adds to the mean loss of a record.
    var loss: (index: Int, excess: Float)?
  }

  /// Trains.
  init(
    _ spec: Spec, _ dataset: Dataset, seed: UInt8, _ deviation: Deviation = Deviation(),
    weights: WeightsFile? = nil
  ) throws {
    let hasher = PortableLeafHasher()
    self.spec = spec
    key = try SigningKey(seed: [UInt8](repeating: seed, count: 32))
    let backend = try CPUBackend(threads: 1)
    let engine = try StepEngine(
      spec: spec, dataset: dataset, backend: backend, hasher: hasher, weights: weights,
      checkingData: false)
    let history = try StepHistory(
      spec: spec, dataset: dataset, backend: backend, hasher: hasher, weights: weights)
    history.alteration = deviation.alteration
    history.tracer.batchOverride = deviation.batch
    history.tracer.scalarsOverride = deviation.scalars
    engine.batchOverride = deviation.batch
    engine.scalarsOverride = deviation.scalars
    let box = StateBox()
    let first = try ModelState.initial(spec, weights: weights)
    var states = [deviation.start?(first) ?? first]
    var losses: [Float] = [0]
    let segment = spec.wholeRun
    let trainer = DisputeAnswerer(
      spec: spec, segment: segment, records: [], states: box, engine: engine, history: history,
      dataset: dataset, hasher: hasher)
    for interval in 0..<segment.intervalCount {
      var state = states[interval]
      var sum: Float = 0
      for _ in segment.steps(ofInterval: interval) {
        let (next, _, loss) = try trainer.run(after: state)
        state = next
        sum += loss
      }
      if let change = deviation.record, change.index == interval + 1 {
        state = change.change(state)
      }
      states.append(state)
      var mean = sum / Float(segment.steps(ofInterval: interval).count)
      if let change = deviation.loss, change.index == interval + 1 { mean += change.excess }
      losses.append(mean)
    }
    let provider = key.verifyingKey
    let records = states.indices.map { index in
      TraceRecord(
        index: UInt64(index), step: states[index].step,
        stateRoot: states[index].commitment(hasher).root, meanLoss: losses[index],
        salt: TraceRecord.salt(
          opening: SHA256.digest(of: [seed, UInt8(index)]), provider: provider))
    }
    let last = states[states.count - 1]
    claim =
      ProviderClaim(
        job: "job", terms: .zero, provider: provider, spec: spec.digest, dataRoot: spec.data.root,
        firstStep: 0, lastStep: spec.steps, firstRoot: records[0].stateRoot,
        lastRoot: records[records.count - 1].stateRoot, traceSize: UInt64(records.count),
        traceRoot: MerkleTree.root(ofLeafHashes: records.map(\.leafHash)),
        artefact: last.artefactDigest
      ).signed(by: key).encoded
    self.states = states
    box.states = states
    answerer = DisputeAnswerer(
      spec: spec, segment: segment, records: records, states: box, engine: engine,
      history: history, dataset: dataset, hasher: hasher)
  }
}

/// Holds a dispute between two runs; `tamper` may change what the challenger answers.
func settle(
  _ challenger: DisputedRun, _ defender: DisputedRun,
  tamper: (Question, Answer) -> Answer = { $1 }
) throws -> Dispute {
  var dispute = try Dispute(
    spec: challenger.spec, challenger: challenger.claim, defender: defender.claim,
    rules: Dispute.Rules(allowanceSeconds: 60), now: 0)
  while let question = dispute.question {
    let (number, position) = (dispute.number, dispute.position)
    for party in Party.allCases {
      let run = party == .challenger ? challenger : defender
      var answer = try run.answerer.answer(question)
      if party == .challenger { answer = tamper(question, answer) }
      let signed = SignedAnswer(number: number, position: position, answer: answer)
      try dispute.take(signed.signed(by: run.key).encoded, from: party, now: 0)
    }
  }
  return dispute
}
