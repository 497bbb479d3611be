internal import AssaySpecification
internal import CAssayTensorKernels

extension assay_attention_shape {
  init(_ geometry: AttentionGeometry) {
    self.init(
      batch: Int64(geometry.batch), positions: Int64(geometry.positions),
      heads: Int64(geometry.heads), head_width: Int64(geometry.headWidth),
      is_causal: geometry.isCausal ? 1 : 0)
  }
}

extension HostBuffers {
  func attentionInput(_ operand: AttentionOperand) -> assay_attention_input {
    // SAFETY: the check of the program found the operand to lie within the buffer.
    unsafe assay_attention_input(
      data: floats(operand.buffer) + operand.offset, row_stride: Int64(operand.rowStride))
  }

  func attentionOutput(_ operand: AttentionOperand) -> assay_attention_output {
    // SAFETY: as above.
    unsafe assay_attention_output(
      data: floats(operand.buffer) + operand.offset, row_stride: Int64(operand.rowStride))
  }
}

extension assay_dropout {
  /// The settings of a `.dropout` instruction in one step.
  init(_ instruction: SequenceInstruction, _ scalars: StepScalars) {
    guard
      case .dropout(_, _, let count, let seed, let node, let threshold, let scale) = instruction
    else {
      preconditionFailure("not dropout: \(instruction)")
    }
    self.init(
      seed: seed, step: scalars.step, node: node, threshold: threshold, scale: scale,
      first: Int64(count) * Int64(scalars.microBatch))
  }
}

extension assay_copy_shape {
  /// The shape of a copy of `count` adjacent elements.
  init(count: Int) {
    self.init(
      .copy(
        x: BufferID(index: 0), xOffset: 0, xStrides: [1], out: BufferID(index: 1), outOffset: 0,
        outStrides: [1], extents: [count]))
  }

  /// The extents and strides of a `.copy` instruction.
  init(_ instruction: SequenceInstruction) {
    guard case .copy(_, _, let xStrides, _, _, let outStrides, let extents) = instruction else {
      preconditionFailure("not a copy: \(instruction)")
    }
    self.init()
    rank = Int32(extents.count)
    // The fields are C arrays of eight, which Swift sees as tuples.
    // SAFETY: `fill` writes within the eight.
    unsafe withUnsafeMutableBytes(of: &self.extents) { unsafe Self.fill($0, with: extents) }
    // SAFETY: `fill` writes within the eight.
    unsafe withUnsafeMutableBytes(of: &x_strides) { unsafe Self.fill($0, with: xStrides) }
    // SAFETY: `fill` writes within the eight.
    unsafe withUnsafeMutableBytes(of: &out_strides) { unsafe Self.fill($0, with: outStrides) }
  }

  private static func fill(_ array: UnsafeMutableRawBufferPointer, with values: [Int]) {
    for (index, value) in values.enumerated() {
      // SAFETY: the check of the program found at most eight extents.
      unsafe array.storeBytes(of: Int64(value), toByteOffset: 8 * index, as: Int64.self)
    }
  }
}
