internal import AssaySpecification

extension ConvolutionInstruction {
  /// Every buffer that the instruction reads or writes.
  func operands(_ geometry: ConvolutionGeometry) -> [Operand] {
    let input = geometry.inputCount, output = geometry.outputCount
    let weights = geometry.weightCount
    return switch self {
    case .forward(let x, let weight, let out):
      [.read(x, input), .read(weight, weights), .writeApart(out, output)]
    case .inputGradient(let outputGradient, let weight, let out):
      [.read(outputGradient, output), .read(weight, weights), .writeApart(out, input)]
    case .weightGradient(let outputGradient, let x, let out):
      [.read(outputGradient, output), .read(x, input), .writeApart(out, weights)]
    }
  }
}

extension PoolingInstruction {
  /// Every buffer that the instruction reads or writes.
  func operands(_ geometry: ConvolutionGeometry) -> [Operand] { [] }
}

extension ChannelInstruction {
  /// Every buffer that the instruction reads or writes.
  func operands(_ geometry: ChannelGeometry) -> [Operand] { [] }
}
