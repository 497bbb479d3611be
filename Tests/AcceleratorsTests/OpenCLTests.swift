import AssaySpecification
import AssayTensors
import AssayTensorsTestSupport
import AssayTestSupport
import Testing

@testable import AssayAccelerators

/// The machine's first OpenCL device, where there is one.
private let device = try? DeviceBackend(DeviceSelector(.opencl, 0))

/// The whole of the operators' tests runs on a device with `ASSAY_TEST_DEVICE`; here is a part of
/// them, wherever there is OpenCL.
@Suite(.enabled(if: device != nil)) struct OpenCLTests {
  private func b(_ index: Int) -> BufferID { BufferID(index: index) }

  private func program(
    _ extents: [[Int]], _ types: [ElementType]? = nil, _ instructions: [Instruction]
  ) throws -> StepProgram {
    StepProgram(
      buffers: try extents.enumerated().map {
        BufferDeclaration(
          name: "buffer \($0)", elementType: types?[$0] ?? .float32, shape: try Shape($1),
          role: .parameter)
      }, instructions: instructions, features: b(0), targets: b(0), prediction: b(0), loss: b(0),
      batchSize: 1)
  }

  private func contents(_ program: StepProgram, _ backend: any Backend) throws -> [[UInt8]] {
    var generator = SeededGenerator(seed: 5)
    let executor = try backend.makeExecutor(for: program)
    for (index, buffer) in program.buffers.enumerated() {
      let elements = (0..<buffer.shape.elementCount).map { _ -> UInt32 in
        guard buffer.elementType == .float32 else { return UInt32(generator.next() % 3) }
        return (Float(Int32(truncatingIfNeeded: generator.next() >> 40)) * 0x1p-22).bitPattern
      }
      try unsafe executor.load(elements.span.bytes, into: b(index))
    }
    try executor.run(StepScalars(learningRate: 0.01))
    return try program.buffers.indices.map { index in
      try executor.withContents(of: b(index)) { bytes in
        unsafe bytes.withUnsafeBytes { unsafe Array($0) }
      }
    }
  }

  private func expectReferenceBits(_ program: StepProgram) throws {
    let device = try #require(device)
    let found = try contents(program, device)
    #expect(try found == contents(program, CPUBackend(path: .reference)))
  }

  /// K of 1,100 is three blocks, which are summed apart where tiles are few.
  @Test(arguments: [false, true], [false, true])
  func productsGiveTheReferenceBits(transposeA: Bool, transposeB: Bool) throws {
    for (m, n, k) in [(5, 7, 3), (65, 130, 40), (9, 70, 1100), (200, 300, 513)] {
      try expectReferenceBits(
        program(
          [[m * k], [k * n], [m * n]], nil,
          [
            .matmul(
              a: b(0), b: b(1), out: b(2), m: m, n: n, k: k, transposeA: transposeA,
              transposeB: transposeB)
          ]))
    }
  }

  @Test func aLossGivesTheReferenceBits() throws {
    try expectReferenceBits(
      program(
        [[7, 3], [7], [7, 3], [7]], [.float32, .int32, .float32, .float32],
        [
          .softmaxCrossEntropy(
            logits: b(0), labels: b(1), probabilities: b(2), losses: b(3), rows: 7, columns: 3)
        ]))
  }

  @Test func aLabelOutOfRangeIsNamed() throws {
    let device = try #require(device)
    let program = try program(
      [[4, 3], [4], [4, 3], [4]], [.float32, .int32, .float32, .float32],
      [
        .add(x: b(0), y: b(2), out: b(2), count: 12),
        .softmaxCrossEntropy(
          logits: b(0), labels: b(1), probabilities: b(2), losses: b(3), rows: 4, columns: 3),
      ])
    let executor = try device.makeExecutor(for: program)
    let labels: [Int32] = [0, 2, -5, 3]
    try unsafe executor.load(labels.span.bytes, into: b(1))
    #expect(throws: BackendError.labelOutOfRange(row: 2, found: -5, classCount: 3)) {
      try executor.run(StepScalars(learningRate: 0))
    }
    let right: [Int32] = [0, 2, 1, 1]
    try unsafe executor.load(right.span.bytes, into: b(1))
    try executor.run(StepScalars(learningRate: 0))
  }

  @Test func anIntegerOutOfRangeIsNamedAndNothingIsUpdated() throws {
    let device = try #require(device)
    let program = try program(
      [[2], [2], [2]], [.int32, .int8, .int32],
      [
        .integer(.roundWeights(weight: b(0), elementType: .int32, out: b(1), count: 2, shift: 1)),
        .integer(
          .update(
            weight: b(0), velocity: nil, gradient: b(2), elementType: .int32, count: 2,
            decayShift: 0)),
      ])
    let executor = try device.makeExecutor(for: program)
    let weights: [Int32] = [5, 1 << 17], gradient: [Int32] = [1, 1]
    try unsafe executor.load(weights.span.bytes, into: b(0))
    try unsafe executor.load(gradient.span.bytes, into: b(2))
    #expect(throws: BackendError.integerOverflow(step: 9, tensor: "buffer 1")) {
      try executor.run(StepScalars(step: 9, learningRate: 2))
    }
    try executor.withContents(of: b(0)) { bytes in
      #expect(unsafe bytes.unsafeLoadUnaligned(as: Int32.self) == 5)
    }
  }

  @Test func contentsOfAnotherSizeAreRefused() throws {
    let device = try #require(device)
    let executor = try device.makeExecutor(
      for: program([[2], [2]], nil, [.add(x: b(0), y: b(0), out: b(1), count: 2)]))
    let three: [Float] = [1, 2, 3]
    #expect(throws: BackendError.contentsSize(buffer: "buffer 0", expected: 8, found: 12)) {
      try unsafe executor.load(three.span.bytes, into: b(0))
    }
    #expect(throws: BackendError.bufferIndex(instruction: nil, found: 2, bufferCount: 2)) {
      try unsafe executor.load(three.span.bytes, into: b(2))
    }
  }

  @Test func aProcessorIsCalledOne() throws {
    let device = try #require(device)
    #expect(device.name.contains("(CPU)") == (device.hardware == .processor))
    #expect(device.name.hasPrefix("opencl:0"))
  }
}

@Suite struct DeviceListTests {
  @Test func aDriverThatFindsNothingSaysWhy() {
    let list = Devices.list()
    for driver in DeviceSelector.Driver.allCases {
      let hasDevice = list.devices.contains { $0.selector.driver == driver }
      let reason = list.missing.first { $0.driver == driver }?.reason
      #expect(hasDevice == (reason == nil))
      #expect(reason?.isEmpty != true)
    }
  }

  @Test func aDeviceThatIsNotThereIsRefused() {
    #expect {
      _ = try DeviceBackend(DeviceSelector(.opencl, 1000))
    } throws: { error in
      if case .device(let name, let reason)? = error as? BackendError {
        return name == "opencl:1000" && !reason.isEmpty
      }
      return false
    }
  }
}
