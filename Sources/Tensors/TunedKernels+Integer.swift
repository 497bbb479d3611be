package import AssaySpecification
internal import CAssayTensorKernels

extension TunedKernels {
  /// Bytes of workspace, or -1 for extents that are refused.
  func workspaceByteCount(for instruction: IntegerInstruction) -> Int64 {
    switch instruction {
    case .matmul(_, _, _, let m, let n, let k, _, _):
      return assay_integer_matmul_workspace(path, threads, Int64(m), Int64(n), Int64(k))
    case .convolution(let instruction, let geometry):
      var shape = assay_convolution(geometry)
      // SAFETY: the shape is read during the call only.
      return unsafe assay_integer_convolution_workspace(
        path, threads, instruction.kernelKind, &shape)
    default:
      return 0
    }
  }

  func run(
    _ instruction: IntegerInstruction, _ scalars: StepScalars, on buffers: HostBuffers
  ) -> Int32 {
    switch instruction {
    case .roundWeights(let weight, let type, let out, let count, let shift):
      // SAFETY: here and below: the check of the program found every buffer as large as the
      // instruction's extents, of its element type, and apart from others where it must be.
      return unsafe assay_integer_round_weights(
        path, threads, Int32(type.byteCount), buffers.raw(weight), buffers.bytes(out),
        Int64(count), Int32(shift))
    case .matmul(let a, let b, let out, let m, let n, let k, let transposeA, let transposeB):
      // SAFETY: as above.
      return unsafe assay_integer_matmul(
        path, threads, buffers.bytes(a), buffers.bytes(b), buffers.labels(out), Int64(m),
        Int64(n), Int64(k), transposeA ? 1 : 0, transposeB ? 1 : 0, buffers.workspace,
        Int64(buffers.workspaceByteCount))
    case .convolution(let instruction, let geometry):
      var shape = assay_convolution(geometry)
      let places = instruction.buffers
      // SAFETY: as above.
      return unsafe assay_integer_convolution(
        path, threads, instruction.kernelKind, &shape, buffers.bytes(places.left),
        buffers.bytes(places.right), buffers.labels(places.out), buffers.workspace,
        Int64(buffers.workspaceByteCount))
    case .activate(let x, let out, let count, let shift):
      // SAFETY: as above.
      return unsafe assay_integer_activate(
        path, threads, buffers.labels(x), buffers.bytes(out), Int64(count), Int32(shift))
    case .poolActivate(let x, let out, let planes, let height, let width, let shift):
      // SAFETY: as above.
      return unsafe assay_integer_pool_activate(
        path, threads, buffers.labels(x), buffers.bytes(out), Int64(planes), Int64(height),
        Int64(width), Int32(shift))
    case .maskGradient(let gradient, let activation, let out, let count, let shift):
      // SAFETY: as above.
      return unsafe assay_integer_mask_gradient(
        path, threads, buffers.labels(gradient), buffers.bytes(activation), buffers.bytes(out),
        Int64(count), Int32(shift))
    case .spread(let x, let out, let planes, let height, let width):
      // SAFETY: as above.
      return unsafe assay_integer_spread(
        path, threads, buffers.bytes(x), buffers.bytes(out), Int64(planes), Int64(height),
        Int64(width))
    case .loss(let logits, let labels, let gradient, let value, let rows, let loss):
      return loss.run(logits, labels, gradient, value, rows: rows, on: buffers)
    case .update(let weight, let velocity, let gradient, let type, let count, let decayShift):
      // SAFETY: as above.
      return unsafe assay_integer_update(
        path, threads, Int32(type.byteCount), buffers.raw(weight),
        velocity.map { unsafe buffers.raw($0) }, buffers.labels(gradient), Int64(count),
        scalars.wholeRate, Int32(decayShift))
    }
  }
}

extension IntegerLoss {
  /// The one kernel of it that there is.
  func run(
    _ logits: BufferID, _ labels: BufferID, _ gradient: BufferID, _ value: BufferID, rows: Int,
    on buffers: HostBuffers
  ) -> Int32 {
    let entries = table.map { Int32($0) }
    // SAFETY: the check of the program found every buffer as large as rows and classes say, and the
    // table of 256 entries in range; the array lives during the call.
    return unsafe assay_integer_loss(
      buffers.labels(logits), buffers.labels(labels), entries, buffers.bytes(gradient),
      buffers.floats(value), Int64(rows), Int64(classCount), Int32(shift))
  }
}

extension StepScalars {
  /// c(t): the learning rate of an integer step is a whole number. Any other, which only a provider
  /// that cheats has, loses its fraction.
  package var wholeRate: Int64 {
    Int64(exactly: min(max(learningRate, -0x1p40), 0x1p40).rounded(.towardZero)) ?? 0
  }
}

extension ConvolutionInstruction {
  /// The factors in the order of the kernels' arguments, and the result.
  var buffers: (left: BufferID, right: BufferID, out: BufferID) {
    switch self {
    case .forward(let x, let weight, let out): (x, weight, out)
    case .inputGradient(let gradient, let weight, let out): (gradient, weight, out)
    case .weightGradient(let gradient, let x, let out): (gradient, x, out)
    }
  }
}
