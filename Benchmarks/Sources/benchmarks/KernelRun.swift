internal import AssaySpecification
internal import AssayTensors

/// One instruction on the CPU back end, some number of times a call.
struct KernelRun {
  private let executor: any StepExecutor
  /// How many times a call runs the instruction.
  let repetitions: Int

  /// - Parameter sizes: the element counts of buffers 0, 1, …; those in `labels` are int32, those
  ///   in `bytes` int8.
  init(
    _ instruction: Instruction, sizes: [Int], labels: Set<Int> = [], bytes: Set<Int> = [],
    repetitions: Int, path: CPUBackend.Path, threads: Int
  ) {
    do {
      let buffers = try sizes.enumerated().map { index, size in
        BufferDeclaration(
          name: "buffer \(index)",
          elementType: bytes.contains(index) ? .int8 : labels.contains(index) ? .int32 : .float32,
          shape: try Shape([size]), role: .activation)
      }
      let none = BufferID(index: 0)
      let program = StepProgram(
        buffers: buffers, instructions: Array(repeating: instruction, count: repetitions),
        features: none, targets: none, prediction: none, loss: none, batchSize: 1)
      executor = try CPUBackend(path: path, threads: threads).makeExecutor(for: program)
      self.repetitions = repetitions
      for (index, size) in sizes.enumerated()
      where !labels.contains(index) && !bytes.contains(index) {
        let contents = Self.contents(size)
        // SAFETY: floats have no padding that could be read.
        try unsafe executor.load(contents.span.bytes, into: BufferID(index: index))
      }
    } catch {
      preconditionFailure("the benchmark's own instruction is refused: \(error)")
    }
  }

  /// Numbers in −½ ..< ½ that repeat after 251.
  static func contents(_ count: Int) -> [Float] {
    (0..<count).map { Float($0 * 97 % 251) / 251 - 0.5 }
  }

  func callAsFunction() {
    do {
      try executor.run(
        StepScalars(
          learningRate: 1e-6, firstMomentCorrection: 0.1, secondMomentCorrectionRoot: 0.03))
    } catch {
      preconditionFailure("\(error)")
    }
  }
}
