import AssaySpecification
import AssayTensors
import CAssayTensorKernels
import Foundation
import Testing

@Suite struct CPUBackendTests {
  static let addition = Instruction.add(x: b(0), y: b(1), out: b(2), count: 3)

  @Test func theNameSaysPathAndThreads() throws {
    #expect(try CPUBackend(path: .portable, threads: 1).name == "cpu portable 1 thread")
    #expect(try CPUBackend(path: .portable, threads: 3).name == "cpu portable 3 threads")
    #expect(try CPUBackend().threads >= 1)
    #expect(try CPUBackend().path == CPUBackend.availablePaths[0])
    #expect(CPUBackend.availablePaths.contains(.portable))
  }

  @Test func refusesAnImpossibleThreadCount() throws {
    #expect(throws: BackendError.threadCount(limit: 1024, found: -1)) {
      try CPUBackend(threads: -1)
    }
    #expect(throws: BackendError.threadCount(limit: 1024, found: 1025)) {
      try CPUBackend(threads: 1025)
    }
  }

  @Test func refusesAPathThatTheProcessorLacks() {
    for path in CPUBackend.Path.allCases
    where path != .best && !CPUBackend.availablePaths.contains(path) {
      #expect(throws: BackendError.self) { try CPUBackend(path: path) }
    }
  }

  @Test func buffersStartAsZerosAndKeepWhatIsLoaded() throws {
    let executor = try CPUBackend().makeExecutor(for: Self.addition.program())
    let x: [Float] = [1, 2, 3]
    try unsafe executor.load(x.span.bytes, into: b(0))
    try executor.run(.test)
    let sum = try executor.withContents(of: b(2)) { bytes in
      (0..<3).map { unsafe bytes.unsafeLoad(fromByteOffset: 4 * $0, as: Float.self) }
    }
    #expect(sum == x)
  }

  @Test func refusesContentsOfTheWrongSize() throws {
    let executor = try CPUBackend().makeExecutor(for: Self.addition.program())
    for count in [0, 2, 4] {
      let contents = [Float](repeating: 1, count: count)
      #expect(
        throws: BackendError.contentsSize(buffer: "buffer 1", expected: 12, found: 4 * count)
      ) { try unsafe executor.load(contents.span.bytes, into: b(1)) }
    }
    let contents: [Float] = [1, 2, 3]
    #expect(throws: BackendError.bufferIndex(instruction: nil, found: 3, bufferCount: 3)) {
      try unsafe executor.load(contents.span.bytes, into: b(3))
    }
    #expect(throws: BackendError.bufferIndex(instruction: nil, found: -1, bufferCount: 3)) {
      try unsafe executor.load(contents.span.bytes, into: b(-1))
    }
  }

  @Test(arguments: [Int32.min, -1, 5, .max])
  func aLabelOutOfRangeIsAnError(label: Int32) throws {
    let forward = Instruction.softmaxCrossEntropy(
      logits: b(0), labels: b(1), probabilities: b(2), losses: b(3), rows: 3, columns: 5)
    let backward = Instruction.softmaxCrossEntropyGradient(
      probabilities: b(0), labels: b(1), out: b(2), rows: 3, columns: 5, divisor: .fixed(3))
    for instruction in [forward, backward] {
      for path in CPUBackend.availablePaths {
        let executor = try CPUBackend(path: path).makeExecutor(for: instruction.program())
        let labels: [Int32] = [0, 4, label]
        try unsafe executor.load(labels.span.bytes, into: b(1))
        #expect(
          throws: BackendError.labelOutOfRange(row: 2, found: Int(label), classCount: 5)
        ) { try executor.run(.test) }
      }
    }
  }

  /// C's downward, upward and towards zero: 0x400, 0x800, 0xc00 on x86-64, in bits 22 and 23 on
  /// aarch64.
  @Test(arguments: [1, 2, 3] as [Int32])
  func anotherRoundingModeIsAnError(number: Int32) throws {
    #if arch(x86_64)
      let mode = number << 10
    #else
      let mode = number << 22
    #endif
    for path in CPUBackend.availablePaths {
      let executor = try CPUBackend(path: path).makeExecutor(for: Self.addition.program())
      let nearest = fegetround()
      let changed = fesetround(mode) == 0
      var failure: BackendError?
      do throws(BackendError) { try executor.run(.test) } catch { failure = error }
      fesetround(nearest)
      #expect(changed)
      #expect(failure == .floatEnvironment)
      try executor.run(.test)
    }
    for path in kernelPaths {
      var out: Float = 0
      let nearest = fegetround()
      fesetround(mode)
      let status = unsafe assay_add(path, 1, [1], [1], &out, 1)
      fesetround(nearest)
      #expect(status == ASSAY_ERROR_ENVIRONMENT)
    }
  }

  #if arch(x86_64)
    /// MXCSR: flush to zero is bit 15, denormals are zero bit 6, rounding bits 13 and 14.
    @Test func theControlRegisterIsRead() {
      #expect(assay_float_environment_of(0x1f80) == ASSAY_OK)
      #expect(assay_float_environment_of(0x1fbf) == ASSAY_OK)
      for bit in [6, 13, 14, 15] as [UInt64] {
        #expect(assay_float_environment_of(0x1f80 | 1 << bit) == ASSAY_ERROR_ENVIRONMENT)
      }
    }
  #endif
}
