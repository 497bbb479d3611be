internal import AssaySpecification
internal import CAssayTensorKernels

/// The vectorised operators of one path.
struct TunedKernels: HostKernels {
  let path: Int32
  let threads: Int32

  /// The largest workspace that one of the program's instructions needs.
  func workspaceByteCount(for program: StepProgram) -> Int {
    program.instructions.reduce(0) { largest, instruction in
      let needed = workspaceByteCount(for: instruction)
      precondition(needed >= 0, "a checked program has possible extents")
      return max(largest, Int(needed))
    }
  }

  private func workspaceByteCount(for instruction: Instruction) -> Int64 {
    switch instruction {
    case .matmul(_, _, _, let m, let n, let k, _, _):
      assay_matmul_workspace(path, threads, Int64(m), Int64(n), Int64(k))
    case .convolution(let instruction, let geometry):
      workspaceByteCount(for: instruction, geometry)
    case .attention(let instruction, let geometry):
      workspaceByteCount(for: instruction, geometry)
    case .integer(let instruction):
      workspaceByteCount(for: instruction)
    case .update(.clipScale(let gradients, _, _, _)):
      Int64(gradients.count) * 4
    default: 0
    }
  }

  func run(
    _ instruction: Instruction, _ scalars: StepScalars, on buffers: HostBuffers
  ) -> Int32 {
    switch instruction {
    case .matmul(let a, let b, let out, let m, let n, let k, let transposeA, let transposeB):
      // SAFETY: here and below: the check of the program found every buffer as large as the
      // instruction's extents, of its element type, and apart from others where it must be.
      unsafe assay_matmul(
        path, threads, buffers.floats(a), buffers.floats(b), buffers.floats(out), Int64(m),
        Int64(n), Int64(k), transposeA ? 1 : 0, transposeB ? 1 : 0, buffers.workspace,
        Int64(buffers.workspaceByteCount))
    case .addBias(let x, let bias, let out, let rows, let columns):
      // SAFETY: as above.
      unsafe assay_add_bias(
        path, threads, buffers.floats(x), buffers.floats(bias), buffers.floats(out), Int64(rows),
        Int64(columns))
    case .columnSum(let x, let out, let rows, let columns):
      // SAFETY: as above.
      unsafe assay_column_sum(
        path, threads, buffers.floats(x), buffers.floats(out), Int64(rows), Int64(columns))
    case .unary(let function, let x, let out, let count):
      // SAFETY: as above.
      unsafe assay_unary(
        path, threads, function.kernelKind, buffers.floats(x), buffers.floats(out), Int64(count))
    case .unaryGradient(let function, let x, let y, let outputGradient, let out, let count):
      // SAFETY: as above.
      unsafe assay_unary_gradient(
        path, threads, function.kernelKind, buffers.floats(x), buffers.floats(y),
        buffers.floats(outputGradient), buffers.floats(out), Int64(count))
    case .add(let x, let y, let out, let count):
      // SAFETY: as above.
      unsafe assay_add(
        path, threads, buffers.floats(x), buffers.floats(y), buffers.floats(out), Int64(count))
    case .mean(let x, let out, let count, let divisor):
      // SAFETY: as above.
      unsafe assay_mean(
        path, threads, buffers.floats(x), buffers.floats(out), Int64(count),
        divisor.value(scalars))
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

  func run(_ pass: FusedPass, on buffers: HostBuffers) -> Int32? {
    switch pass {
    case .rectified(.add(let x, let y, let out, let count)):
      // SAFETY: as in `run`.
      unsafe assay_add_relu(
        path, threads, buffers.floats(x), buffers.floats(y), buffers.floats(out), Int64(count))
    case .rectified(.channel(let norm, let geometry)):
      run(norm, geometry, rectifies: true, on: buffers)
    case .rectified: nil
    case .rectifiedGradient(let gradient): run(gradient, on: buffers)
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
      unsafe assay_softmax_cross_entropy(
        path, threads, buffers.floats(logits), buffers.labels(labels),
        buffers.floats(probabilities), buffers.floats(losses), Int64(rows), Int64(columns),
        assay_labelling(labelling))
    case .softmaxCrossEntropyGradient(
      let probabilities, let labels, let out, let rows, let columns, let labelling, let divisor):
      // SAFETY: as in `run`.
      unsafe assay_softmax_cross_entropy_gradient(
        path, threads, buffers.floats(probabilities), buffers.labels(labels),
        buffers.floats(out), Int64(rows), Int64(columns), assay_labelling(labelling),
        divisor.value(scalars))
    case .squaredError(let prediction, let target, let losses, let rows, let columns):
      // SAFETY: as in `run`.
      unsafe assay_squared_error(
        path, threads, buffers.floats(prediction), buffers.floats(target),
        buffers.floats(losses), Int64(rows), Int64(columns))
    case .squaredErrorGradient(
      let prediction, let target, let out, let rows, let columns, let divisor):
      // SAFETY: as in `run`.
      unsafe assay_squared_error_gradient(
        path, threads, buffers.floats(prediction), buffers.floats(target), buffers.floats(out),
        Int64(rows), Int64(columns), divisor.value(scalars))
    default: preconditionFailure("not a loss: \(instruction)")
    }
  }

  private func runUpdate(
    _ instruction: Instruction, _ scalars: StepScalars, on buffers: HostBuffers
  ) -> Int32 {
    switch instruction {
    case .sgd(let parameter, let gradient, let velocity, let count, _, _, _):
      // SAFETY: as in `run`.
      unsafe assay_sgd(
        path, threads, buffers.floats(parameter), buffers.floats(gradient),
        velocity.map { unsafe buffers.floats($0) }, Int64(count),
        assay_sgd(instruction, scalars))
    case .adam(
      let parameter, let gradient, let firstMoment, let secondMoment, let count, _, _, _, _, _, _,
      _):
      // SAFETY: as in `run`.
      unsafe assay_adam(
        path, threads, buffers.floats(parameter), buffers.floats(gradient),
        buffers.floats(firstMoment), buffers.floats(secondMoment), Int64(count),
        assay_adam(instruction, scalars))
    default: preconditionFailure("not an update: \(instruction)")
    }
  }
}
