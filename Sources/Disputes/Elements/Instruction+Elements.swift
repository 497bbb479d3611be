public import AssaySpecification

/// The declaration, operator by operator, of how it is cut for a referee.
extension Instruction {
  /// The buffers that the instruction writes, each once, in order of its operands.
  public var outputs: [BufferID] {
    var seen: Set<BufferID> = []
    return written.filter { seen.insert($0).inserted }
  }

  private var written: [BufferID] {
    switch self {
    case .matmul(_, _, let out, _, _, _, _, _), .addBias(_, _, let out, _, _),
      .columnSum(_, let out, _, _), .unary(_, _, let out, _),
      .unaryGradient(_, _, _, _, let out, _),
      .add(_, _, let out, _), .softmaxCrossEntropyGradient(_, _, let out, _, _, _, _),
      .squaredError(_, _, let out, _, _), .squaredErrorGradient(_, _, let out, _, _, _),
      .mean(_, let out, _, _):
      [out]
    case .softmaxCrossEntropy(_, _, let probabilities, let losses, _, _, _):
      [probabilities, losses]
    case .sgd(let parameter, _, let velocity, _, _, _, _):
      [parameter] + (velocity.map { [$0] } ?? [])
    case .adam(let parameter, _, let first, let second, _, _, _, _, _, _, _, _):
      [parameter, first, second]
    case .convolution(let instruction, _): instruction.written
    case .pooling(let instruction, _): instruction.written
    case .channel(let instruction, _): instruction.written
    case .row(let instruction, _, _): instruction.written
    case .attention(let instruction, _): instruction.written
    case .sequence(let instruction): instruction.written
    case .update(let instruction): instruction.written
    case .integer(let instruction): instruction.written
    }
  }

  /// How element `element` of the written buffer `output` comes about.
  public func program(
    of output: BufferID, element: Int, _ scalars: StepScalars
  ) -> ElementProgram {
    var program = ElementProgram()
    switch self {
    case .matmul, .addBias, .columnSum, .unary, .unaryGradient, .add, .mean:
      appendPlain(element, scalars, to: &program)
    case .softmaxCrossEntropy, .softmaxCrossEntropyGradient, .squaredError, .squaredErrorGradient:
      appendLoss(output, element, scalars, to: &program)
    case .sgd, .adam:
      appendOptimizer(output, element, scalars, to: &program)
    case .convolution(let instruction, let geometry):
      instruction.append(element, geometry, of: .float, to: &program)
    case .pooling(let instruction, let geometry):
      instruction.append(output, element, geometry, to: &program)
    case .channel(let instruction, let geometry):
      instruction.append(output, element, geometry, to: &program)
    case .row(let instruction, _, let columns):
      instruction.append(output, element, rows: rowCount, columns: columns, to: &program)
    case .attention(let instruction, let geometry):
      instruction.append(output, element, geometry, to: &program)
    case .sequence(let instruction):
      instruction.append(output, element, scalars, to: &program)
    case .update(let instruction):
      instruction.append(output, element, scalars, to: &program)
    case .integer(let instruction):
      instruction.append(output, element, scalars, to: &program)
    }
    return program
  }

  private var rowCount: Int {
    if case .row(_, let rows, _) = self { rows } else { 0 }
  }
}
