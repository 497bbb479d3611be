internal import AssaySpecification
internal import CAssayTensorKernels

/// The operators on host memory; each call runs one instruction and returns a kernel status.
protocol HostKernels {
  func run(_ instruction: Instruction, _ scalars: StepScalars, on buffers: HostBuffers) -> Int32
  /// Runs an instruction with a ReLU over what it writes, in one pass over memory; nil, and nothing
  /// is done, where there is none.
  func runRectified(_ instruction: Instruction, on buffers: HostBuffers) -> Int32?
}

/// Runs a checked program on the processor.
final class HostExecutor<Kernels: HostKernels>: SteppingExecutor {
  private let program: StepProgram
  private let kernels: Kernels
  private let buffers: HostBuffers
  /// Per instruction, whether it is a ReLU in place of what the instruction before it writes.
  private let rectifiesInPlace: [Bool]

  init(_ program: StepProgram, _ kernels: Kernels, _ buffers: HostBuffers) {
    self.program = program
    self.kernels = kernels
    self.buffers = buffers
    rectifiesInPlace = program.instructions.indices.map { index in
      guard index > 0, index != program.updateStart,
        case .unary(.relu, let x, let out, _) = program.instructions[index]
      else { return false }
      let writes = program.instructions[index - 1].operands.contains {
        $0.buffer == x && $0.access == .writeInPlace
      }
      return writes && buffers.isSamePlace(x, out)
    }
    for constant in program.constants { buffers.load(constant) }
  }

  func load(_ contents: RawSpan, into buffer: BufferID) throws(BackendError) {
    try buffers.load(contents, into: buffer)
  }

  func withContents<R>(of buffer: BufferID, _ body: (RawSpan) -> R) -> R {
    buffers.withContents(of: buffer, body)
  }

  func run(_ scalars: StepScalars) throws(BackendError) {
    let isLast = scalars.microBatch >= program.microBatchCount - 1
    let end = isLast ? program.instructions.count : program.updateStart
    try run(scalars, instructions: 0..<end)
  }

  func run(_ scalars: StepScalars, instructions: Range<Int>) throws(BackendError) {
    guard assay_float_environment() == Int32(ASSAY_OK) else { throw .floatEnvironment }
    var index = instructions.lowerBound
    while index < instructions.upperBound {
      let instruction = program.instructions[index]
      var status: Int32?
      index += 1
      if index < instructions.upperBound, rectifiesInPlace[index] {
        status = kernels.runRectified(instruction, on: buffers)
        if status != nil { index += 1 }
      }
      let result = status ?? kernels.run(instruction, scalars, on: buffers)
      guard result == Int32(ASSAY_OK) else { throw error(result, in: instruction, scalars) }
    }
  }

  /// The programs are checked and the path was found available, so that only what depends on the
  /// contents or on the thread can fail.
  private func error(
    _ status: Int32, in instruction: Instruction, _ scalars: StepScalars
  ) -> BackendError {
    switch status {
    case Int32(ASSAY_ERROR_OVERFLOW):
      let written = instruction.operands.first { $0.access != .read }
      return .integerOverflow(
        step: scalars.step, tensor: written.map { program.buffers[$0.buffer.index].name } ?? "")
    case Int32(ASSAY_ERROR_ENVIRONMENT): return .floatEnvironment
    case Int32(ASSAY_ERROR_LABEL): return labelError(in: instruction)
    default: preconditionFailure("kernel status \(status) in \(instruction)")
    }
  }

  private func labelError(in instruction: Instruction) -> BackendError {
    let error = instruction.checkedLabels.flatMap { labels in
      // SAFETY: the check of the program found as many int32 in the buffer as there are rows.
      labels.firstWrong { row in unsafe buffers.labels(labels.buffer)[row] }
    }
    guard let error else { preconditionFailure("no label is out of range in \(instruction)") }
    return error
  }
}
