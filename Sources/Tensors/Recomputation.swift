public import AssaySpecification

extension StepProgram {
  /// The training step of a spec as a back end is to run it: one that computes activations again
  /// where the back end asks for it, cut so that it needs the least memory.
  public static func training(
    _ spec: Spec, for backend: any Backend
  ) throws(SpecificationError) -> StepProgram {
    let whole = try training(spec)
    guard backend.recomputesActivations, spec.numerics == .float32 else { return whole }
    var best = (program: whole, byteCount: MemoryPlan(whole).byteCount)
    for segmentCount in [2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 48, 64] {
      let program = try training(spec, segmentCount: segmentCount).withoutUnusedResults()
      let byteCount = MemoryPlan(program).byteCount
      if byteCount < best.byteCount { best = (program, byteCount) }
    }
    return best.program
  }

  /// The program without instructions whose results nothing reads and no step carries on; what they
  /// alone used shrinks to one element.
  func withoutUnusedResults() -> StepProgram {
    var isUsed = buffers.indices.map { index in
      switch buffers[index].role {
      case .activation, .gradient: index == prediction.index
      default: true
      }
    }
    var kept: [Instruction] = []
    var keptBeforeUpdate = 0
    for (place, instruction) in instructions.enumerated().reversed() {
      let operands = instruction.operands
      guard operands.contains(where: { $0.access != .read && isUsed[$0.buffer.index] })
      else { continue }
      for operand in operands { isUsed[operand.buffer.index] = true }
      kept.append(instruction)
      if place < updateStart { keptBeforeUpdate += 1 }
    }
    var used = buffers
    for index in buffers.indices where !isUsed[index] {
      used[index] = BufferDeclaration(
        name: buffers[index].name, elementType: buffers[index].elementType, shape: .scalar,
        role: buffers[index].role)
    }
    return StepProgram(
      buffers: used, instructions: kept.reversed(), features: features, targets: targets,
      prediction: prediction, loss: loss, batchSize: batchSize, microBatchCount: microBatchCount,
      updateStart: keptBeforeUpdate, constants: constants)
  }
}
