import AssaySpecification
import AssayTensors
import Testing

@testable import AssayAccelerators

@Suite struct OperatorTestTests {
  /// The processor against itself: every program runs, and all families of operators are in them.
  @Test func theProcessorAgreesWithItself() throws {
    #expect(try OperatorTest.run(on: CPUBackend(path: .best, threads: 2)) == nil)
    #expect(OperatorTest.programs.count == 8)
    let names = Set(OperatorTest.programs.flatMap { $0.step.instructions.map(\.operatorName) })
    for family in ["convolution", "pooling", "channel", "row", "attention", "sequence", "update"] {
      #expect(names.contains { $0.hasPrefix(family) }, "\(family) in \(names.sorted())")
    }
    #expect(names.count > 45, "\(names.sorted())")
  }
}
