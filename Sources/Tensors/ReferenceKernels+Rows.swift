internal import AssaySpecification
internal import CAssayTensorKernels

extension ReferenceKernels {
  func run(
    _ instruction: RowInstruction, rows: Int, columns: Int, on buffers: HostBuffers
  ) -> Int32 {
    let (rows, columns) = (Int64(rows), Int64(columns))
    return switch instruction {
    case .layerNorm(let x, let weight, let bias, let out, let mean, let inverse, let epsilon):
      // SAFETY: the check of the program found every buffer as large as the instruction says.
      unsafe kernels.layer_norm(
        buffers.floats(x), buffers.floats(weight), buffers.floats(bias), buffers.floats(out),
        buffers.floats(mean), buffers.floats(inverse), rows, columns, epsilon)
    case .layerNormGradient(let x, let outputGradient, let weight, let mean, let inverse, let out):
      // SAFETY: as above.
      unsafe kernels.layer_norm_gradient(
        buffers.floats(x), buffers.floats(outputGradient), buffers.floats(weight),
        buffers.floats(mean), buffers.floats(inverse), buffers.floats(out), rows, columns)
    case .rmsNorm(let x, let weight, let out, let inverse, let epsilon):
      // SAFETY: as above.
      unsafe kernels.rms_norm(
        buffers.floats(x), buffers.floats(weight), buffers.floats(out), buffers.floats(inverse),
        rows, columns, epsilon)
    case .rmsNormGradient(let x, let outputGradient, let weight, let inverse, let out):
      // SAFETY: as above.
      unsafe kernels.rms_norm_gradient(
        buffers.floats(x), buffers.floats(outputGradient), buffers.floats(weight),
        buffers.floats(inverse), buffers.floats(out), rows, columns)
    case .weightGradient(let x, let outputGradient, let mean, let inverse, let out):
      // SAFETY: as above.
      unsafe kernels.norm_weight_gradient(
        buffers.floats(x), buffers.floats(outputGradient), mean.map { unsafe buffers.floats($0) },
        buffers.floats(inverse), buffers.floats(out), rows, columns)
    case .softmax(let x, let out):
      // SAFETY: as above.
      unsafe kernels.softmax(
        buffers.floats(x), buffers.floats(out), rows, columns)
    case .softmaxGradient(let y, let outputGradient, let out):
      // SAFETY: as above.
      unsafe kernels.softmax_gradient(
        buffers.floats(y), buffers.floats(outputGradient), buffers.floats(out), rows, columns)
    }
  }
}
