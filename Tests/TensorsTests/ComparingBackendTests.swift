import AssaySpecification
import AssayTensors
import Synchronization
import Testing

/// Two back ends on one program, of which one is wrong.
@Suite struct ComparingBackendTests {
  /// out = relu(x) + x, twice added to a third.
  private func program() throws -> StepProgram {
    let (x, y, out) = (BufferID(index: 0), BufferID(index: 1), BufferID(index: 2))
    return StepProgram(
      buffers: try ["x", "y", "out"].enumerated().map {
        BufferDeclaration(
          name: $1, elementType: .float32, shape: try Shape([4]),
          role: $0 == 1 ? .activation : .parameter)
      },
      instructions: [
        .unary(.relu, x: x, out: y, count: 4), .add(x: x, y: y, out: out, count: 4),
        .add(x: out, y: y, out: out, count: 4),
      ], features: x, targets: x, prediction: out, loss: out, batchSize: 1)
  }

  private func run(_ both: ComparingBackend) throws -> [Float] {
    let executor = try both.makeExecutor(for: program())
    let values: [Float] = [1, -2, 3, 4]
    try unsafe executor.load(values.span.bytes, into: BufferID(index: 0))
    try executor.run(StepScalars(learningRate: 0))
    return try executor.withContents(of: BufferID(index: 2)) { bytes in
      unsafe bytes.withUnsafeBytes { unsafe Array($0.bindMemory(to: Float.self)) }
    }
  }

  @Test func backEndsThatAgreeDoNotDiverge() throws {
    let both = try ComparingBackend(CPUBackend(), CPUBackend(path: .portable))
    #expect(try run(both) == [3, -2, 9, 12])
    #expect(both.divergence == nil)
  }

  @Test func theOneThatIsWrongIsNamedWithItsOperatorAndTheRightBitsGoOn() throws {
    let wrong = WrongBackend(run: 2)
    let right = try CPUBackend(path: .portable)
    for both in [try ComparingBackend(wrong, right), try ComparingBackend(right, wrong)] {
      wrong.runs.withLock { $0 = 0 }
      #expect(try run(both) == [3, -2, 9, 12])
      let found = try #require(both.divergence)
      #expect(found.instruction == "add" && found.tensor == "out" && found.element == 0)
      #expect(found.wrong == ["wrong"])
      #expect(found.found == [Float(2).nextUp.bitPattern] && found.expected == Float(2).bitPattern)
    }
  }

  @Test func whereBothAreWrongBothAreNamed() throws {
    let both = try ComparingBackend(WrongBackend(run: 1), WrongBackend(run: 1, by: 2))
    _ = try run(both)
    #expect(both.divergence?.instruction == "unary relu")
    #expect(both.divergence?.wrong == ["wrong", "wrong"])
  }
}

/// The processor, but for the first element of what the n-th instruction to be run writes.
private struct WrongBackend: Backend {
  let wrongRun: Int
  let amount: UInt32
  let runs = RunCount()

  init(run: Int, by amount: UInt32 = 1) {
    wrongRun = run
    self.amount = amount
  }

  var name: String { "wrong" }

  func makeExecutor(for program: StepProgram) throws(BackendError) -> any StepExecutor {
    let executor = try CPUBackend(path: .reference).makeExecutor(for: program)
    return Executor(executor: executor, backend: self)
  }

  final class RunCount: Sendable {
    private let count = Mutex(0)
    func withLock<R: Sendable>(_ body: (inout sending Int) -> sending R) -> R {
      count.withLock(body)
    }
  }

  private final class Executor: StepExecutor {
    let executor: any StepExecutor
    let backend: WrongBackend
    var isWrong = false

    init(executor: any StepExecutor, backend: WrongBackend) {
      self.executor = executor
      self.backend = backend
    }

    func load(_ contents: RawSpan, into buffer: BufferID) throws(BackendError) {
      try executor.load(contents, into: buffer)
    }

    func withContents<R>(
      of buffer: BufferID, _ body: (RawSpan) -> R
    ) throws(BackendError) -> R {
      var bytes = try executor.withContents(of: buffer) { contents in
        unsafe contents.withUnsafeBytes { unsafe Array($0) }
      }
      if isWrong { bytes[0] += UInt8(backend.amount) }
      return unsafe body(bytes.span.bytes)
    }

    func run(_ scalars: StepScalars) throws(BackendError) {
      try executor.run(scalars)
      isWrong = backend.runs.withLock { count in
        count += 1
        return count == backend.wrongRun
      }
    }
  }
}
