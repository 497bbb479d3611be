import AssaySpecification
import AssayTensors
import Testing

@Suite struct DocumentationTests {
  @Test func theExampleOfTheRoomWorks() throws {
    let (x, y, sum) = (BufferID(index: 0), BufferID(index: 1), BufferID(index: 2))
    let pair = try Shape([2])
    let program = StepProgram(
      buffers: ["x", "y", "sum"].map {
        BufferDeclaration(name: $0, elementType: .float32, shape: pair, role: .activation)
      },
      instructions: [.add(x: x, y: y, out: sum, count: 2)], features: x, targets: y,
      prediction: sum, loss: sum, batchSize: 1)
    let executor = try CPUBackend(threads: 2).makeExecutor(for: program)
    let contents: [Float] = [1, 2]
    try unsafe executor.load(contents.span.bytes, into: x)
    try executor.run(StepScalars(learningRate: 0))
    let total = try executor.withContents(of: sum) { bytes in
      unsafe bytes.unsafeLoad(fromByteOffset: 4, as: Float.self)
    }
    #expect(total == 2)
  }
}
