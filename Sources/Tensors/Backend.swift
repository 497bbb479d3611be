public import AssaySpecification

/// An implementation of the operators: a processor, an instruction set, a device.
///
/// Every back end gives the same bits for the same program and contents; they differ in speed.
public protocol Backend: Sendable {
  /// A name for records and people, such as "cpu avx512 2 threads".
  var name: String { get }

  /// What kind of hardware that is.
  var hardware: Hardware { get }

  /// Whether training steps are to hold fewer activations and compute them again, which takes less
  /// memory and more time, and changes no bit.
  var recomputesActivations: Bool { get }

  /// Bytes that an executor of a checked program takes.
  func byteCount(for program: StepProgram) -> Int

  /// Checks a program and allocates what running it needs; buffers start as zeros.
  ///
  /// - Throws: `BackendError` when the program does not hold together, or there is no memory.
  func makeExecutor(for program: StepProgram) throws(BackendError) -> any StepExecutor
}

extension Backend {
  /// A processor.
  public var hardware: Hardware { .processor }

  /// No: every activation is kept.
  public var recomputesActivations: Bool { false }

  /// The bytes of `MemoryPlan`.
  public func byteCount(for program: StepProgram) -> Int { MemoryPlan(program).byteCount }
}

/// A program with its buffers, ready to run any number of times.
public protocol StepExecutor: AnyObject {
  /// Replaces the contents of a buffer: exactly its byte count, little-endian elements.
  func load(_ contents: RawSpan, into buffer: BufferID) throws(BackendError)

  /// Lends the contents of a buffer.
  ///
  /// After a run, a buffer that only instructions use may hold what a later one wrote in its place:
  /// see `MemoryPlan`.
  ///
  /// - Precondition: `buffer` is one of the program's, and `body` neither loads nor runs.
  /// - Throws: `.device` where the contents lie on a device that cannot be read any more.
  func withContents<R>(
    of buffer: BufferID, _ body: (RawSpan) -> R
  ) throws(BackendError) -> R

  /// A copy of some bytes of a buffer.
  ///
  /// - Precondition: the buffer is one of the program's and has them.
  /// - Throws: as `withContents(of:_:)`.
  func read(_ range: Range<Int>, of buffer: BufferID) throws(BackendError) -> [UInt8]

  /// Runs every instruction once, in order; before the step's last micro-batch, those before the
  /// program's `updateStart` only.
  ///
  /// - Throws: `.labelOutOfRange`, `.integerOverflow`, `.floatEnvironment` or `.device`; the
  ///   buffers are then unspecified.
  func run(_ scalars: StepScalars) throws(BackendError)
}

extension StepExecutor {
  /// The bytes out of the whole contents.
  public func read(
    _ range: Range<Int>, of buffer: BufferID
  ) throws(BackendError) -> [UInt8] {
    try withContents(of: buffer) { contents in
      // SAFETY: the pointer is used within the closure only, and bounds are checked.
      unsafe contents.extracting(range).withUnsafeBytes { unsafe [UInt8]($0) }
    }
  }
}

/// An executor that can stop between two instructions.
public protocol SteppingExecutor: StepExecutor {
  /// Runs some of the program's instructions, in order.
  ///
  /// - Precondition: the program has them.
  /// - Throws: as `run(_:)`.
  func run(_ scalars: StepScalars, instructions: Range<Int>) throws(BackendError)
}
