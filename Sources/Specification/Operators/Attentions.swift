internal import AssayWire

/// Multi-head attention of query, key and value, each [batch × positions × heads·width].
struct Attention: Operator {
  static let name = "attention"
  static let inputCount = 3

  let heads: Int
  let isCausal: Bool

  init(attributes: inout JSONFields) throws(WireError) {
    heads = try attributes.integer("heads", in: 1...1 << 16)
    isCausal = try attributes.bool("causal")
  }

  func output(of inputs: [TensorType]) throws(OperatorMisfit) -> TensorType {
    guard inputs[0] == inputs[1], inputs[1] == inputs[2],
      AttentionCut(inputs[0], heads: heads, parts: 1) != nil
    else {
      throw OperatorMisfit(
        reason: "attention expects query, key and value [batch × positions × heads·width] of one "
          + "shape for \(heads) heads of at most 512, found \(inputs.map(\.shape))")
    }
    return inputs[0]
  }

  func forward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    guard let cut = AttentionCut(node.inputTypes[0], heads: heads, parts: 1) else { return }
    cut.forward(node, node.inputs.map { cut.operand($0) }, isCausal: isCausal, &program)
  }

  func backward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    guard let cut = AttentionCut(node.inputTypes[0], heads: heads, parts: 1) else { return }
    let shares = node.inputNames.map {
      program.scratchGradient($0, node.outputType.shape)
    }
    cut.backward(
      node, node.inputs.map { cut.operand($0) }, shares.map { cut.operand($0) },
      isCausal: isCausal, &program)
    for (name, share) in zip(node.inputNames, shares).reversed() {
      program.pass(share, to: name)
    }
  }
}

/// Multi-head attention of one tensor that holds query, key and value side by side:
/// [batch × positions × 3·heads·width].
struct SelfAttention: Operator {
  static let name = "self-attention"
  static let inputCount = 1

  let heads: Int
  let isCausal: Bool

  init(attributes: inout JSONFields) throws(WireError) {
    heads = try attributes.integer("heads", in: 1...1 << 16)
    isCausal = try attributes.bool("causal")
  }

  func output(of inputs: [TensorType]) throws(OperatorMisfit) -> TensorType {
    guard let cut = AttentionCut(inputs[0], heads: heads, parts: 3) else {
      throw OperatorMisfit(
        reason: "self-attention expects [batch × positions × 3·heads·width] for \(heads) heads of "
          + "at most 512, found \(inputs[0].shape)")
    }
    return try .float32([cut.batch, cut.positions, cut.width])
  }

  func forward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    guard let cut = AttentionCut(node.inputTypes[0], heads: heads, parts: 3) else { return }
    cut.forward(
      node, (0..<3).map { cut.operand(node.inputs[0], part: $0) }, isCausal: isCausal, &program)
  }

  func backward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    guard let cut = AttentionCut(node.inputTypes[0], heads: heads, parts: 3) else { return }
    let share = program.scratchGradient(node.inputNames[0], node.inputTypes[0].shape)
    cut.backward(
      node, (0..<3).map { cut.operand(node.inputs[0], part: $0) },
      (0..<3).map { cut.operand(share, part: $0) }, isCausal: isCausal, &program)
    program.pass(share, to: node.inputNames[0])
  }
}

/// How the last extent of an attention's input is cut: `parts` tensors of `heads` heads.
private struct AttentionCut {
  let batch: Int
  let positions: Int
  let heads: Int
  let width: Int
  let parts: Int

  init?(_ type: TensorType, heads: Int, parts: Int) {
    let x = type.shape.dimensions
    guard type.elementType == .float32, x.count == 3, x[2] % (parts * heads) == 0,
      x[2] / (parts * heads) <= 512
    else { return nil }
    (batch, positions, width) = (x[0], x[1], x[2] / parts)
    self.heads = heads
    self.parts = parts
  }

  func operand(_ buffer: BufferID, part: Int = 0) -> AttentionOperand {
    AttentionOperand(buffer: buffer, offset: part * width, rowStride: parts * width)
  }

  private func geometry(_ isCausal: Bool) -> AttentionGeometry {
    AttentionGeometry(
      batch: batch, positions: positions, heads: heads, headWidth: width / heads,
      isCausal: isCausal)
  }

  private func output(_ buffer: BufferID) -> AttentionOperand {
    AttentionOperand(buffer: buffer, offset: 0, rowStride: width)
  }

  /// The two numbers kept of each row of scores.
  private func kept(
    _ node: LoweredNode, _ name: String, _ program: inout ProgramBuilder
  ) -> BufferID {
    program.activation(node.name + name, .matrix(batch * heads, positions))
  }

  func forward(
    _ node: LoweredNode, _ inputs: [AttentionOperand], isCausal: Bool,
    _ program: inout ProgramBuilder
  ) {
    program.emit(
      .attention(
        .forward(
          query: inputs[0], key: inputs[1], value: inputs[2], out: output(node.output),
          maximum: kept(node, "/maximum", &program), sum: kept(node, "/sum", &program)),
        geometry(isCausal)))
  }

  func backward(
    _ node: LoweredNode, _ inputs: [AttentionOperand], _ gradients: [AttentionOperand],
    isCausal: Bool, _ program: inout ProgramBuilder
  ) {
    program.emit(
      .attention(
        .gradient(
          query: inputs[0], key: inputs[1], value: inputs[2],
          outputGradient: output(program.gradient(of: node.name)),
          maximum: kept(node, "/maximum", &program), sum: kept(node, "/sum", &program),
          queryGradient: gradients[0], keyGradient: gradients[1], valueGradient: gradients[2]),
        geometry(isCausal)))
  }
}
