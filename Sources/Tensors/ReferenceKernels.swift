internal import AssaySpecification
internal import CAssayTensorKernels

/// The operators as their definitions say, one element at a time.
struct ReferenceKernels: HostKernels {
  let kernels: assay_reference_kernels

  /// The definitions by the processor's arithmetic, or by integers alone.
  init(isSoftware: Bool) {
    kernels = isSoftware ? assay_software_kernels : assay_processor_kernels
  }

  func run(_ pass: FusedPass, on buffers: HostBuffers) -> Int32? { nil }

  func run(
    _ instruction: Instruction, _ scalars: StepScalars, on buffers: HostBuffers
  ) -> Int32 {
    switch instruction {
    case .matmul(let a, let b, let out, let m, let n, let k, let transposeA, let transposeB):
      // SAFETY: here and below: the check of the program found every buffer as large as the
      // instruction's extents, of its element type, and apart from others where it must be.
      unsafe kernels.matmul(
        buffers.floats(a), buffers.floats(b), buffers.floats(out), Int64(m), Int64(n), Int64(k),
        transposeA ? 1 : 0, transposeB ? 1 : 0)
    case .addBias(let x, let bias, let out, let rows, let columns):
      // SAFETY: as above.
      unsafe kernels.add_bias(
        buffers.floats(x), buffers.floats(bias), buffers.floats(out), Int64(rows),
        Int64(columns))
    case .columnSum(let x, let out, let rows, let columns):
      // SAFETY: as above.
      unsafe kernels.column_sum(
        buffers.floats(x), buffers.floats(out), Int64(rows), Int64(columns))
    case .unary(let function, let x, let out, let count):
      // SAFETY: as above.
      unsafe kernels.unary(
        function.kernelKind, buffers.floats(x), buffers.floats(out), Int64(count))
    case .unaryGradient(let function, let x, let y, let outputGradient, let out, let count):
      // SAFETY: as above.
      unsafe kernels.unary_gradient(
        function.kernelKind, buffers.floats(x), buffers.floats(y),
        buffers.floats(outputGradient), buffers.floats(out), Int64(count))
    case .add(let x, let y, let out, let count):
      // SAFETY: as above.
      unsafe kernels.add(
        buffers.floats(x), buffers.floats(y), buffers.floats(out), Int64(count))
    case .mean(let x, let out, let count, let divisor):
      // SAFETY: as above.
      unsafe kernels.mean(
        buffers.floats(x), buffers.floats(out), Int64(count), divisor.value(scalars))
    case .softmaxCrossEntropy, .softmaxCrossEntropyGradient, .squaredError, .squaredErrorGradient:
      runLoss(instruction, scalars, on: buffers)
    case .sgd, .adam:
      runUpdate(instruction, scalars, on: buffers)
    case .convolution(let instruction, let geometry): run(instruction, geometry, on: buffers)
    case .pooling(let instruction, let geometry): run(instruction, geometry, on: buffers)
    case .channel(let instruction, let geometry): run(instruction, geometry, on: buffers)
    case .row(let instruction, let rows, let columns):
      run(instruction, rows: rows, columns: columns, on: buffers)
    case .attention(let instruction, let geometry): run(instruction, geometry, on: buffers)
    case .sequence(let instruction): run(instruction, scalars, on: buffers)
    case .update(let instruction): run(instruction, scalars, on: buffers)
    case .integer(let instruction): run(instruction, scalars, on: buffers)
    }
  }

  private func runLoss(
    _ instruction: Instruction, _ scalars: StepScalars, on buffers: HostBuffers
  ) -> Int32 {
    switch instruction {
    case .softmaxCrossEntropy(
      let logits, let labels, let probabilities, let losses, let rows, let columns,
      let labelling):
      // SAFETY: as in `run`.
      unsafe kernels.softmax_cross_entropy(
        buffers.floats(logits), buffers.labels(labels), buffers.floats(probabilities),
        buffers.floats(losses), Int64(rows), Int64(columns), assay_labelling(labelling))
    case .softmaxCrossEntropyGradient(
      let probabilities, let labels, let out, let rows, let columns, let labelling, let divisor):
      // SAFETY: as in `run`.
      unsafe kernels.softmax_cross_entropy_gradient(
        buffers.floats(probabilities), buffers.labels(labels), buffers.floats(out), Int64(rows),
        Int64(columns), assay_labelling(labelling), divisor.value(scalars))
    case .squaredError(let prediction, let target, let losses, let rows, let columns):
      // SAFETY: as in `run`.
      unsafe kernels.squared_error(
        buffers.floats(prediction), buffers.floats(target), buffers.floats(losses), Int64(rows),
        Int64(columns))
    case .squaredErrorGradient(
      let prediction, let target, let out, let rows, let columns, let divisor):
      // SAFETY: as in `run`.
      unsafe kernels.squared_error_gradient(
        buffers.floats(prediction), buffers.floats(target), buffers.floats(out), Int64(rows),
        Int64(columns), divisor.value(scalars))
    default: preconditionFailure("not a loss: \(instruction)")
    }
  }

  private func runUpdate(
    _ instruction: Instruction, _ scalars: StepScalars, on buffers: HostBuffers
  ) -> Int32 {
    switch instruction {
    case .sgd(let parameter, let gradient, let velocity, let count, _, _, _):
      // SAFETY: as in `run`.
      unsafe kernels.sgd(
        buffers.floats(parameter), buffers.floats(gradient),
        velocity.map { unsafe buffers.floats($0) }, Int64(count),
        assay_sgd(instruction, scalars))
    case .adam(
      let parameter, let gradient, let firstMoment, let secondMoment, let count, _, _, _, _, _, _,
      _):
      // SAFETY: as in `run`.
      unsafe kernels.adam(
        buffers.floats(parameter), buffers.floats(gradient), buffers.floats(firstMoment),
        buffers.floats(secondMoment), Int64(count), assay_adam(instruction, scalars))
    default: preconditionFailure("not an update: \(instruction)")
    }
  }
}
