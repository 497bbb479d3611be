internal import AssayWire

/// y[…×width] = table[vocabulary×width] at the ids […].
struct Embedding: Operator {
  static let name = "embedding"
  static let inputCount = 2

  init(attributes: inout JSONFields) throws(WireError) {}

  func output(of inputs: [TensorType]) throws(OperatorMisfit) -> TensorType {
    let table = inputs[1].shape.dimensions
    guard inputs[0].elementType == .int32, inputs[1].elementType == .float32, table.count == 2
    else {
      throw OperatorMisfit(
        reason: "embedding expects int32 ids […] and table [vocabulary×width], found "
          + "\(inputs[0].elementType) \(inputs[0].shape) and \(inputs[1].shape)")
    }
    return try .float32(inputs[0].shape.dimensions + [table[1]])
  }

  func forward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    let (rows, vocabulary, columns) = extents(node)
    program.emit(
      .sequence(
        .embed(
          table: node.inputs[1], ids: node.inputs[0], out: node.output, rows: rows,
          vocabulary: vocabulary, columns: columns)))
  }

  func backward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    let (rows, vocabulary, columns) = extents(node)
    let gradient = program.gradient(of: node.name)
    program.contribute(to: node.inputNames[1]) { out in
      .sequence(
        .embedGradient(
          ids: node.inputs[0], outputGradient: gradient, out: out, rows: rows,
          vocabulary: vocabulary, columns: columns))
    }
  }

  private func extents(_ node: LoweredNode) -> (rows: Int, vocabulary: Int, columns: Int) {
    let (rows, columns) = node.outputType.shape.rowsAndColumns
    return (rows, node.inputTypes[1].shape.dimensions[0], columns)
  }
}

/// y[batch×positions×width] = x + table[positions×width]: a learned vector for each position.
struct PositionEmbedding: Operator {
  static let name = "position-embedding"
  static let inputCount = 2

  init(attributes: inout JSONFields) throws(WireError) {}

  func output(of inputs: [TensorType]) throws(OperatorMisfit) -> TensorType {
    let x = inputs[0].shape.dimensions
    guard inputs.allSatisfy({ $0.elementType == .float32 }), x.count == 3,
      inputs[1].shape.dimensions == Array(x.dropFirst())
    else {
      throw OperatorMisfit(
        reason: "position-embedding expects x [batch×positions×width] and table "
          + "[positions×width], found \(inputs[0].shape) and \(inputs[1].shape)")
    }
    return inputs[0]
  }

  func forward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    let x = node.outputType.shape.dimensions
    program.emit(
      .sequence(
        .addPeriodic(
          x: node.inputs[0], y: node.inputs[1], out: node.output, rows: x[0] * x[1], period: x[1],
          columns: x[2])))
  }

  func backward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    let x = node.outputType.shape.dimensions
    let gradient = program.gradient(of: node.name)
    program.contribute(to: node.inputNames[1]) { out in
      .sequence(
        .sumPeriodic(x: gradient, out: out, rows: x[0] * x[1], period: x[1], columns: x[2]))
    }
    program.pass(gradient, to: node.inputNames[0])
  }
}

/// Rotary positions (Su et al. 2021) of [batch × positions × heads·width]: within each head, the
/// pair (i, i + width/2) at position t turns by t·base^(−2i/width).
struct Rotary: Operator {
  static let name = "rotary"
  static let inputCount = 1

  let heads: Int
  let base: Float

  init(attributes: inout JSONFields) throws(WireError) {
    heads = try attributes.integer("heads", in: 1...1 << 16)
    base = try attributes.float("base", atLeast: 1)
  }

  func output(of inputs: [TensorType]) throws(OperatorMisfit) -> TensorType {
    let x = inputs[0].shape.dimensions
    guard inputs[0].elementType == .float32, x.count == 3, x[2] % (2 * heads) == 0 else {
      throw OperatorMisfit(
        reason: "rotary expects x [batch × positions × heads·(even width)] for \(heads) heads, "
          + "found \(inputs[0].shape)")
    }
    return inputs[0]
  }

  func forward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    program.emit(instruction(node.inputs[0], node.output, node, &program, isInverse: false))
  }

  func backward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    let gradient = program.gradient(of: node.name)
    guard program.needsGradient(node.inputNames[0]) else { return }
    let share = program.scratchGradient(node.inputNames[0], node.outputType.shape)
    program.emit(instruction(gradient, share, node, &program, isInverse: true))
    program.pass(share, to: node.inputNames[0])
  }

  private func instruction(
    _ x: BufferID, _ out: BufferID, _ node: LoweredNode, _ program: inout ProgramBuilder,
    isInverse: Bool
  ) -> Instruction {
    let extents = node.outputType.shape.dimensions
    let (positions, headWidth) = (extents[1], extents[2] / heads)
    let half = headWidth / 2
    func table(_ name: String, _ turn: (Double) -> Double) -> BufferID {
      program.constant(
        "rotary/\(name)/\(positions)/\(headWidth)/\(base)", .matrix(positions, half)
      ) {
        (0..<positions * half).map { place in
          let (position, pair) = place.quotientAndRemainder(dividingBy: half)
          let frequency = ElementaryFunctions.exp(
            -2 * Double(pair) / Double(headWidth) * ElementaryFunctions.log(Double(base)))
          return Float(turn(Double(position) * frequency))
        }
      }
    }
    return .sequence(
      .rotate(
        x: x, cosines: table("cosines", ElementaryFunctions.cos),
        sines: table("sines", ElementaryFunctions.sin), out: out, rows: extents[0] * positions,
        period: positions, heads: heads, headWidth: headWidth, isInverse: isInverse))
  }
}
