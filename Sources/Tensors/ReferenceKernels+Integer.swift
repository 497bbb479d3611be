internal import AssaySpecification
internal import CAssayTensorKernels

extension ReferenceKernels {
  func run(
    _ instruction: IntegerInstruction, _ scalars: StepScalars, on buffers: HostBuffers
  ) -> Int32 {
    switch instruction {
    case .roundWeights(let weight, let type, let out, let count, let shift):
      // SAFETY: here and below: the check of the program found every buffer as large as the
      // instruction's extents, of its element type, and apart from others where it must be.
      return unsafe assay_integer_round_weights_reference(
        Int32(type.byteCount), buffers.raw(weight), buffers.bytes(out), Int64(count),
        Int32(shift))
    case .matmul(let a, let b, let out, let m, let n, let k, let transposeA, let transposeB):
      // SAFETY: as above.
      return unsafe assay_integer_matmul_reference(
        buffers.bytes(a), buffers.bytes(b), buffers.labels(out), Int64(m), Int64(n), Int64(k),
        transposeA ? 1 : 0, transposeB ? 1 : 0)
    case .convolution(let instruction, let geometry):
      var shape = assay_convolution(geometry)
      let places = instruction.buffers
      // SAFETY: as above.
      return unsafe assay_integer_convolution_reference(
        instruction.kernelKind, &shape, buffers.bytes(places.left), buffers.bytes(places.right),
        buffers.labels(places.out))
    case .activate(let x, let out, let count, let shift):
      // SAFETY: as above.
      return unsafe assay_integer_activate_reference(
        buffers.labels(x), buffers.bytes(out), Int64(count), Int32(shift))
    case .poolActivate(let x, let out, let planes, let height, let width, let shift):
      // SAFETY: as above.
      return unsafe assay_integer_pool_activate_reference(
        buffers.labels(x), buffers.bytes(out), Int64(planes), Int64(height), Int64(width),
        Int32(shift))
    case .maskGradient(let gradient, let activation, let out, let count, let shift):
      // SAFETY: as above.
      return unsafe assay_integer_mask_gradient_reference(
        buffers.labels(gradient), buffers.bytes(activation), buffers.bytes(out), Int64(count),
        Int32(shift))
    case .spread(let x, let out, let planes, let height, let width):
      // SAFETY: as above.
      return unsafe assay_integer_spread_reference(
        buffers.bytes(x), buffers.bytes(out), Int64(planes), Int64(height), Int64(width))
    case .loss(let logits, let labels, let gradient, let value, let rows, let loss):
      return loss.run(logits, labels, gradient, value, rows: rows, on: buffers)
    case .update(let weight, let velocity, let gradient, let type, let count, let decayShift):
      // SAFETY: as above.
      return unsafe assay_integer_update_reference(
        Int32(type.byteCount), buffers.raw(weight), velocity.map { unsafe buffers.raw($0) },
        buffers.labels(gradient), Int64(count), scalars.wholeRate, Int32(decayShift))
    }
  }
}
