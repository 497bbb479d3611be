import AssayCryptography
import AssayMerkle
import AssaySpecification
import AssayTensors
import AssayTraining
import Synchronization

/// A back end whose n-th call fails, or gives a wrong bit; it hashes states itself, as devices do.
struct UnreliableBackend: Backend {
  enum Failure: CaseIterable {
    /// The call and all later ones throw: the device is gone.
    case dies
    /// One bit of what it computes or reads is wrong, once.
    case liesOnce
    /// One bit is wrong from then on.
    case lies
  }

  let backend: any Backend
  let failure: Failure
  let calls: CallCount

  /// - Parameter call: the call that goes wrong, from 0; nil for none.
  init(_ backend: any Backend, _ failure: Failure, call: Int?) {
    self.backend = backend
    self.failure = failure
    calls = CallCount(wrong: call)
  }

  var name: String { "unreliable" }

  func makeExecutor(for program: StepProgram) throws(BackendError) -> any StepExecutor {
    guard !isWrong() || failure != .dies else { throw lost }
    return UnreliableExecutor(try backend.makeExecutor(for: program), self)
  }

  var lost: BackendError { .device(name: name, reason: "it is lost") }

  /// Counts a call; whether it goes wrong.
  func isWrong() -> Bool {
    let number = calls.next()
    guard let wrong = calls.wrong else { return false }
    return failure == .liesOnce ? number == wrong : number >= wrong
  }

  final class CallCount: Sendable {
    let wrong: Int?
    private let count = Mutex(0)

    init(wrong: Int?) { self.wrong = wrong }

    func next() -> Int {
      count.withLock {
        $0 += 1
        return $0 - 1
      }
    }
  }
}

private final class UnreliableExecutor: HashingExecutor {
  private let executor: any StepExecutor
  private let backend: UnreliableBackend

  init(_ executor: any StepExecutor, _ backend: UnreliableBackend) {
    self.executor = executor
    self.backend = backend
  }

  /// Whether the call is to lie; one of a device that died throws.
  private func lies() throws(BackendError) -> Bool {
    guard backend.isWrong() else { return false }
    if backend.failure == .dies { throw backend.lost }
    return true
  }

  func load(_ contents: RawSpan, into buffer: BufferID) throws(BackendError) {
    guard try lies() else { return try executor.load(contents, into: buffer) }
    let bytes = flipped(contents)
    try executor.load(unsafe bytes.span.bytes, into: buffer)
  }

  func withContents<R>(
    of buffer: BufferID, _ body: (RawSpan) -> R
  ) throws(BackendError) -> R {
    guard try lies() else { return try executor.withContents(of: buffer, body) }
    let bytes = try executor.withContents(of: buffer) { flipped($0) }
    return unsafe body(bytes.span.bytes)
  }

  func run(_ scalars: StepScalars) throws(BackendError) {
    var scalars = scalars
    if try lies() { scalars.learningRate = scalars.learningRate.nextUp }
    try executor.run(scalars)
  }

  func contentsRoots(
    of buffers: [BufferID], descriptors: [Digest]
  ) throws(BackendError) -> [Digest] {
    var roots: [Digest] = []
    for (buffer, descriptor) in zip(buffers, descriptors) {
      roots.append(
        try withContents(of: buffer) {
          PortableLeafHasher().contentsRoot(of: $0, descriptor: descriptor)
        })
    }
    return roots
  }

  private func flipped(_ contents: RawSpan) -> [UInt8] {
    var bytes = unsafe contents.withUnsafeBytes { unsafe Array($0) }
    if !bytes.isEmpty { bytes[0] ^= 1 }
    return bytes
  }
}
