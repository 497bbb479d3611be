internal import AssayCryptography
public import AssayDatasets
public import AssayDisputes
internal import AssayMerkle
public import AssaySpecification
public import AssayTraining
internal import AssayWire

/// Answers the questions of a dispute from a run: states are recomputed, steps are run again entry
/// by entry, and elements value by value, as they are asked for.
///
/// Where the run, computed again, does not lead to what its own trace says, the trace is what is
/// answered from: a party can only stand by what it has claimed.
public final class DisputeAnswerer {
  public let spec: Spec
  /// What the party's steps go through.
  public let history: StepHistory
  let segment: Segment
  let records: [TraceRecord]
  let states: any StateSource
  let engine: StepEngine
  let dataset: Dataset
  let hasher: any StateHasher
  /// Intervals that were found not to lead to what the run's own trace says.
  public internal(set) var unreproducedIntervals: [Int] = []

  var course: IntervalCourse?
  var step: (number: UInt64, before: ModelState, records: [EntryRecord])?
  var trees: [CommittedTree: StoredTree] = [:]
  var contents: (id: ContentsID, bytes: [UInt8])?
  var element: (id: ElementID, program: ElementProgram, values: [UInt64])?
  var dataTree: StoredTree?
  private var weightsChain: WeightsChain?

  /// An interval, step by step; its records are what the party states.
  struct IntervalCourse {
    let interval: Int
    let start: ModelState
    let records: [StepRecord]
  }

  /// Prepares to answer for a run.
  ///
  /// - Parameters:
  ///   - records: the run's trace, as far as it is claimed.
  ///   - states: the run's states.
  ///   - engine: an engine of the run's spec on its data.
  ///   - history: steps of the same.
  public init(
    spec: Spec, segment: Segment, records: [TraceRecord], states: any StateSource,
    engine: StepEngine, history: StepHistory, dataset: Dataset, hasher: any StateHasher
  ) {
    self.spec = spec
    self.segment = segment
    self.records = records
    self.states = states
    self.engine = engine
    self.history = history
    self.dataset = dataset
    self.hasher = hasher
  }

  /// The answer to a question.
  ///
  /// - Throws: what stands in the way; `dispute` where the question is about nothing that the run
  ///   has.
  public func answer(_ question: Question) throws(AuditingError) -> Answer {
    switch question {
    case .records(let indices):
      guard indices.allSatisfy(records.indices.contains) else {
        throw .dispute(.unanswerable(reason: "the trace has \(records.count) records"))
      }
      let tree = StoredTree(leafHashes: records.map(\.leafHash))
      return .records(indices.map { records[$0] }, tree.multiProof(forLeaves: indices))
    case .steps(let interval):
      let course = try course(of: interval)
      let tree = try tree(.steps(interval: interval))
      return .steps(
        root: tree.root, lossSum: course.records[course.records.count - 1].lossSum,
        tree.multiProof(forLeaves: [0, course.records.count - 1]))
    case .entries(let step):
      let tree = try tree(.entries(step: step))
      return .entries(root: tree.root, tree.inclusionProof(forLeaf: tree.size - 1))
    case .nodes(let committed, let height, let index):
      return .nodes(try tree(committed).nodes(below: index, height: height))
    case .leaves(let committed, let indices):
      return .leaves(
        try leaves(committed, indices), try tree(committed).multiProof(forLeaves: indices))
    case .chunk(let id, let index): return .chunk(chunk(index, of: try bytes(of: id)))
    case .values(let id):
      let tree = try tree(.contents(.values(id)))
      return .values(
        root: tree.root, lastChunk: chunk(tree.size - 1, of: try bytes(of: .values(id))),
        tree.inclusionProof(forLeaf: tree.size - 1))
    case .inputs(let id, let value): return .inputs(try inputs(of: id, value: value))
    case .example(let index):
      let example = example(index)
      return .example(example.leaf, example.proof)
    case .ending(let step): return try ending(of: step)
    case .initialRoots: return .roots(try state(ofRecord: 0).contentsRoots(hasher))
    case .weights:
      let (chain, tree) = (try chain(), try tree(.weights))
      let indices = chain.count == 1 ? [0] : [0, chain.count - 1]
      return .weights(
        byteCount: UInt64(chain.file.count), root: tree.root, try leaves(.weights, indices),
        tree.multiProof(forLeaves: indices))
    }
  }

  func example(_ index: Int) -> OpenedInputs.Example {
    let tree = dataTree ?? StoredTree(leafHashes: dataset.leafHashes())
    dataTree = tree
    return OpenedInputs.Example(
      leaf: dataset.exampleLeaf(index), proof: tree.inclusionProof(forLeaf: index))
  }

  /// The weights file, and its SHA-256 part by part.
  private func chain() throws(AuditingError) -> WeightsChain {
    if let weightsChain { return weightsChain }
    guard let file = history.weights else {
      throw .dispute(.unanswerable(reason: "the weights file is not at hand"))
    }
    let chain = WeightsChain(file.bytes)
    weightsChain = chain
    return chain
  }

  func state(ofRecord index: Int) throws(AuditingError) -> ModelState {
    try AuditingError.onTraining { () throws(TrainingError) in
      try states.state(ofRecord: index)
    }
  }

  func records(
    of number: UInt64
  ) throws(AuditingError) -> (before: ModelState, records: [EntryRecord]) {
    if let step, step.number == number { return (step.before, step.records) }
    let intervals = 0..<max(0, self.records.count - 1)
    guard let interval = intervals.first(where: { segment.steps(ofInterval: $0).contains(number) })
    else { throw .dispute(.unanswerable(reason: "the run has no step \(number)")) }
    let course = try course(of: interval)
    let end = course.records[Int(number - course.start.step)]
    let found = try AuditingError.onTraining {
      () throws(TrainingError) -> (before: ModelState, records: [EntryRecord]) in
      var before = course.start
      while before.step + 1 < number { before = try run(after: before).state }
      return (before, try history.records(after: before, end: end))
    }
    step = (number, found.before, found.records)
    return found
  }

  func leaves(
    _ committed: CommittedTree, _ indices: [Int]
  ) throws(AuditingError) -> [[UInt8]] {
    switch committed {
    case .steps(let interval):
      let records = try course(of: interval).records
      return indices.map { records[$0].encoded }
    case .entries(let number):
      let records = try records(of: number).records
      return indices.map { records[$0].encoded }
    case .weights:
      let chain = try chain()
      return indices.map { chain.record($0).encoded }
    case .contents: throw .dispute(.unanswerable(reason: "a tensor is opened by its chunks"))
    }
  }

  func tree(_ committed: CommittedTree) throws(AuditingError) -> StoredTree {
    if let tree = trees[committed] { return tree }
    let hashes: [Digest]
    switch committed {
    case .steps(let interval): hashes = try course(of: interval).records.map(\.leafHash)
    case .entries(let number): hashes = try records(of: number).records.map(\.leafHash)
    case .weights: hashes = try chain().leafHashes
    case .contents(let id):
      let bytes = try bytes(of: id)
      // SAFETY: bytes have no padding.
      hashes = ChunkTree.leafHashes(of: unsafe bytes.span.bytes, descriptor: descriptor(of: id))
    }
    let tree = StoredTree(leafHashes: hashes)
    trees[committed] = tree
    return tree
  }

  func ending(of number: UInt64) throws(AuditingError) -> Answer {
    let (before, records) = try records(of: number)
    let places = Set(history.entries.finalWriters.map(\.entry)).sorted()
    let loss = try AuditingError.onTraining { () throws(TrainingError) -> [UInt8] in
      try history.run(after: before, entryCount: records.count)
      return try history.tracer.contents(of: history.entries.program.loss)
    }
    return .ending(
      places.map { records[$0] },
      try tree(.entries(step: number)).multiProof(forLeaves: places), loss: loss)
  }
}
