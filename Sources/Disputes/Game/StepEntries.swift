public import AssaySpecification

/// What one training step goes through, as a list: first what comes into it from outside, then what
/// each operator writes, in order; last, the state and the loss that it ends with.
///
/// Each party commits to the list by a tree over `EntryRecord`s. Where the first difference is an
/// operator's, all that it reads is agreed on, so that nothing but this operator can be wrong;
/// where it is an input's, that input alone is checked.
public struct StepEntries: Sendable {
  /// One entry.
  public enum Entry: Hashable, Sendable {
    /// The learning rate and the optimiser's corrections.
    case scalars
    /// The roots of the state's tensors before the step.
    case state
    /// The roots of the model's frozen tensors; only where there are any.
    case frozen
    /// How many of the step's rows count; only where a label is ignored.
    case counts
    /// The examples of a micro-batch.
    case features(microBatch: Int)
    /// What is to be predicted of them.
    case targets(microBatch: Int)
    /// What an instruction of the program wrote.
    case instruction(microBatch: Int, place: Int)
    /// The state and the sum of losses after the step.
    case end
  }

  /// Where the contents of a buffer come from.
  enum Source: Hashable, Sendable {
    case output(OutputID)
    case constant([Float])
    /// Nothing has been written yet.
    case zeros
  }

  /// A tensor of the list: output `slot` of entry `entry`.
  public struct OutputID: Hashable, Sendable {
    /// The place of the entry in the list.
    public let entry: Int
    /// Which of the outputs of the entry it is.
    public let slot: Int

    /// Names an output.
    public init(entry: Int, slot: Int) {
      self.entry = entry
      self.slot = slot
    }
  }

  /// Whose steps these are.
  public let spec: Spec
  /// The step's program, with every activation kept.
  public let program: StepProgram
  /// The tensors of a state, in order.
  public let layout: StateLayout
  /// The list, in the order in which a step goes through it.
  public let entries: [Entry]
  private let writers: [BufferID: [OutputID]]
  private let stateTensors: [BufferID: Int]
  /// The buffer of each tensor of the layout.
  public let stateBuffers: [BufferID]

  /// Lists a step of `spec`.
  ///
  /// - Throws: `unsupported` where a dispute about runs of this spec cannot come to one operator.
  public init(_ spec: Spec) throws(DisputeError) {
    guard spec.proof == nil else {
      throw .unsupported(
        reason: "the states of this spec are committed to for proofs, too, which settle what runs "
          + "of it say: see assay prove")
    }
    self.spec = spec
    do throws(SpecificationError) {
      program = try StepProgram.training(spec)
    } catch { throw .claim(error) }
    layout = spec.stateLayout
    entries = Self.entries(of: program, of: spec)
    let places = Dictionary(
      uniqueKeysWithValues: program.stateBuffers.map { ($0.declaration.name, $0.buffer) })
    stateBuffers = layout.tensors.compactMap { places[$0.name] }
    stateTensors = Dictionary(
      uniqueKeysWithValues: stateBuffers.enumerated().map { ($0.element, $0.offset) })
    var writers: [BufferID: [OutputID]] = [:]
    for entry in entries.indices {
      let outputs = Self.outputs(of: entries[entry], program, state: stateBuffers)
      for (slot, buffer) in outputs.enumerated() {
        writers[buffer, default: []].append(OutputID(entry: entry, slot: slot))
      }
    }
    self.writers = writers
  }

  private static func entries(of program: StepProgram, of spec: Spec) -> [Entry] {
    var entries: [Entry] = [.scalars, .state]
    if !program.frozenBuffers.isEmpty { entries.append(.frozen) }
    if spec.model.ignoredLabel != nil { entries.append(.counts) }
    let last = program.microBatchCount - 1
    for microBatch in 0...last {
      entries += [.features(microBatch: microBatch), .targets(microBatch: microBatch)]
      let end = microBatch == last ? program.instructions.count : program.updateStart
      entries += (0..<end).map { .instruction(microBatch: microBatch, place: $0) }
    }
    return entries + [.end]
  }

  /// The buffers that an entry holds roots of, in order.
  public func outputs(of entry: Int) -> [BufferID] {
    Self.outputs(of: entries[entry], program, state: stateBuffers)
  }

  private static func outputs(
    of entry: Entry, _ program: StepProgram, state: [BufferID]
  ) -> [BufferID] {
    switch entry {
    case .scalars, .counts, .end: []
    case .state: state
    case .frozen: program.frozenBuffers.map(\.buffer)
    case .features: [program.features]
    case .targets: [program.targets]
    case .instruction(_, let place): program.instructions[place].outputs
    }
  }

  /// Where the contents of `buffer` come from as entry `entry` finds them.
  func source(of buffer: BufferID, before entry: Int) -> Source {
    let declaration = program.declaration(of: buffer)
    if declaration.role == .constant {
      let constant = program.constants.first { $0.buffer == buffer }
      return .constant(constant?.values ?? [])
    }
    guard let writer = writers[buffer]?.last(where: { $0.entry < entry }) else { return .zeros }
    let isOfMicroBatch = declaration.role == .activation || declaration.role == .gradient
    if isOfMicroBatch, microBatch(of: writer.entry) != microBatch(of: entry) { return .zeros }
    return .output(writer)
  }

  /// The output that holds `buffer` as entry `entry` finds it; nil for constants and for what
  /// nothing has been written to.
  public func output(of buffer: BufferID, before entry: Int) -> OutputID? {
    if case .output(let output) = source(of: buffer, before: entry) { output } else { nil }
  }

  /// The micro-batch that an entry belongs to.
  public func microBatch(of entry: Int) -> Int {
    switch entries[entry] {
    case .scalars, .state, .frozen, .counts: 0
    case .features(let microBatch), .targets(let microBatch), .instruction(let microBatch, _):
      microBatch
    case .end: program.microBatchCount - 1
    }
  }

  /// The tensor that a buffer's contents are committed to as.
  public func description(of buffer: BufferID) -> TensorDescription {
    if let tensor = stateTensors[buffer] { return layout.tensors[tensor] }
    let declaration = program.declaration(of: buffer)
    return TensorDescription(
      name: declaration.name, elementType: declaration.elementType, shape: declaration.shape)
  }

  /// How one element of an operator's output comes about, or how the rows that count are counted,
  /// example by example; nil for other entries.
  ///
  /// - Parameter countedRows: of the step, where a label is ignored.
  public func program(
    of output: OutputID, element: Int, step: UInt64, countedRows: Int = 0
  ) -> ElementProgram? {
    switch entries[output.entry] {
    case .instruction(let microBatch, let place):
      var scalars = spec.scalars(step: step)
      scalars.microBatch = microBatch
      scalars.countedRows = countedRows
      return program.instructions[place].program(
        of: outputs(of: output.entry)[output.slot], element: element, scalars)
    case .counts:
      var program = ElementProgram()
      _ = program.wholeChain(self.program.batchSize * self.program.microBatchCount) {
        position, sum, s throws(DisputeError) in
        try sum &+ s.reader.countedRows(ofExample: position)
      }
      return program
    default: return nil
    }
  }

  /// The place of `counts`.
  public var countsEntry: Int? { entries.firstIndex(of: .counts) }

  /// The last writers of the state's tensors, in order of the layout, and of the loss.
  public var finalWriters: [OutputID] {
    (stateBuffers + [program.loss]).compactMap { output(of: $0, before: entries.count - 1) }
  }
}
