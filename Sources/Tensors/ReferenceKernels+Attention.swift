internal import AssaySpecification
internal import CAssayTensorKernels

extension ReferenceKernels {
  func run(
    _ instruction: AttentionInstruction, _ geometry: AttentionGeometry, on buffers: HostBuffers
  ) -> Int32 {
    let shape = assay_attention_shape(geometry)
    return switch instruction {
    case .forward(let query, let key, let value, let out, let maximum, let sum):
      // SAFETY: the check of the program found every buffer as large as the instruction says.
      unsafe kernels.attention(
        shape, buffers.attentionInput(query), buffers.attentionInput(key),
        buffers.attentionInput(value), buffers.attentionOutput(out), buffers.floats(maximum),
        buffers.floats(sum))
    case .gradient(
      let query, let key, let value, let outputGradient, let maximum, let sum,
      let queryGradient, let keyGradient, let valueGradient):
      // SAFETY: as above.
      unsafe kernels.attention_gradient(
        shape, buffers.attentionInput(query), buffers.attentionInput(key),
        buffers.attentionInput(value), buffers.attentionInput(outputGradient),
        buffers.floats(maximum), buffers.floats(sum), buffers.attentionOutput(queryGradient),
        buffers.attentionOutput(keyGradient), buffers.attentionOutput(valueGradient))
    }
  }
}
