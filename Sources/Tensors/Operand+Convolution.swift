internal import AssaySpecification

extension ConvolutionInstruction {
  /// Every buffer that the instruction reads or writes.
  func operands(_ geometry: ConvolutionGeometry) -> [Operand] {
    let x = geometry.inputExtents, y = geometry.outputExtents
    let weights = [
      geometry.outputChannels, geometry.inputChannels / geometry.groups, geometry.kernelHeight,
      geometry.kernelWidth,
    ]
    return switch self {
    case .forward(let input, let weight, let out):
      [
        Operand(buffer: input, access: .read, extents: x),
        Operand(buffer: weight, access: .read, extents: weights),
        Operand(buffer: out, access: .writeApart, extents: y),
      ]
    case .inputGradient(let outputGradient, let weight, let out):
      [
        Operand(buffer: outputGradient, access: .read, extents: y),
        Operand(buffer: weight, access: .read, extents: weights),
        Operand(buffer: out, access: .writeApart, extents: x),
      ]
    case .weightGradient(let outputGradient, let input, let out):
      [
        Operand(buffer: outputGradient, access: .read, extents: y),
        Operand(buffer: input, access: .read, extents: x),
        Operand(buffer: out, access: .writeApart, extents: weights),
      ]
    }
  }
}

extension PoolingInstruction {
  /// Every buffer that the instruction reads or writes. Where input and output channels differ, or
  /// places in a plane are no int32, an extent is 0, which no program may have.
  func operands(_ geometry: ConvolutionGeometry) -> [Operand] {
    let x = geometry.inputExtents
    let isPossible =
      geometry.inputChannels == geometry.outputChannels
      && geometry.height * geometry.width <= Int(Int32.max)
    let y = isPossible ? geometry.outputExtents : [0]
    return switch self {
    case .maximum(let input, let out, let indices):
      [
        Operand(buffer: input, access: .read, extents: x),
        Operand(buffer: out, access: .writeApart, extents: y),
        Operand(buffer: indices, access: .writeApart, elementType: .int32, extents: y),
      ]
    case .maximumGradient(let outputGradient, let indices, let out):
      [
        Operand(buffer: outputGradient, access: .read, extents: y),
        Operand(buffer: indices, access: .read, elementType: .int32, extents: y),
        Operand(buffer: out, access: .writeApart, extents: x),
      ]
    case .average(let input, let out):
      [
        Operand(buffer: input, access: .read, extents: x),
        Operand(buffer: out, access: .writeApart, extents: y),
      ]
    case .averageGradient(let outputGradient, let out):
      [
        Operand(buffer: outputGradient, access: .read, extents: y),
        Operand(buffer: out, access: .writeApart, extents: x),
      ]
    }
  }
}

extension ChannelInstruction {
  /// Every buffer that the instruction reads or writes.
  func operands(_ geometry: ChannelGeometry) -> [Operand] {
    let x = [geometry.batch, geometry.channels, geometry.spatial]
    func readChannels(_ buffers: BufferID...) -> [Operand] {
      buffers.map { .read($0, geometry.channels) }
    }
    func writeChannels(_ buffers: BufferID...) -> [Operand] {
      buffers.map { .writeApart($0, geometry.channels) }
    }
    func elements(_ buffer: BufferID, _ access: Operand.Access) -> Operand {
      Operand(buffer: buffer, access: access, extents: x)
    }
    switch self {
    case .addBias(let input, let bias, let out):
      return [elements(input, .read), elements(out, .writeInPlace)] + readChannels(bias)
    case .sum(let input, let out):
      return [elements(input, .read)] + writeChannels(out)
    case .normalize(
      let input, let weight, let bias, let runningMean, let runningVariance, let out, let mean,
      let inverse, _, _):
      return [elements(input, .read), elements(out, .writeInPlace)]
        + readChannels(weight, bias) + writeChannels(runningMean, runningVariance, mean, inverse)
    case .normalizeWith(let input, let weight, let bias, let mean, let variance, let out, _):
      return [elements(input, .read), elements(out, .writeInPlace)]
        + readChannels(weight, bias, mean, variance)
    case .normalizeGradient(
      let input, let outputGradient, let weight, let mean, let inverse, let out,
      let weightGradient, let biasGradient):
      return [
        elements(input, .read), elements(outputGradient, .read), elements(out, .writeInPlace),
      ]
        + readChannels(weight, mean, inverse) + writeChannels(weightGradient, biasGradient)
    }
  }
}

extension ConvolutionGeometry {
  fileprivate var inputExtents: [Int] { [batch, inputChannels, height, width] }
  fileprivate var outputExtents: [Int] { [batch, outputChannels, outputHeight, outputWidth] }
}
