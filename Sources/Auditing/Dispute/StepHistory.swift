internal import AssayCryptography
public import AssayDatasets
public import AssayDisputes
internal import AssayMerkle
public import AssaySpecification
public import AssayTensors
public import AssayTraining

/// A bit that is changed after an entry of a step; only a provider that cheats, or a test of what
/// becomes of him, has a use for it.
public struct Alteration: Hashable, Sendable {
  /// The step, from 1.
  public let step: UInt64
  /// The output that is changed.
  public let output: StepEntries.OutputID
  /// The byte of the output.
  public let byte: Int
  /// The bits of the byte that are turned over.
  public let mask: UInt8

  /// Turns bits of one byte over.
  public init(step: UInt64, output: StepEntries.OutputID, byte: Int, mask: UInt8) {
    self.step = step
    self.output = output
    self.byte = byte
    self.mask = mask
  }
}

/// What a party's steps go through, entry by entry.
public final class StepHistory {
  /// What a step of the spec goes through.
  public let entries: StepEntries
  /// What executes the entries one by one.
  public let tracer: StepTracer
  private let hasher: any StateHasher
  /// What the spec starts from, if it does.
  let weights: WeightsFile?
  /// What the party has done otherwise than the spec says.
  public var alteration: Alteration?
  /// Contents that the party states of outputs of one step, whatever it computes.
  var statements: (step: UInt64, contents: [StepEntries.OutputID: [UInt8]])?
  /// The state whose step is in the tracer, and how many of its entries have run.
  private var position: (state: ModelState, done: Int)?

  /// Prepares to run steps of `spec` on `dataset`, which the caller has checked.
  public init(
    spec: Spec, dataset: Dataset, backend: CPUBackend, hasher: any StateHasher,
    weights: WeightsFile? = nil
  ) throws(AuditingError) {
    entries = try AuditingError.onDispute { () throws(DisputeError) in try StepEntries(spec) }
    tracer = try AuditingError.onTraining { () throws(TrainingError) in
      try StepTracer(spec: spec, dataset: dataset, backend: backend, weights: weights)
    }
    self.weights = weights
    self.hasher = hasher
  }

  /// Whether a step must be run here, entry by entry, to come out as the party states it.
  func differs(inStep step: UInt64) -> Bool {
    alteration?.step == step || statements?.step == step
  }

  /// Runs the step after `state` until `count` of its entries are done.
  func run(after state: ModelState, entryCount count: Int) throws(TrainingError) {
    var done = 0
    if let position, position.done <= count, position.state == state {
      done = position.done
    } else {
      try tracer.begin(after: state)
    }
    position = nil
    while done < count {
      try run(entry: done)
      done += 1
    }
    position = (state, done)
  }

  /// Runs the step after `state`; returns the state after it, and its loss.
  public func step(
    after state: ModelState
  ) throws(TrainingError) -> (state: ModelState, loss: Float) {
    try run(after: state, entryCount: entries.entries.count)
    var contents: [[UInt8]] = []
    for buffer in entries.stateBuffers { contents.append(try tracer.contents(of: buffer)) }
    let bits = try tracer.contents(of: entries.program.loss).enumerated().reduce(0 as UInt32) {
      $0 | UInt32($1.element) << UInt32(8 * $1.offset)
    }
    return (
      ModelState(step: tracer.step, layout: entries.layout, contents: contents),
      Float(bitPattern: bits)
    )
  }

  /// How an element of the step after `state` comes about, and all its values as they are computed.
  ///
  /// - Throws: `dispute` where the output is no operator's.
  public func values(
    of output: StepEntries.OutputID, element: Int, after state: ModelState
  ) throws(AuditingError) -> (program: ElementProgram, values: [UInt64]) {
    try AuditingError.onTraining { () throws(TrainingError) in
      try run(after: state, entryCount: output.entry)
    }
    return try AuditingError.onDispute {
      () throws(DisputeError) -> (program: ElementProgram, values: [UInt64]) in
      guard
        let program = entries.program(
          of: output, element: element, step: state.step + 1,
          countedRows: tracer.countedRows.reduce(0, +))
      else { throw .unanswerable(reason: "entry \(output.entry) is no operator's") }
      let reader = TracedReader(self)
      for index in 0..<program.count {
        reader.values.append(try program.value(at: index, reader))
      }
      return (program, reader.values)
    }
  }

  /// The contents of an output of the step after `state`.
  public func contents(
    of output: StepEntries.OutputID, after state: ModelState
  ) throws(TrainingError) -> [UInt8] {
    try run(after: state, entryCount: output.entry + 1)
    return try tracer.contents(of: entries.outputs(of: output.entry)[output.slot])
  }

  /// The records of the step after `state`, the last one as given.
  func records(
    after state: ModelState, end: StepRecord
  ) throws(TrainingError) -> [EntryRecord] {
    var records: [EntryRecord] = []
    for place in entries.entries.indices {
      try run(after: state, entryCount: place + 1)
      switch entries.entries[place] {
      case .scalars:
        let scalars = tracer.scalars
        records.append(
          EntryRecord(
            place: place, roots: [],
            numbers: [
              scalars.learningRate, scalars.firstMomentCorrection,
              scalars.secondMomentCorrectionRoot,
            ].map(\.bitPattern)))
      case .counts:
        let count = UInt32(tracer.countedRows.reduce(0, +))
        records.append(EntryRecord(place: place, roots: [], numbers: [count]))
      case .end:
        records.append(
          EntryRecord(place: place, roots: [end.stateRoot], numbers: [end.lossSum]))
      case .state, .frozen, .features, .targets, .instruction:
        var roots: [Digest] = []
        for buffer in entries.outputs(of: place) {
          let contents = try tracer.contents(of: buffer)
          // SAFETY: bytes have no padding.
          roots.append(
            hasher.contentsRoot(
              of: unsafe contents.span.bytes, descriptor: entries.description(of: buffer).digest))
        }
        records.append(EntryRecord(place: place, roots: roots))
      }
    }
    return records
  }

  private func run(entry: Int) throws(TrainingError) {
    switch entries.entries[entry] {
    case .scalars, .state, .frozen, .counts, .targets, .end: break
    case .features(let microBatch): try tracer.loadBatch(microBatch)
    case .instruction(let microBatch, let place):
      try tracer.run(instruction: place, microBatch: microBatch)
    }
    for (slot, buffer) in entries.outputs(of: entry).enumerated() {
      let output = StepEntries.OutputID(entry: entry, slot: slot)
      if let statements, statements.step == tracer.step, let stated = statements.contents[output] {
        try tracer.replace(buffer, with: stated)
      }
      if let alteration, alteration.step == tracer.step, alteration.output == output {
        var contents = try tracer.contents(of: buffer)
        contents[alteration.byte] ^= alteration.mask
        try tracer.replace(buffer, with: contents)
      }
    }
  }
}
