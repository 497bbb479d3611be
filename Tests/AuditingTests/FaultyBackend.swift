import AssaySpecification
import AssayTensors

/// A back end that runs every step with a slightly larger learning rate than it is given, or sees
/// only zeros where features should be.
struct FaultyBackend: Backend {
  let backend: any Backend

  let isBlind: Bool

  init(_ backend: any Backend, isBlind: Bool = false) {
    self.backend = backend
    self.isBlind = isBlind
  }

  var name: String { "faulty" }

  func makeExecutor(for program: StepProgram) throws(BackendError) -> any StepExecutor {
    FaultyExecutor(
      try backend.makeExecutor(for: program), blindTo: isBlind ? program.features : nil)
  }
}

private final class FaultyExecutor: StepExecutor {
  private let executor: any StepExecutor
  private let unseen: BufferID?

  init(_ executor: any StepExecutor, blindTo unseen: BufferID?) {
    self.executor = executor
    self.unseen = unseen
  }

  func load(_ contents: RawSpan, into buffer: BufferID) throws(BackendError) {
    guard buffer == unseen else { return try executor.load(contents, into: buffer) }
    let zeros = [UInt8](repeating: 0, count: contents.byteCount)
    // SAFETY: bytes have no padding.
    try executor.load(unsafe zeros.span.bytes, into: buffer)
  }

  func withContents<R>(
    of buffer: BufferID, _ body: (RawSpan) -> R
  ) throws(BackendError) -> R {
    try executor.withContents(of: buffer, body)
  }

  func run(_ scalars: StepScalars) throws(BackendError) {
    var scalars = scalars
    scalars.learningRate = scalars.learningRate.nextUp
    try executor.run(scalars)
  }
}
