internal import AssaySpecification
internal import CAssayTensorKernels

extension TunedKernels {
  func workspaceByteCount(
    for instruction: AttentionInstruction, _ geometry: AttentionGeometry
  ) -> Int64 {
    let isGradient =
      switch instruction {
      case .forward: false
      case .gradient: true
      }
    return assay_attention_workspace(
      path, threads, assay_attention_shape(geometry), isGradient ? 1 : 0)
  }

  func run(
    _ instruction: AttentionInstruction, _ geometry: AttentionGeometry, on buffers: HostBuffers
  ) -> Int32 {
    let shape = assay_attention_shape(geometry)
    return switch instruction {
    case .forward(let query, let key, let value, let out, let maximum, let sum):
      // SAFETY: the check of the program found every buffer as large as the instruction says.
      unsafe assay_attention(
        path, threads, shape, buffers.attentionInput(query), buffers.attentionInput(key),
        buffers.attentionInput(value), buffers.attentionOutput(out), buffers.floats(maximum),
        buffers.floats(sum), buffers.workspace, Int64(buffers.workspaceByteCount))
    case .gradient(
      let query, let key, let value, let outputGradient, let maximum, let sum,
      let queryGradient, let keyGradient, let valueGradient):
      // SAFETY: as above.
      unsafe assay_attention_gradient(
        path, threads, shape, buffers.attentionInput(query), buffers.attentionInput(key),
        buffers.attentionInput(value), buffers.attentionInput(outputGradient),
        buffers.floats(maximum), buffers.floats(sum), buffers.attentionOutput(queryGradient),
        buffers.attentionOutput(keyGradient), buffers.attentionOutput(valueGradient),
        buffers.workspace, Int64(buffers.workspaceByteCount))
    }
  }
}
