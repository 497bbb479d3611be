internal import AssaySpecification

extension IntegerInstruction {
  /// Every buffer that the instruction reads or writes. Where a shift is none, or classes are too
  /// many, an extent is 0, which no program may have.
  var operands: [Operand] {
    switch self {
    case .roundWeights(let weight, let type, let out, let count, let shift):
      [
        .read(weight, type.isWide ? type : .int32, [checked(count, shift)]),
        .write(out, .int8, [count]),
      ]
    case .matmul(let a, let b, let out, let m, let n, let k, _, _):
      [.read(a, .int8, [m, k]), .read(b, .int8, [k, n]), .write(out, .int32, [m, n])]
    case .convolution(let instruction, let geometry):
      instruction.operands(geometry).map { operand in
        var typed = operand
        typed.elementType = operand.access == .read ? .int8 : .int32
        if geometry.groups != 1 { typed.extents = [0] }
        return typed
      }
    case .activate(let x, let out, let count, let shift):
      [.read(x, .int32, [checked(count, shift)]), .write(out, .int8, [count])]
    case .poolActivate(let x, let out, let planes, let height, let width, let shift):
      [
        .read(x, .int32, [checked(planes, shift), height, 2, width, 2]),
        .write(out, .int8, [planes, height, width]),
      ]
    case .maskGradient(let gradient, let activation, let out, let count, let shift):
      [
        .read(gradient, .int32, [checked(count, shift)]), .read(activation, .int8, [count]),
        .write(out, .int8, [count]),
      ]
    case .spread(let x, let out, let planes, let height, let width):
      [
        .read(x, .int8, [planes, height, width]),
        .write(out, .int8, [planes, height, 2, width, 2]),
      ]
    case .loss(let logits, let labels, let gradient, let value, let rows, let loss):
      [
        .read(logits, .int32, [rows, loss.isPossible ? loss.classCount : 0]),
        .labels(labels, rows), .write(gradient, .int8, [rows, loss.classCount]),
        .writeApart(value, 1),
      ]
    case .update(let weight, let velocity, let gradient, let type, let count, let decayShift):
      [
        .write(
          weight, type.isWide ? type : .int32,
          [velocity == nil || decayShift > 0 ? checked(count, decayShift) : 0]),
        .read(gradient, .int32, [count]),
      ] + (velocity.map { [.write($0, type, [count])] } ?? [])
    }
  }

  private func checked(_ count: Int, _ shift: Int) -> Int {
    (0...30).contains(shift) ? count : 0
  }
}

extension IntegerLoss {
  /// Whether the kernels can use the table.
  fileprivate var isPossible: Bool {
    (1...1 << 15).contains(classCount) && (0...30).contains(shift) && probabilityBits == 7
      && table.count == 256 && table[128] > 0 && table.allSatisfy { (0..<1 << 15).contains($0) }
  }
}

extension ElementType {
  /// Whether weights may be of this type.
  fileprivate var isWide: Bool { self == .int32 || self == .int64 }
}

extension Operand {
  fileprivate static func read(
    _ buffer: BufferID, _ type: ElementType, _ extents: [Int]
  ) -> Operand {
    Operand(buffer: buffer, access: .read, elementType: type, extents: extents)
  }

  fileprivate static func write(
    _ buffer: BufferID, _ type: ElementType, _ extents: [Int]
  ) -> Operand {
    Operand(buffer: buffer, access: .writeApart, elementType: type, extents: extents)
  }
}
