internal import AssaySpecification
internal import CAssayTensorKernels

/// The operators on host memory; each call runs one instruction and returns a kernel status.
protocol HostKernels {
  func run(_ instruction: Instruction, _ scalars: StepScalars, on buffers: HostBuffers) -> Int32
  /// Runs several instructions at once; nil, and nothing is done, where there is no such kernel.
  func run(_ pass: FusedPass, on buffers: HostBuffers) -> Int32?
}

/// Runs a checked program on the processor.
final class HostExecutor<Kernels: HostKernels>: SteppingExecutor {
  private let program: StepProgram
  private let kernels: Kernels
  private let buffers: HostBuffers
  /// Per instruction, the pass that it begins.
  private let passes: [FusedPass?]

  init(_ program: StepProgram, _ kernels: Kernels, _ buffers: HostBuffers) {
    self.program = program
    self.kernels = kernels
    self.buffers = buffers
    passes = FusedPass.passes(of: program, on: buffers)
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
      var (fused, count) = (Int32?.none, 1)
      if let pass = passes[index], index + pass.count <= instructions.upperBound {
        fused = kernels.run(pass, on: buffers)
        if fused != nil { count = pass.count }
      }
      let result = fused ?? kernels.run(instruction, scalars, on: buffers)
      guard result == Int32(ASSAY_OK) else { throw error(result, in: instruction, scalars) }
      index += count
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
