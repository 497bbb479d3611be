public import AssayCryptography
public import AssayDatasets
internal import AssayMerkle
public import AssaySpecification
public import AssayTensors

/// Runs steps of one spec: the state lives in a back end's buffers, and only batches go in and
/// hashes or checkpoints come out.
public final class StepEngine {
  public let spec: Spec
  private let program: StepProgram
  private let executor: any StepExecutor
  private let hasher: any StateHasher
  private let layout: StateLayout
  private let stateBuffers: [BufferID]
  private let tensorDigests: [Digest]
  private let order: BatchOrder
  private var batch: BatchBuffers

  /// Examples of a step that differ from the spec's; only a provider that cheats has a use for it.
  public var batchOverride: ((UInt64) -> [Int])?
  /// Scalars of a step that differ from the spec's; only a provider that cheats has a use for it.
  public var scalarsOverride: ((UInt64) -> StepScalars)?

  /// Prepares to run `spec` on `dataset`.
  ///
  /// - Parameters:
  ///   - checkingData: whether the data set must be the one the spec commits to (its root is
  ///     recomputed). A caller that has checked it, or one that cheats, says no; sizes and types
  ///     are always checked.
  ///   - tracing: whether `trace` is to be asked for, which integer specs have; it takes the memory
  ///     of all of a step's tensors at once.
  /// - Throws: `TrainingError.dataset` when the data set is another one, `specification` or
  ///   `backend` when the step cannot be planned.
  public init(
    spec: Spec, dataset: Dataset, backend: any Backend, hasher: any StateHasher,
    weights: WeightsFile? = nil, checkingData: Bool = true, tracing: Bool = false
  ) throws(TrainingError) {
    self.spec = spec
    self.hasher = hasher
    guard spec.proof == nil || hasher.commitsToPolynomials else { throw .noPolynomials }
    guard hasher.canHash(spec.stateLayout) else { throw .noSecret }
    do throws(DatasetError) {
      try checkingData ? dataset.check(against: spec.data) : dataset.checkFacts(against: spec.data)
    } catch {
      throw .dataset(error)
    }
    do throws(SpecificationError) {
      program = try tracing ? .traced(spec) : .training(spec, for: backend)
    } catch {
      throw .specification(error)
    }
    do throws(BackendError) {
      executor = try backend.makeExecutor(for: program)
    } catch {
      throw .backend(error)
    }
    try executor.loadFrozen(of: program, spec, weights)
    layout = spec.stateLayout
    let program = program
    let places = Dictionary(
      uniqueKeysWithValues: program.stateBuffers.map { ($0.declaration.name, $0.buffer) })
    stateBuffers = layout.tensors.compactMap { places[$0.name] }
    tensorDigests = layout.tensors.map(\.digest)
    order = spec.batchOrder
    batch = BatchBuffers(dataset, spec)
  }

  /// Puts a state in place; the next step to run is `state.step` + 1.
  public func load(_ state: ModelState) throws(TrainingError) {
    for (buffer, bytes) in zip(stateBuffers, state.contents) {
      do throws(BackendError) {
        try executor.load(elements: bytes, into: buffer)
      } catch {
        throw .backend(error)
      }
    }
  }

  /// Runs step `step` (from 1) and returns the batch's mean loss before the update.
  public func run(step: UInt64) throws(TrainingError) -> Float {
    let indices = batchOverride?(step) ?? order.batch(step: step)
    var scalars = scalarsOverride?(step) ?? spec.scalars(step: step)
    if let ignored = spec.model.ignoredLabel {
      scalars.countedRows = batch.rowCount(indices, ignoring: ignored)
    }
    do throws(BackendError) {
      for microBatch in 0..<program.microBatchCount {
        let first = microBatch * program.batchSize
        try batch.load(
          Array(indices[first..<first + program.batchSize]), at: (step, first), into: executor,
          program)
        scalars.microBatch = microBatch
        try executor.run(scalars)
      }
    } catch {
      throw .backend(error)
    }
    return try reading { () throws(BackendError) in try executor.scalar(program.loss) }
  }

  /// Runs the steps of an interval and returns the mean of their losses as a `TraceRecord` defines
  /// it.
  public func run(
    steps: ClosedRange<UInt64>,
    afterStep: (UInt64, Float) throws(TrainingError) -> Void = { _, _ in }
  ) throws(TrainingError) -> Float {
    var sum: Float = 0
    for step in steps {
      let loss = try run(step: step)
      sum += loss
      try afterStep(step, loss)
    }
    return sum / Float(steps.count)
  }

  /// Runs step `step` (from 1) of an integer spec and gives back all that it went through.
  ///
  /// - Precondition: the engine was made for tracing.
  public func trace(step: UInt64) throws(TrainingError) -> IntegerStepTrace {
    guard let definition = spec.integerStep else {
      throw .specification(.value(path: "numerics", reason: "only integer steps are traced"))
    }
    let before = try state(step: step - 1)
    _ = try run(step: step)
    return try reading { () throws(BackendError) in
      try IntegerStepTrace(
        definition, before: before, examples: order.batch(step: step), program, executor)
    }
  }

  /// The hashes of the state in place, said to be the one after step `step`.
  ///
  /// - Parameter polynomialRoot: the state's, where who asks has made that commitment already.
  public func commitment(
    step: UInt64, polynomialRoot: Digest? = nil
  ) throws(TrainingError) -> StateCommitment {
    let plain = try contentsRoots()
    let isNeeded = layout.polynomial != nil && polynomialRoot == nil
    let roots = hasher.roots(
      from: plain, step: step, layout: layout, contents: isNeeded ? try stateContents() : [],
      polynomialRoot: polynomialRoot)
    return StateCommitment(step: step, layout: layout, contentsRoots: roots)
  }

  /// What the randomness of the commitment to the state in place follows from, said to be the one
  /// after step `step`; nil where states are not hidden.
  public func hidingKey(step: UInt64) throws(TrainingError) -> Digest? {
    guard layout.polynomial?.isHiding == true else { return nil }
    return hasher.hidingKey(.state, step: step, contentsRoots: try contentsRoots())
  }

  /// How many tensors the state has.
  public var stateTensorCount: Int { stateBuffers.count }

  /// A few bytes of a tensor of the state in place, which is not read whole where it lies on a
  /// device.
  ///
  /// - Parameters:
  ///   - tensor: its place in the layout.
  ///   - range: which bytes, given how many there are.
  public func window(
    ofTensor tensor: Int, _ range: (_ byteCount: Int) -> Range<Int>
  ) throws(TrainingError) -> [UInt8] {
    let buffer = stateBuffers[tensor]
    let range = range(program.declaration(of: buffer).byteCount)
    return try reading { () throws(BackendError) in try executor.read(range, of: buffer) }
  }

  private func contentsRoots() throws(TrainingError) -> [Digest] {
    if let roots = try deviceRoots() { return roots }
    var roots: [Digest] = []
    for (buffer, digest) in zip(stateBuffers, tensorDigests) {
      roots.append(
        try contents(of: buffer) { hasher.contentsRoot(of: $0, descriptor: digest) })
    }
    return roots
  }

  /// Whether states are hashed where they lie, so that committing needs no copy of them.
  var hashesInPlace: Bool { executor is any HashingExecutor && layout.polynomial == nil }

  /// The roots of the state's tensors, where the executor computes them itself.
  private func deviceRoots() throws(TrainingError) -> [Digest]? {
    guard let executor = executor as? any HashingExecutor else { return nil }
    return try reading { () throws(BackendError) in
      try executor.contentsRoots(of: stateBuffers, descriptors: tensorDigests)
    }
  }

  /// Lends the contents of a buffer of the state.
  private func contents<R>(
    of buffer: BufferID, _ body: (RawSpan) -> R
  ) throws(TrainingError) -> R {
    try reading { () throws(BackendError) in try executor.withContents(of: buffer, body) }
  }

  private func reading<R>(
    _ body: () throws(BackendError) -> R
  ) throws(TrainingError) -> R {
    do throws(BackendError) { return try body() } catch { throw .backend(error) }
  }

  private func stateContents() throws(TrainingError) -> [[UInt8]] {
    var all: [[UInt8]] = []
    for buffer in stateBuffers { all.append(try contents(of: buffer) { $0.copy() }) }
    return all
  }

  /// Copies the state in place, tensor by tensor of the layout, into memory that is used again
  /// where nobody else has a hold of it.
  func copyState(into copy: inout [[UInt8]]) throws(TrainingError) {
    guard copy.count == stateBuffers.count else {
      copy = try stateContents()
      return
    }
    for (tensor, buffer) in stateBuffers.enumerated() {
      try contents(of: buffer) { contents in
        // SAFETY: the pointers are used within the closures only; the array has the bytes of the
        // buffer, as the first copy gave it.
        unsafe contents.withUnsafeBytes { source in
          unsafe copy[tensor].withUnsafeMutableBytes { unsafe $0.copyMemory(from: source) }
        }
      }
    }
  }

  /// A copy of the state in place, said to be the one after step `step`.
  public func state(step: UInt64) throws(TrainingError) -> ModelState {
    ModelState(step: step, layout: layout, contents: try stateContents())
  }
}

extension StepExecutor {
  /// Puts the model's frozen tensors in place.
  func loadFrozen(
    of program: StepProgram, _ spec: Spec, _ weights: WeightsFile?
  ) throws(TrainingError) {
    try spec.check(weights)
    for (buffer, declaration) in program.frozenBuffers {
      let contents = try spec.initialContents(of: declaration.name, weights)
      do throws(BackendError) {
        try load(elements: contents, into: buffer)
      } catch {
        throw .backend(error)
      }
    }
  }

  /// Loads an array of plain numbers, whose bytes must fill the buffer exactly.
  func load(
    elements: [some BitwiseCopyable], into buffer: BufferID
  ) throws(BackendError) {
    // SAFETY: numbers have no padding, so every byte of the array is initialised.
    try load(unsafe elements.span.bytes, into: buffer)
  }

  /// The one float32 in `buffer`.
  func scalar(_ buffer: BufferID) throws(BackendError) -> Float {
    try withContents(of: buffer) { contents in
      // SAFETY: a loss buffer holds exactly four bytes, and any bits are a float.
      Float(bitPattern: unsafe contents.unsafeLoadUnaligned(as: UInt32.self))
    }
  }
}

extension RawSpan {
  /// The bytes as an array.
  func copy() -> [UInt8] {
    // SAFETY: the pointer is used within the closure only.
    unsafe withUnsafeBytes { bytes in unsafe [UInt8](bytes) }
  }
}
