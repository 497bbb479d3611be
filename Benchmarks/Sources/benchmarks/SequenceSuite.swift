internal import AssaySpecification
internal import AssayTensors
internal import Harness

/// The operators of a small language model, each alone: 16 sequences of 256 positions, 6 heads of
/// 64, a vocabulary of 65. `pytorch/sequence.py` times the same work in PyTorch.
enum SequenceSuite {
  private static let batch = 16
  private static let positions = 256
  private static let heads = 6
  private static let headWidth = 64
  private static let vocabulary = 65
  private static let rows = batch * positions
  private static let width = heads * headWidth

  static func make() -> [Suite] { [attention(), rowSuite(), elementSuite()] }

  private static let parameters = [
    ("batch", "\(batch)"), ("positions", "\(positions)"), ("heads", "\(heads)"),
    ("head width", "\(headWidth)"), ("threads", "one per core"),
  ]

  /// Counts the products that a causal head needs: half of all.
  private static func attention() -> Suite {
    let geometry = AttentionGeometry(
      batch: batch, positions: positions, heads: heads, headWidth: headWidth, isCausal: true)
    let statistics = batch * heads * positions
    let forward = Double(4 * headWidth * positions * (positions + 1) / 2 * batch * heads)
    func part(_ part: Int, _ index: Int) -> AttentionOperand {
      AttentionOperand(
        buffer: BufferID(index: index), offset: part * width, rowStride: 3 * width)
    }
    func whole(_ index: Int) -> AttentionOperand {
      AttentionOperand(buffer: BufferID(index: index), offset: 0, rowStride: width)
    }
    var suite = Suite("attention", unit: "GFLOP/s", parameters: parameters)
    suite.add(
      "forward", work: forward / 1e9,
      body(
        .attention(
          .forward(
            query: part(0, 0), key: part(1, 0), value: part(2, 0), out: whole(1),
            maximum: id(2), sum: id(3)), geometry),
        [3 * rows * width, rows * width, statistics, statistics]))
    suite.add(
      "gradient", work: 2.5 * forward / 1e9,
      body(
        .attention(
          .gradient(
            query: part(0, 0), key: part(1, 0), value: part(2, 0), outputGradient: whole(1),
            maximum: id(2), sum: id(3), queryGradient: part(0, 4), keyGradient: part(1, 4),
            valueGradient: part(2, 4)), geometry),
        [3 * rows * width, rows * width, statistics, statistics, 3 * rows * width]))
    return suite
  }

  /// Counts every tensor of [rows, width] once for each time that it must be read or written.
  private static func rowSuite() -> Suite {
    let size = rows * width
    var suite = Suite("rows of \(width)", unit: "GB/s", parameters: parameters)
    func add(_ name: String, _ tensors: Int, _ instruction: RowInstruction, _ sizes: [Int]) {
      suite.add(
        name, work: Double(4 * tensors * size) / 1e9,
        body(.row(instruction, rows: rows, columns: width), sizes))
    }
    add(
      "layer norm", 2,
      .layerNorm(
        x: id(0), weight: id(1), bias: id(2), out: id(3), mean: id(4), inverse: id(5),
        epsilon: 1e-5), [size, width, width, size, rows, rows])
    add(
      "layer norm gradient", 3,
      .layerNormGradient(
        x: id(0), outputGradient: id(1), weight: id(2), mean: id(3), inverse: id(4), out: id(5)),
      [size, size, width, rows, rows, size])
    add(
      "gradient of its weight", 2,
      .weightGradient(x: id(0), outputGradient: id(1), mean: id(2), inverse: id(3), out: id(4)),
      [size, size, rows, rows, width])
    add("softmax", 2, .softmax(x: id(0), out: id(1)), [size, size])
    add(
      "softmax gradient", 3, .softmaxGradient(y: id(0), outputGradient: id(1), out: id(2)),
      [size, size, size])
    return suite
  }

  private static func elementSuite() -> Suite {
    let size = rows * width
    var suite = Suite("elements and lookups", unit: "GB/s", parameters: parameters)
    func add(_ name: String, _ tensors: Int, _ instruction: Instruction, _ sizes: [Int]) {
      suite.add(name, work: Double(4 * tensors) / 1e9, body(instruction, sizes))
    }
    for function in [UnaryFunction.gelu, .geluErf, .silu, .sigmoid] {
      let count = 4 * size
      add(
        function.rawValue, 2 * count, .unary(function, x: id(0), out: id(1), count: count),
        [count, count])
      add(
        "\(function.rawValue) gradient", 3 * count,
        .unaryGradient(
          function, x: id(0), y: id(1), outputGradient: id(2), out: id(3), count: count),
        [count, count, count, count])
    }
    add(
      "embed", 2 * size,
      .sequence(
        .embed(
          table: id(0), ids: id(1), out: id(2), rows: rows, vocabulary: vocabulary,
          columns: width)), [vocabulary * width, -rows, size])
    add(
      "embed gradient", size,
      .sequence(
        .embedGradient(
          ids: id(0), outputGradient: id(1), out: id(2), rows: rows, vocabulary: vocabulary,
          columns: width)), [-rows, size, vocabulary * width])
    add(
      "dropout", 2 * size,
      .sequence(
        .dropout(
          x: id(0), out: id(1), count: size, seed: 1, node: 2, threshold: 0x1999_999a,
          scale: 1.111_111_2)), [size, size])
    return suite
  }

  private static func id(_ index: Int) -> BufferID { BufferID(index: index) }

  /// A call of one instruction on buffers of these sizes, filled with −1 ..< 1; the buffers of a
  /// negative size hold as many ids.
  private static func body(_ instruction: Instruction, _ sizes: [Int]) -> () -> Void {
    do {
      let buffers = try sizes.enumerated().map { index, size in
        BufferDeclaration(
          name: "buffer \(index)", elementType: size < 0 ? .int32 : .float32,
          shape: try Shape([abs(size)]), role: .parameter)
      }
      let program = StepProgram(
        buffers: buffers, instructions: [instruction], features: id(0), targets: id(0),
        prediction: id(0), loss: id(0), batchSize: batch, constants: [])
      let executor = try CPUBackend().makeExecutor(for: program)
      for (index, size) in sizes.enumerated() {
        let words = (0..<abs(size)).map { UInt32(truncatingIfNeeded: $0 &* 2_654_435_761) }
        if size < 0 {
          let ids = words.map { Int32(($0 >> 7) % UInt32(vocabulary)) }
          try unsafe executor.load(ids.span.bytes, into: id(index))
        } else {
          let values = words.map { Float($0 >> 8) * 0x1p-23 - 1 }
          try unsafe executor.load(values.span.bytes, into: id(index))
        }
      }
      return {
        do {
          try executor.run(StepScalars(step: 1, learningRate: 0))
        } catch {
          preconditionFailure("\(instruction): \(error)")
        }
      }
    } catch {
      preconditionFailure("the benchmark's own program is refused: \(error)")
    }
  }
}
