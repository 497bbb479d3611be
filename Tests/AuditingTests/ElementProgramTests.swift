import AssayAuditing
import AssayDisputes
import AssayMerkle
import AssaySpecification
import AssayTensors
import AssayTestSupport
import AssayTraining
import Testing

/// An element, computed value by value as a referee does, has the bits that the kernels give it.
@Suite struct ElementProgramTests {
  @Test(arguments: DisputedSpec.allCases)
  func everyOperatorsElementsComeOutAsTheKernelsMakeThem(_ disputed: DisputedSpec) throws {
    let (spec, dataset) = try disputed.make()
    let weights = try disputed.weights()
    let history = try StepHistory(
      spec: spec, dataset: dataset, backend: CPUBackend(threads: 1), hasher: PortableLeafHasher(),
      weights: weights)
    var generator = SeededGenerator(seed: 11)
    var state = try ModelState.initial(spec, weights: weights)
    // The second step starts from moments, averages and statistics that are not zero.
    state = try history.step(after: state).state
    for entry in history.entries.entries.indices {
      guard case .instruction(_, let place) = history.entries.entries[entry] else { continue }
      let name = history.entries.program.instructions[place].name
      for (slot, buffer) in history.entries.outputs(of: entry).enumerated() {
        let output = StepEntries.OutputID(entry: entry, slot: slot)
        let tensor = history.entries.description(of: buffer)
        let count = tensor.shape.elementCount
        var found: [Int: UInt64] = [:]
        for element in [0, count - 1, Int.random(in: 0..<count, using: &generator)] {
          let (program, values) = try history.values(of: output, element: element, after: state)
          #expect(values.count == program.count)
          found[element] = values.last
        }
        let contents = try history.contents(of: output, after: state)
        for (element, value) in found {
          #expect(
            value == Chunk.element(contents, at: element, tensor.elementType),
            "\(name), entry \(entry), \(tensor.name) [\(element)]")
        }
      }
    }
  }

  /// Each function and its slope at 4,000 drawn bit patterns and the special ones.
  @Test(arguments: UnaryFunction.allCases)
  func functionsOfOneNumberHaveTheKernelsBits(_ function: UnaryFunction) throws {
    var generator = SeededGenerator(seed: 5)
    let special: [Float] = [0, -0.0, 1, -1, .infinity, -.infinity, .nan, 0x1p-149, 89, -104, 0.55]
    let near = (0..<2000).map { _ in Float.random(in: -12..<12, using: &generator) }
    let any = (0..<2000).map { _ in
      let x = Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &generator))
      return x.isNaN ? Float.nan : x
    }
    let x = special + near + any
    let (input, value, slope) = (BufferID(index: 0), BufferID(index: 1), BufferID(index: 2))
    let instructions: [Instruction] = [
      .unary(function, x: input, out: value, count: x.count),
      .unaryGradient(
        function, x: input, y: value, outputGradient: input, out: slope, count: x.count),
    ]
    let shape = try Shape([x.count])
    let program = StepProgram(
      buffers: [("x", .features), ("y", .traced), ("slope", .traced)].map { name, role in
        BufferDeclaration(name: name, elementType: .float32, shape: shape, role: role)
      }, instructions: instructions, features: input, targets: input, prediction: value,
      loss: value, batchSize: 1)
    let executor = try CPUBackend(threads: 1).makeExecutor(for: program)
    // SAFETY: bytes have no padding.
    try executor.load(unsafe ModelState.littleEndianBytes(x).span.bytes, into: input)
    try executor.run(StepScalars(learningRate: 0))
    let outputs = try [input, value, slope].map { buffer in
      try executor.withContents(of: buffer) { contents in
        // SAFETY: each buffer holds four bytes for each number, and any bits are an integer.
        (0..<x.count).map { place in
          unsafe contents.unsafeLoadUnaligned(fromByteOffset: 4 * place, as: UInt32.self)
        }
      }
    }
    let reader = ListReader(inputs: outputs.map { $0.map(UInt64.init) })
    for (number, (instruction, buffer)) in zip(instructions, [value, slope]).enumerated() {
      for element in x.indices {
        let program = instruction.program(
          of: buffer, element: element, StepScalars(learningRate: 0))
        #expect(
          try program.value(at: 0, reader) == UInt64(outputs[number + 1][element]),
          "\(function)(\(x[element]))")
      }
    }
  }

  /// Buffers as lists.
  private struct ListReader: ScalarReader {
    let inputs: [[UInt64]]
    func input(_ buffer: BufferID, _ element: Int) throws(DisputeError) -> UInt64 {
      inputs[buffer.index][element]
    }
    func value(_ index: Int) throws(DisputeError) -> UInt64 {
      throw .noSuchElement(index: index, count: 0)
    }
    func countedRows(ofExample position: Int) throws(DisputeError) -> Int { 0 }
  }
}
