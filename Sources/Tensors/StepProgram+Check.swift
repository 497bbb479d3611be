package import AssaySpecification

extension StepProgram {
  /// Checks that every instruction's buffers exist and have the type and size it works on, so that
  /// a back end can run the program without looking again.
  package func check() throws(BackendError) {
    for constant in constants { try check(constant) }
    for (index, instruction) in instructions.enumerated() {
      if let extents = instruction.impossibleExtents {
        throw .extents(instruction: index, found: extents)
      }
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
    let found = declaration.shape.elementCount
    guard let place = operand.place else {
      guard found == count else {
        throw .elementCount(
          instruction: instruction, buffer: declaration.name, expected: count, found: found)
      }
      return
    }
    guard let end = place.end(operand.extents) else {
      throw .extents(instruction: instruction, found: [place.offset] + place.strides)
    }
    guard end <= found else {
      throw .elementCount(
        instruction: instruction, buffer: declaration.name, expected: end, found: found)
    }
    guard operand.access == .read || place.isInjective(operand.extents) else {
      throw .overlap(instruction: instruction, buffer: declaration.name)
    }
  }

  private func check(_ constant: ProgramConstant) throws(BackendError) {
    guard buffers.indices.contains(constant.buffer.index) else {
      throw .bufferIndex(
        instruction: nil, found: constant.buffer.index, bufferCount: buffers.count)
    }
    let declaration = buffers[constant.buffer.index]
    guard declaration.elementType == .float32,
      declaration.shape.elementCount == constant.values.count
    else {
      throw .contentsSize(
        buffer: declaration.name, expected: declaration.byteCount,
        found: 4 * constant.values.count)
    }
  }

  private func checkOverlap(_ operands: [Operand], of instruction: Int) throws(BackendError) {
    for (place, operand) in operands.enumerated() where operand.access != .read {
      for (otherPlace, other) in operands.enumerated() where otherPlace != place {
        guard other.buffer == operand.buffer, !operand.isDisjoint(from: other) else { continue }
        let bothInPlace = operand.access == .writeInPlace && other.access == .read
        guard bothInPlace && operand.extents == other.extents && operand.place == other.place
        else {
          throw .overlap(instruction: instruction, buffer: buffers[operand.buffer.index].name)
        }
      }
    }
  }
}
