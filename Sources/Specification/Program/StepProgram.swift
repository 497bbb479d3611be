/// A buffer of a `StepProgram`, by its place in the program's list.
public struct BufferID: Hashable, Sendable {
  /// 0-based place in `StepProgram.buffers`.
  public let index: Int

  /// Names the buffer at `index`.
  public init(index: Int) { self.index = index }
}

/// A tensor that a step reads or writes.
public struct BufferDeclaration: Hashable, Sendable {
  /// What a buffer is for.
  public enum Role: Hashable, Sendable {
    /// The batch's examples, float32 (int32 for text, int8 for integers), written before each run.
    case features
    /// The batch's labels (int32) or target values (float32), written before each run.
    case targets
    /// Part of the state: carried from step to step, committed to. Statistics are what operators
    /// keep, such as running means.
    case parameter, statistic, optimizerState
    /// Written once, before the first run: the model's frozen tensors.
    case frozen
    /// Made and consumed within a step.
    case activation, gradient
    /// A sum over the micro-batches of a step.
    case accumulator
    /// Made within a step, and read after it.
    case traced
    /// The step's loss: one float32.
    case loss
    /// The same in every step: see `StepProgram.constants`.
    case constant
  }

  /// Name in the model graph, or one derived from it.
  public let name: String
  public let elementType: ElementType
  public let shape: Shape
  public let role: Role

  /// Declares a buffer.
  public init(name: String, elementType: ElementType, shape: Shape, role: Role) {
    self.name = name
    self.elementType = elementType
    self.shape = shape
    self.role = role
  }

  /// Bytes of the whole buffer.
  public var byteCount: Int { shape.elementCount * elementType.byteCount }
}

/// One training or evaluation step as a list of operations over named buffers.
///
/// It is a function of the spec alone. Each instruction's result is defined to the bit by its
/// documentation; a back end executes instructions as if one after another. A step of several
/// micro-batches runs the program once for each of them, in order.
public struct StepProgram: Hashable, Sendable {
  public let buffers: [BufferDeclaration]
  public let instructions: [Instruction]
  /// The batch's examples.
  public let features: BufferID
  /// The batch's labels or target values; nil in a program that computes predictions only.
  public let targets: BufferID
  /// The output of the model's `prediction` node: batch × outputs.
  public let prediction: BufferID
  /// The mean loss of the batch: one float32.
  public let loss: BufferID
  /// Examples that one run takes: those of a micro-batch.
  public let batchSize: Int
  /// Runs that make a step.
  public let microBatchCount: Int
  /// Instructions from this one on are run for the last micro-batch only.
  public let updateStart: Int
  /// The contents of the buffers of role `constant`, in order of the buffers.
  public let constants: [ProgramConstant]

  /// Puts a program together; a back end checks it before it runs it.
  public init(
    buffers: [BufferDeclaration], instructions: [Instruction], features: BufferID,
    targets: BufferID, prediction: BufferID, loss: BufferID, batchSize: Int,
    microBatchCount: Int = 1, updateStart: Int? = nil, constants: [ProgramConstant] = []
  ) {
    self.buffers = buffers
    self.instructions = instructions
    self.features = features
    self.targets = targets
    self.prediction = prediction
    self.loss = loss
    self.batchSize = batchSize
    self.microBatchCount = microBatchCount
    self.updateStart = updateStart ?? instructions.count
    self.constants = constants
  }

  /// The same program, all of whose tensors keep their contents after a run.
  public var keepingAll: StepProgram {
    StepProgram(
      buffers: buffers.map { buffer in
        switch buffer.role {
        case .activation, .gradient:
          BufferDeclaration(
            name: buffer.name, elementType: buffer.elementType, shape: buffer.shape, role: .traced)
        default: buffer
        }
      }, instructions: instructions, features: features, targets: targets,
      prediction: prediction, loss: loss, batchSize: batchSize, microBatchCount: microBatchCount,
      updateStart: updateStart, constants: constants)
  }

  /// The declaration of a buffer of this program.
  public func declaration(of buffer: BufferID) -> BufferDeclaration { buffers[buffer.index] }

  /// The buffers that make up the state, by name.
  public var stateBuffers: [(buffer: BufferID, declaration: BufferDeclaration)] {
    buffers(of: [.parameter, .statistic, .optimizerState])
  }

  /// The buffers that hold the model's frozen tensors, by name.
  public var frozenBuffers: [(buffer: BufferID, declaration: BufferDeclaration)] {
    buffers(of: [.frozen])
  }

  private func buffers(
    of roles: Set<BufferDeclaration.Role>
  ) -> [(buffer: BufferID, declaration: BufferDeclaration)] {
    buffers.indices.compactMap { index in
      roles.contains(buffers[index].role) ? (BufferID(index: index), buffers[index]) : nil
    }
  }
}

/// A buffer that holds the same numbers in every step.
public struct ProgramConstant: Hashable, Sendable {
  public let buffer: BufferID
  /// As many as the buffer has elements.
  public let values: [Float]

  /// Says what `buffer` holds.
  public init(buffer: BufferID, values: [Float]) {
    self.buffer = buffer
    self.values = values
  }
}

/// The numbers of a step that depend on its place in the run, and on its batch.
public struct StepScalars: Hashable, Sendable {
  /// The step, from 1: part of the address of every random draw.
  public var step: UInt64
  /// The micro-batch, from 0.
  public var microBatch: Int
  public var learningRate: Float
  /// 1 − β₁ᵗ of Adam; 1 for other optimisers.
  public var firstMomentCorrection: Float
  /// √(1 − β₂ᵗ) of Adam; 1 for other optimisers.
  public var secondMomentCorrectionRoot: Float
  /// Rows of the step's whole batch whose label is not ignored; of no interest where the loss
  /// ignores none.
  public var countedRows: Int

  /// The scalars of one step.
  public init(
    step: UInt64 = 0, microBatch: Int = 0, learningRate: Float, firstMomentCorrection: Float = 1,
    secondMomentCorrectionRoot: Float = 1, countedRows: Int = 0
  ) {
    self.step = step
    self.microBatch = microBatch
    self.countedRows = countedRows
    self.learningRate = learningRate
    self.firstMomentCorrection = firstMomentCorrection
    self.secondMomentCorrectionRoot = secondMomentCorrectionRoot
  }
}
