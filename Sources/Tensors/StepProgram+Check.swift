package import AssaySpecification

extension StepProgram {
  /// Checks that every instruction's buffers exist and have the type and size it works on, so that
  /// a back end can run the program without looking again.
  package func check() throws(BackendError) {
    for (index, instruction) in instructions.enumerated() {
      let operands = instruction.operands
      for operand in operands { try check(operand, of: index) }
      try checkOverlap(operands, of: index)
    }
  }

  private func check(_ operand: Operand, of instruction: Int) throws(BackendError) {
    guard buffers.indices.contains(operand.buffer.index) else {
      throw .bufferIndex(
        instruction: instruction, found: operand.buffer.index, bufferCount: buffers.count)
    }
    let declaration = buffers[operand.buffer.index]
    guard declaration.elementType == operand.elementType else {
      throw .elementType(
        instruction: instruction, buffer: declaration.name,
        expected: operand.elementType.rawValue, found: declaration.elementType.rawValue)
    }
    var count = 1
    for extent in operand.extents {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 1, !overflow, product <= Shape.elementCountLimit else {
        throw .extents(instruction: instruction, found: operand.extents)
      }
      count = product
    }
    guard declaration.shape.elementCount == count else {
      throw .elementCount(
        instruction: instruction, buffer: declaration.name, expected: count,
        found: declaration.shape.elementCount)
    }
  }

  private func checkOverlap(_ operands: [Operand], of instruction: Int) throws(BackendError) {
    for (place, operand) in operands.enumerated() where operand.access != .read {
      for (otherPlace, other) in operands.enumerated() where otherPlace != place {
        guard other.buffer == operand.buffer else { continue }
        let bothInPlace = operand.access == .writeInPlace && other.access == .read
        guard bothInPlace && operand.extents == other.extents else {
          throw .overlap(instruction: instruction, buffer: buffers[operand.buffer.index].name)
        }
      }
    }
  }
}
