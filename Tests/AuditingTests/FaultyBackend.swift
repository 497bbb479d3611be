import AssaySpecification
import AssayTensors

/// A back end that runs every step with a slightly larger learning rate than it is given.
struct FaultyBackend: Backend {
  let backend: any Backend

  init(_ backend: any Backend) { self.backend = backend }

  var name: String { "faulty" }

  func makeExecutor(for program: StepProgram) throws(BackendError) -> any StepExecutor {
    FaultyExecutor(try backend.makeExecutor(for: program))
  }
}

private final class FaultyExecutor: StepExecutor {
  private let executor: any StepExecutor

  init(_ executor: any StepExecutor) { self.executor = executor }

  func load(_ contents: RawSpan, into buffer: BufferID) throws(BackendError) {
    try executor.load(contents, into: buffer)
  }

  func withContents<R>(of buffer: BufferID, _ body: (RawSpan) -> R) -> R {
    executor.withContents(of: buffer, body)
  }

  func run(_ scalars: StepScalars) throws(BackendError) {
    var scalars = scalars
    scalars.learningRate = scalars.learningRate.nextUp
    try executor.run(scalars)
  }
}
