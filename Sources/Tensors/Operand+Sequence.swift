internal import AssaySpecification

extension RowInstruction {
  /// Every buffer that the instruction reads or writes.
  func operands(_ rows: Int, _ columns: Int) -> [Operand] {
    switch self {
    case .layerNorm(let x, let weight, let bias, let out, let mean, let inverse, _):
      [
        .read(x, rows, columns), .read(weight, columns), .read(bias, columns),
        .writeInPlace(out, rows, columns), .writeApart(mean, rows), .writeApart(inverse, rows),
      ]
    case .layerNormGradient(
      let x, let outputGradient, let weight, let mean, let inverse, let out):
      [
        .read(x, rows, columns), .read(outputGradient, rows, columns), .read(weight, columns),
        .read(mean, rows), .read(inverse, rows), .writeInPlace(out, rows, columns),
      ]
    case .rmsNorm(let x, let weight, let out, let inverse, _):
      [
        .read(x, rows, columns), .read(weight, columns), .writeInPlace(out, rows, columns),
        .writeApart(inverse, rows),
      ]
    case .rmsNormGradient(let x, let outputGradient, let weight, let inverse, let out):
      [
        .read(x, rows, columns), .read(outputGradient, rows, columns), .read(weight, columns),
        .read(inverse, rows), .writeInPlace(out, rows, columns),
      ]
    case .weightGradient(let x, let outputGradient, let mean, let inverse, let out):
      [.read(x, rows, columns), .read(outputGradient, rows, columns)]
        + (mean.map { [.read($0, rows)] } ?? [])
        + [.read(inverse, rows), .writeApart(out, columns)]
    case .softmax(let x, let out):
      [.read(x, rows, columns), .writeInPlace(out, rows, columns)]
    case .softmaxGradient(let y, let outputGradient, let out):
      [
        .read(y, rows, columns), .read(outputGradient, rows, columns),
        .writeInPlace(out, rows, columns),
      ]
    }
  }
}

extension AttentionInstruction {
  /// Every buffer that the instruction reads or writes.
  func operands(_ geometry: AttentionGeometry) -> [Operand] {
    func statistic(_ buffer: BufferID, _ access: Operand.Access) -> Operand {
      Operand(
        buffer: buffer, access: access,
        extents: [geometry.batch, geometry.heads, geometry.positions])
    }
    func read(_ operand: AttentionOperand) -> Operand { operand.operand(.read, geometry) }
    func write(_ operand: AttentionOperand) -> Operand { operand.operand(.writeApart, geometry) }
    return switch self {
    case .forward(let query, let key, let value, let out, let maximum, let sum):
      [
        read(query), read(key), read(value), write(out), statistic(maximum, .writeApart),
        statistic(sum, .writeApart),
      ]
    case .gradient(
      let query, let key, let value, let outputGradient, let maximum, let sum,
      let queryGradient, let keyGradient, let valueGradient):
      [
        read(query), read(key), read(value), read(outputGradient), statistic(maximum, .read),
        statistic(sum, .read), write(queryGradient), write(keyGradient), write(valueGradient),
      ]
    }
  }
}

extension AttentionOperand {
  fileprivate func operand(_ access: Operand.Access, _ geometry: AttentionGeometry) -> Operand {
    let (example, overflow) = geometry.positions.multipliedReportingOverflow(by: rowStride)
    return Operand(
      buffer: buffer, access: access,
      extents: [geometry.batch, geometry.positions, geometry.heads, geometry.headWidth],
      // A stride of −1 is refused.
      place: OperandPlace(
        offset: offset,
        strides: [overflow ? -1 : example, rowStride, geometry.headWidth, 1]))
  }
}

extension SequenceInstruction {
  /// Every buffer that the instruction reads or writes.
  var operands: [Operand] {
    switch self {
    case .embed(let table, let ids, let out, let rows, let vocabulary, let columns):
      [.read(table, vocabulary, columns), .labels(ids, rows), .writeApart(out, rows, columns)]
    case .embedGradient(
      let ids, let outputGradient, let out, let rows, let vocabulary, let columns):
      [
        .labels(ids, rows), .read(outputGradient, rows, columns),
        .writeApart(out, vocabulary, columns),
      ]
    case .addPeriodic(let x, let y, let out, let rows, let period, let columns):
      [.read(x, rows, columns), .read(y, period, columns), .writeInPlace(out, rows, columns)]
    case .sumPeriodic(let x, let out, let rows, let period, let columns):
      [.read(x, rows, columns), .writeApart(out, period, columns)]
    case .rotate(
      let x, let cosines, let sines, let out, let rows, let period, let heads, let headWidth, _):
      [
        .read(x, rows, heads, headWidth), .read(cosines, period, headWidth / 2),
        .read(sines, period, headWidth / 2), .writeInPlace(out, rows, heads, headWidth),
      ]
    case .dropout(let x, let out, let count, _, _, _, _):
      [.read(x, count), .writeInPlace(out, count)]
    case .copy(
      let x, let xOffset, let xStrides, let out, let outOffset, let outStrides, let extents):
      [
        Operand(
          buffer: x, access: .read, extents: extents,
          place: OperandPlace(offset: xOffset, strides: xStrides)),
        Operand(
          buffer: out, access: .writeApart, extents: extents,
          place: OperandPlace(offset: outOffset, strides: outStrides)),
      ]
    case .clear(let out, let count): [.writeApart(out, count)]
    }
  }
}

extension UpdateInstruction {
  /// Every buffer that the instruction reads or writes.
  var operands: [Operand] {
    switch self {
    case .clipScale(let gradients, let counts, let out, _):
      zip(gradients, counts).map { .read($0, $1) } + [.writeApart(out, 1)]
    case .scale(let x, let scale, let out, let count):
      [.read(x, count), .read(scale, 1), .writeInPlace(out, count)]
    case .accumulate(let x, let out, let count):
      [.read(x, count), .writeApart(out, count)]
    case .movingAverage(let parameter, let average, let count, _):
      [.read(parameter, count), .writeApart(average, count)]
    }
  }
}

extension Instruction {
  /// Extents that no buffer's size would show to be wrong.
  var impossibleExtents: [Int]? {
    switch self {
    case .attention(_, let geometry) where geometry.headWidth > 512: [geometry.headWidth]
    case .sequence(.rotate(_, _, _, _, _, _, _, let headWidth, _))
    where !headWidth.isMultiple(of: 2): [headWidth]
    case .sequence(.copy(_, _, _, _, _, _, let extents)) where !(1...8).contains(extents.count):
      extents
    case .update(.clipScale(let gradients, let counts, _, _)) where gradients.count != counts.count:
      counts
    case .mean(_, _, _, .fixed(let divisor)) where divisor < 1,
      .softmaxCrossEntropyGradient(_, _, _, _, _, _, .fixed(let divisor)) where divisor < 1,
      .squaredErrorGradient(_, _, _, _, _, .fixed(let divisor)) where divisor < 1:
      [divisor]
    default: nil
    }
  }
}
