import AssaySpecification
@testable import AssayTensors

extension Instruction {
  var writtenBuffers: [BufferID] { operands.filter { $0.access != .read }.map(\.buffer) }
}
