import CAssayTensorKernels
import Testing

@testable import AssaySpecification
@testable import AssayTensors

/// What the check of a program and the C functions of sequences refuse.
@Suite struct SequenceContractTests {
  private static func program(
    _ sizes: [Int], ids: Set<Int> = [], constants: [ProgramConstant] = [],
    _ instructions: [Instruction]
  ) throws -> StepProgram {
    let buffers = try sizes.enumerated().map { index, size in
      BufferDeclaration(
        name: "buffer \(index)", elementType: ids.contains(index) ? .int32 : .float32,
        shape: try Shape([size]), role: .parameter)
    }
    return StepProgram(
      buffers: buffers, instructions: instructions, features: b(0), targets: b(0),
      prediction: b(0), loss: b(0), batchSize: 1, constants: constants)
  }

  private func expectError(
    _ expected: BackendError, _ program: StepProgram,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(throws: expected, sourceLocation: sourceLocation) {
      try CPUBackend().makeExecutor(for: program)
    }
  }

  private static func attention(
    offsets: [Int], rowStride: Int, geometry: AttentionGeometry
  ) -> Instruction {
    func operand(_ buffer: Int, _ offset: Int) -> AttentionOperand {
      AttentionOperand(buffer: b(buffer), offset: offset, rowStride: rowStride)
    }
    return .attention(
      .gradient(
        query: operand(0, 0), key: operand(0, 4), value: operand(0, 8),
        outputGradient: AttentionOperand(buffer: b(1), offset: 0, rowStride: 4), maximum: b(2),
        sum: b(3), queryGradient: operand(4, offsets[0]), keyGradient: operand(4, offsets[1]),
        valueGradient: operand(4, offsets[2])), geometry)
  }

  private static let geometry = AttentionGeometry(
    batch: 2, positions: 3, heads: 2, headWidth: 2, isCausal: true)
  private static let sizes = [72, 24, 12, 12, 72]

  @Test func gradientsSideBySideInOneBufferAreAllowed() throws {
    let instruction = Self.attention(
      offsets: [0, 4, 8], rowStride: 12, geometry: Self.geometry)
    _ = try CPUBackend().makeExecutor(for: Self.program(Self.sizes, [instruction]))
  }

  @Test(arguments: [[0, 3, 8], [0, 4, 7], [0, 0, 8], [4, 1, 8]])
  func gradientsThatShareElementsAreRefused(offsets: [Int]) throws {
    let instruction = Self.attention(offsets: offsets, rowStride: 12, geometry: Self.geometry)
    expectError(
      .overlap(instruction: 0, buffer: "buffer 4"), try Self.program(Self.sizes, [instruction]))
  }

  @Test func anOperandBeyondItsBufferIsRefused() throws {
    let inside = Self.attention(offsets: [0, 4, 8], rowStride: 12, geometry: Self.geometry)
    expectError(
      .elementCount(instruction: 0, buffer: "buffer 4", expected: 72, found: 71),
      try Self.program([72, 24, 12, 12, 71], [inside]))
    let beyond = Self.attention(offsets: [0, 4, 9], rowStride: 12, geometry: Self.geometry)
    expectError(
      .elementCount(instruction: 0, buffer: "buffer 4", expected: 73, found: 72),
      try Self.program(Self.sizes, [beyond]))
    let negative = Self.attention(offsets: [-1, 4, 8], rowStride: 12, geometry: Self.geometry)
    expectError(
      .extents(instruction: 0, found: [-1, 36, 12, 2, 1]), try Self.program(Self.sizes, [negative]))
    let immense = Self.attention(offsets: [0, 4, 8], rowStride: .max, geometry: Self.geometry)
    expectError(
      .extents(instruction: 0, found: [0, -1, .max, 2, 1]), try Self.program(Self.sizes, [immense]))
  }

  @Test func extentsThatNoBufferShowsAreRefused() throws {
    let wide = AttentionGeometry(
      batch: 1, positions: 1, heads: 1, headWidth: 513, isCausal: true)
    expectError(
      .extents(instruction: 0, found: [513]),
      try Self.program(
        Self.sizes, [Self.attention(offsets: [0, 4, 8], rowStride: 12, geometry: wide)]))
    let odd = SequenceInstruction.rotate(
      x: b(0), cosines: b(1), sines: b(2), out: b(3), rows: 1, period: 1, heads: 1, headWidth: 3,
      isInverse: false)
    expectError(
      .extents(instruction: 0, found: [3]), try Self.program([3, 1, 1, 3], [.sequence(odd)]))
    for extents in [[], [Int](repeating: 1, count: 9)] {
      let copy = SequenceInstruction.copy(
        x: b(0), xOffset: 0, xStrides: extents, out: b(1), outOffset: 0, outStrides: extents,
        extents: extents)
      expectError(
        .extents(instruction: 0, found: extents), try Self.program([1, 1], [.sequence(copy)]))
    }
    let clip = UpdateInstruction.clipScale(
      gradients: [b(0)], counts: [1, 1], out: b(1), limit: 1)
    expectError(
      .extents(instruction: 0, found: [1, 1]), try Self.program([1, 1], [.update(clip)]))
  }

  @Test func aCopyThatWritesAnElementTwiceIsRefused() throws {
    for (strides, isAllowed) in [
      ([4, 1], true), ([3, 1], false), ([1, 3], true), ([0, 1], false),
    ] {
      let copy = SequenceInstruction.copy(
        x: b(0), xOffset: 0, xStrides: [4, 1], out: b(1), outOffset: 0, outStrides: strides,
        extents: [3, 4])
      let program = try Self.program([12, 12], [.sequence(copy)])
      if isAllowed {
        _ = try CPUBackend().makeExecutor(for: program)
      } else {
        expectError(.overlap(instruction: 0, buffer: "buffer 1"), program)
      }
    }
  }

  @Test(arguments: [Int32.min, -1, 5, .max])
  func anIdOutOfRangeIsAnError(id: Int32) throws {
    let embed = Instruction.sequence(
      .embed(table: b(0), ids: b(1), out: b(2), rows: 3, vocabulary: 5, columns: 2))
    let gradient = Instruction.sequence(
      .embedGradient(
        ids: b(1), outputGradient: b(2), out: b(0), rows: 3, vocabulary: 5, columns: 2))
    for instruction in [embed, gradient] {
      for path in CPUBackend.availablePaths {
        let executor = try CPUBackend(path: path).makeExecutor(
          for: Self.program([10, 3, 6], ids: [1], [instruction]))
        let ids: [Int32] = [0, 4, id]
        try unsafe executor.load(ids.span.bytes, into: b(1))
        #expect(
          throws: BackendError.labelOutOfRange(row: 2, found: Int(id), classCount: 5)
        ) { try executor.run(.test) }
      }
    }
  }

  @Test func constantsAreInPlaceFromTheStart() throws {
    let constant = ProgramConstant(buffer: b(1), values: [1, -2, 3])
    let add = Instruction.add(x: b(0), y: b(1), out: b(2), count: 3)
    let executor = try CPUBackend().makeExecutor(
      for: Self.program([3, 3, 3], constants: [constant], [add]))
    try executor.run(.test)
    let sum = try executor.withContents(of: b(2)) { bytes in
      (0..<3).map { unsafe bytes.unsafeLoad(fromByteOffset: 4 * $0, as: Float.self) }
    }
    #expect(sum == constant.values)
    expectError(
      .contentsSize(buffer: "buffer 1", expected: 12, found: 8),
      try Self.program(
        [3, 3, 3], constants: [ProgramConstant(buffer: b(1), values: [1, 2])], [add]))
    expectError(
      .bufferIndex(instruction: nil, found: 3, bufferCount: 3),
      try Self.program(
        [3, 3, 3], constants: [ProgramConstant(buffer: b(3), values: [1])], [add]))
  }

  /// Nothing beyond the workspace that attention asked for is touched, and a smaller one is
  /// refused.
  @Test func theWorkspaceOfAttentionIsEnough() throws {
    let memory = try unsafe #require(assay_tensor_memory(8 << 20))
    defer { unsafe assay_tensor_memory_free(memory) }
    for (positions, width) in [(1, 1), (5, 17), (64, 16), (65, 33), (130, 64), (513, 4)] {
      let shape = assay_attention_shape(
        batch: 1, positions: Int64(positions), heads: 2, head_width: Int64(width), is_causal: 1)
      let count = positions * 2 * width
      let x = [Float](repeating: 1, count: count)
      var out = x
      let statistics = [Float](repeating: 1, count: 2 * positions)
      for path in kernelPaths {
        let stride = Int64(2 * width)
        let status = { (byteCount: Int64) in
          unsafe x.withUnsafeBufferPointer { x in
            unsafe out.withUnsafeMutableBufferPointer { out in
              guard let x = x.baseAddress, let out = out.baseAddress else { return Int32(-1) }
              let input = unsafe assay_attention_input(data: x, row_stride: stride)
              let output = unsafe assay_attention_output(data: out, row_stride: stride)
              // The gradients share memory, which leaves their values open but not their places.
              return unsafe assay_attention_gradient(
                path, 1, shape, input, input, input, input, statistics, statistics, output, output,
                output, memory, byteCount)
            }
          }
        }
        let needed = assay_attention_workspace(path, 1, shape, 1)
        #expect(needed > 0 && needed + 4096 < 8 << 20)
        #expect(status(needed - 1) == ASSAY_ERROR_WORKSPACE)
        let end = unsafe memory + Int(needed)
        unsafe end.initializeMemory(as: UInt8.self, repeating: 0xa5, count: 4096)
        #expect(status(needed) == ASSAY_OK)
        let fence = unsafe UnsafeRawBufferPointer(start: end, count: 4096)
        #expect(unsafe fence.allSatisfy { $0 == 0xa5 }, "\(positions) × \(width), path \(path)")
      }
    }
  }

  @Test func impossibleShapesAreRefused() {
    var out: Float = 0
    for path in kernelPaths {
      for shape in [
        assay_attention_shape(batch: 0, positions: 1, heads: 1, head_width: 1, is_causal: 0),
        assay_attention_shape(batch: 1, positions: -1, heads: 1, head_width: 1, is_causal: 0),
        assay_attention_shape(batch: 1, positions: 1, heads: 1, head_width: 513, is_causal: 0),
        assay_attention_shape(
          batch: .max, positions: .max, heads: .max, head_width: 1, is_causal: 0),
      ] {
        #expect(assay_attention_workspace(path, 1, shape, 0) == -1)
      }
      #expect(unsafe assay_softmax(path, 1, [1], &out, 1, 0) == ASSAY_ERROR_SHAPE)
      #expect(unsafe assay_softmax(path, 1, [1], &out, -1, 1) == ASSAY_ERROR_SHAPE)
      #expect(unsafe assay_softmax(path, 1, [1], &out, 0, 0) == ASSAY_OK)
      #expect(
        unsafe assay_rotate(path, 1, [1], [1], [1], &out, 1, 1, 1, 3, 0) == ASSAY_ERROR_SHAPE)
      #expect(unsafe assay_add_periodic(path, 1, [1], [1], &out, 1, 0, 1) == ASSAY_ERROR_SHAPE)
      #expect(unsafe assay_sum_periodic(path, 1, [1], &out, 1, 0, 1) == ASSAY_ERROR_SHAPE)
      #expect(unsafe assay_embed(path, 1, [1], [1], &out, 1, 1, 1) == ASSAY_ERROR_LABEL)
      #expect(unsafe assay_copy(path, 1, [1], &out, assay_copy_shape()) == ASSAY_ERROR_SHAPE)
    }
    #expect(unsafe assay_softmax(99, 1, [1], &out, 1, 1) == ASSAY_ERROR_PATH)
    #expect(unsafe assay_clear(99, 1, &out, 1) == ASSAY_ERROR_PATH)
  }
}
