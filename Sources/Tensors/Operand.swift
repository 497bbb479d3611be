package import AssaySpecification

/// A buffer as one instruction uses it.
package struct Operand: Hashable, Sendable {
  package enum Access: Hashable, Sendable {
    case read
    /// Written element by element, after the same element of every input was read: may be an input.
    case writeInPlace
    /// Written apart from every other operand.
    case writeApart
  }

  package var buffer: BufferID
  package var access: Access
  package var elementType: ElementType = .float32
  /// Their product is the number of elements.
  package var extents: [Int]
  /// Where in a larger buffer the elements lie; nil where they are all of the buffer.
  package var place: OperandPlace?

  static func read(_ buffer: BufferID, _ extents: Int...) -> Operand {
    Operand(buffer: buffer, access: .read, extents: extents)
  }

  static func writeInPlace(_ buffer: BufferID, _ extents: Int...) -> Operand {
    Operand(buffer: buffer, access: .writeInPlace, extents: extents)
  }

  static func writeApart(_ buffer: BufferID, _ extents: Int...) -> Operand {
    Operand(buffer: buffer, access: .writeApart, extents: extents)
  }

  static func labels(_ buffer: BufferID, _ extents: Int...) -> Operand {
    Operand(buffer: buffer, access: .read, elementType: .int32, extents: extents)
  }
}

extension Instruction {
  /// Every buffer that the instruction reads or writes.
  package var operands: [Operand] {
    switch self {
    case .matmul(let a, let b, let out, let m, let n, let k, _, _):
      [.read(a, m, k), .read(b, k, n), .writeApart(out, m, n)]
    case .addBias(let x, let bias, let out, let rows, let columns):
      [.read(x, rows, columns), .read(bias, columns), .writeInPlace(out, rows, columns)]
    case .columnSum(let x, let out, let rows, let columns):
      [.read(x, rows, columns), .writeApart(out, columns)]
    case .unary(_, let x, let out, let count):
      [.read(x, count), .writeInPlace(out, count)]
    case .unaryGradient(_, let x, let y, let outputGradient, let out, let count):
      [.read(x, count), .read(y, count), .read(outputGradient, count), .writeInPlace(out, count)]
    case .add(let x, let y, let out, let count):
      [.read(x, count), .read(y, count), .writeInPlace(out, count)]
    case .mean(let x, let out, let count, _):
      [.read(x, count), .writeApart(out, 1)]
    case .softmaxCrossEntropy, .softmaxCrossEntropyGradient, .squaredError, .squaredErrorGradient:
      lossOperands
    case .sgd, .adam:
      updateOperands
    case .convolution(let instruction, let geometry): instruction.operands(geometry)
    case .pooling(let instruction, let geometry): instruction.operands(geometry)
    case .channel(let instruction, let geometry): instruction.operands(geometry)
    case .row(let instruction, let rows, let columns): instruction.operands(rows, columns)
    case .attention(let instruction, let geometry): instruction.operands(geometry)
    case .sequence(let instruction): instruction.operands
    case .update(let instruction): instruction.operands
    case .integer(let instruction): instruction.operands
    }
  }

  private var lossOperands: [Operand] {
    switch self {
    case .softmaxCrossEntropy(
      let logits, let labels, let probabilities, let losses, let rows, let columns, _):
      [
        .read(logits, rows, columns), .labels(labels, rows),
        .writeInPlace(probabilities, rows, columns), .writeApart(losses, rows),
      ]
    case .softmaxCrossEntropyGradient(
      let probabilities, let labels, let out, let rows, let columns, _, _):
      [
        .read(probabilities, rows, columns), .labels(labels, rows),
        .writeInPlace(out, rows, columns),
      ]
    case .squaredError(let prediction, let target, let losses, let rows, let columns):
      [
        .read(prediction, rows, columns), .read(target, rows, columns),
        .writeApart(losses, rows),
      ]
    case .squaredErrorGradient(
      let prediction, let target, let out, let rows, let columns, _):
      [
        .read(prediction, rows, columns), .read(target, rows, columns),
        .writeInPlace(out, rows, columns),
      ]
    default: []
    }
  }

  private var updateOperands: [Operand] {
    switch self {
    case .sgd(let parameter, let gradient, let velocity, let count, _, _, _):
      [.writeApart(parameter, count), .read(gradient, count)]
        + (velocity.map { [.writeApart($0, count)] } ?? [])
    case .adam(
      let parameter, let gradient, let firstMoment, let secondMoment, let count, _, _, _, _, _, _,
      _):
      [
        .writeApart(parameter, count), .read(gradient, count), .writeApart(firstMoment, count),
        .writeApart(secondMoment, count),
      ]
    default: []
    }
  }
}
