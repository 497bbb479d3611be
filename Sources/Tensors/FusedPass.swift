internal import AssaySpecification

/// Instructions in a row that are done in one pass over memory, to the same bits.
enum FusedPass {
  /// A sum or a batch norm, and a ReLU in place of what it writes.
  case rectified(Instruction)
  case rectifiedGradient(RectifiedGradient)

  /// How many instructions it is.
  var count: Int {
    switch self {
    case .rectified: 2
    case .rectifiedGradient(let gradient): gradient.addend == nil ? 2 : 3
    }
  }

  /// Per instruction of a program whose buffers have their places, the pass that it begins.
  static func passes(of program: StepProgram, on buffers: HostBuffers) -> [FusedPass?] {
    var useCounts = [Int](repeating: 0, count: program.buffers.count)
    for operand in program.instructions.flatMap(\.operands) {
      useCounts[operand.buffer.index] += 1
    }
    return program.instructions.indices.map { index in
      FusedPass(program, at: index, on: buffers) { useCounts[$0.index] == 2 }
    }
  }

  /// - Parameter isOnlyPassedOn: whether one instruction reads what another one writes, and none
  ///   else uses the buffer.
  private init?(
    _ program: StepProgram, at index: Int, on buffers: HostBuffers,
    isOnlyPassedOn: (BufferID) -> Bool
  ) {
    guard
      let pass = Self.pass(
        program.instructions[index...], on: buffers, isOnlyPassedOn: isOnlyPassedOn)
    else { return nil }
    let range = index..<index + pass.count
    // The update is run by itself.
    guard !range.dropFirst().contains(program.updateStart),
      Self.areIndependent(program.instructions[range], on: buffers)
    else { return nil }
    self = pass
  }

  private static func pass(
    _ instructions: ArraySlice<Instruction>, on buffers: HostBuffers,
    isOnlyPassedOn: (BufferID) -> Bool
  ) -> FusedPass? {
    guard let first = instructions.first, let second = instructions.dropFirst().first else {
      return nil
    }
    switch (first, second) {
    case (.add(_, _, let written, _), .unary(.relu, let x, let out, _)),
      (
        .channel(.normalize(_, _, _, _, _, let written, _, _, _, _), _),
        .unary(.relu, let x, let out, _)
      ):
      guard written == x, buffers.isSamePlace(x, out) else { return nil }
      return .rectified(first)
    case (.add(let x, let y, let sum, _), .unaryGradient):
      // The sum itself is not written.
      guard isOnlyPassedOn(sum),
        case .rectifiedGradient(var gradient)? = pass(
          instructions.dropFirst(), on: buffers, isOnlyPassedOn: isOnlyPassedOn),
        gradient.given == sum
      else { return nil }
      gradient.given = x
      gradient.addend = y
      return .rectifiedGradient(gradient)
    case (
      .unaryGradient(.relu, _, let output, let given, let out, _), .channel(let norm, let shape)
    ):
      guard case .normalizeGradient(_, let read, _, _, _, _, _, _) = norm, read == out
      else { return nil }
      return .rectifiedGradient(
        RectifiedGradient(given: given, output: output, out: out, norm: norm, shape: shape))
    default: return nil
    }
  }

  /// Whether nothing that an instruction writes lies where another one uses a buffer, unless it is
  /// the same place: element by element they may follow each other then.
  private static func areIndependent(
    _ instructions: ArraySlice<Instruction>, on buffers: HostBuffers
  ) -> Bool {
    instructions.allSatisfy { instruction in
      instruction.operands.filter { $0.access != .read }.allSatisfy { written in
        instructions.allSatisfy { other in
          other.operands.allSatisfy {
            buffers.isSamePlace(written.buffer, $0.buffer)
              || buffers.areApart(written.buffer, $0.buffer)
          }
        }
      }
    }
  }
}

/// A ReLU's gradient, of what is given or of its sum with an addend, and the gradient of the batch
/// norm that the ReLU is of.
struct RectifiedGradient {
  var given: BufferID
  var addend: BufferID?
  /// What the ReLU wrote.
  var output: BufferID
  /// Where its gradient goes.
  var out: BufferID
  /// Reads `out`.
  var norm: ChannelInstruction
  var shape: ChannelGeometry
}
