public import AssayDatasets
public import AssaySpecification
public import AssayTensors

/// Runs one step of a spec instruction by instruction, with every tensor kept, so that what each
/// operator reads and writes can be looked at.
///
/// What was not yet written in a micro-batch is +0.
public final class StepTracer {
  public let spec: Spec
  /// The step's program, with every activation kept.
  public let program: StepProgram
  private let executor: any SteppingExecutor
  private let stateBuffers: [BufferID]
  private var batch: BatchBuffers
  private let weights: WeightsFile?
  /// Whether a frozen tensor holds something else than the spec says.
  private var isThawed = false
  /// The step in place, from 1.
  public private(set) var step: UInt64 = 0
  /// Rows of each example of the step in place that count; empty where no label is ignored.
  public private(set) var countedRows: [Int] = []

  /// Examples of a step that differ from the spec's; only a provider that cheats has a use for it.
  public var batchOverride: ((UInt64) -> [Int])?
  /// Scalars of a step that differ from the spec's; only a provider that cheats has a use for it.
  public var scalarsOverride: ((UInt64) -> StepScalars)?

  /// Prepares to run steps of `spec` on `dataset`, which the caller has checked.
  ///
  /// - Parameter weights: the file that the spec starts from, if it does.
  /// - Throws: `specification` or `backend` when the step cannot be planned; `weights`.
  public init(
    spec: Spec, dataset: Dataset, backend: CPUBackend, weights: WeightsFile? = nil
  ) throws(TrainingError) {
    self.spec = spec
    do throws(DatasetError) { try dataset.checkFacts(against: spec.data) } catch {
      throw .dataset(error)
    }
    do throws(SpecificationError) {
      program = try StepProgram.training(spec).keepingAll
    } catch { throw .specification(error) }
    do throws(BackendError) {
      executor = try backend.makeSteppingExecutor(for: program)
    } catch { throw .backend(error) }
    let places = Dictionary(
      uniqueKeysWithValues: program.stateBuffers.map { ($0.declaration.name, $0.buffer) })
    stateBuffers = spec.stateLayout.tensors.compactMap { places[$0.name] }
    batch = BatchBuffers(dataset, spec)
    self.weights = weights
    try executor.loadFrozen(of: program, spec, weights)
  }

  /// The numbers that the step in place runs with.
  public var scalars: StepScalars {
    var scalars = scalarsOverride?(step) ?? spec.scalars(step: step)
    scalars.countedRows = countedRows.reduce(0, +)
    return scalars
  }

  private var indices: [Int] { batchOverride?(step) ?? spec.batchOrder.batch(step: step) }

  /// Puts a state in place; the step after it is the one that is run.
  public func begin(after state: ModelState) throws(TrainingError) {
    step = state.step + 1
    if isThawed { try executor.loadFrozen(of: program, spec, weights) }
    isThawed = false
    for (buffer, bytes) in zip(stateBuffers, state.contents) {
      try replace(buffer, with: bytes)
    }
    guard let ignored = spec.model.ignoredLabel else { return }
    countedRows = indices.map { batch.rowCount([$0], ignoring: ignored) }
  }

  /// Loads the examples of a micro-batch.
  public func loadBatch(_ microBatch: Int) throws(TrainingError) {
    let indices = indices
    let first = microBatch * program.batchSize
    do throws(BackendError) {
      for (index, buffer) in program.buffers.enumerated() where buffer.role == .traced {
        try executor.load(
          elements: [UInt8](repeating: 0, count: buffer.byteCount), into: BufferID(index: index))
      }
      try batch.load(
        Array(indices[first..<first + program.batchSize]), at: (step, first), into: executor,
        program)
    } catch { throw .backend(error) }
  }

  /// Runs one instruction.
  public func run(instruction: Int, microBatch: Int) throws(TrainingError) {
    var scalars = scalars
    scalars.microBatch = microBatch
    do throws(BackendError) {
      try executor.run(scalars, instructions: instruction..<instruction + 1)
    } catch { throw .backend(error) }
  }

  /// A copy of a buffer's contents.
  public func contents(of buffer: BufferID) throws(TrainingError) -> [UInt8] {
    do throws(BackendError) {
      return try executor.withContents(of: buffer) { $0.copy() }
    } catch { throw .backend(error) }
  }

  /// Puts other contents into a buffer: exactly its bytes.
  public func replace(_ buffer: BufferID, with contents: [UInt8]) throws(TrainingError) {
    isThawed = isThawed || program.declaration(of: buffer).role == .frozen
    do throws(BackendError) { try executor.load(elements: contents, into: buffer) } catch {
      throw .backend(error)
    }
  }
}
