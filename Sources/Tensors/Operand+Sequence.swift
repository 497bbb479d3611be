internal import AssaySpecification

extension RowInstruction {
  /// Every buffer that the instruction reads or writes.
  func operands(_ rows: Int, _ columns: Int) -> [Operand] { [] }
}

extension AttentionInstruction {
  /// Every buffer that the instruction reads or writes.
  func operands(_ geometry: AttentionGeometry) -> [Operand] { [] }
}

extension SequenceInstruction {
  /// Every buffer that the instruction reads or writes.
  var operands: [Operand] { [] }
}

extension UpdateInstruction {
  /// Every buffer that the instruction reads or writes.
  var operands: [Operand] { [] }
}
