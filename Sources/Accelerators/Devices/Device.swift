internal import AssaySpecification
internal import AssayTensors

/// A unit that runs our kernels.
protocol Device: AnyObject, Sendable {
  var description: DeviceDescription { get }

  /// Takes memory of `byteCount` zeros, with a queue of its own.
  func makeQueue(byteCount: Int) throws(BackendError) -> any DeviceQueue
}

/// One piece of a device's memory, and the work on it, done in the order in which it was asked for.
///
/// A queue belongs to one thread at a time. After an error it is of no further use.
protocol DeviceQueue: AnyObject {
  /// Copies `bytes` to `offset`; the caller's memory is free again on return.
  func write(_ bytes: RawSpan, at offset: Int) throws(BackendError)

  /// Waits for all work, and copies `count` bytes from `offset` on.
  func read(_ count: Int, at offset: Int) throws(BackendError) -> [UInt8]

  /// Makes launches ready to be asked for any number of times, and says which ones they are.
  func prepare(_ launches: [Launch]) throws(BackendError) -> Range<Int>

  /// Asks for prepared launches, in order, and does not wait.
  func run(_ launches: Range<Int>) throws(BackendError)
}

/// A kernel with everything that it needs to run.
struct Launch: Hashable, Sendable {
  /// What a kernel takes besides the memory.
  enum Argument: Hashable, Sendable {
    /// A byte offset into the memory, a count or an extent, as 64 bits.
    case long(Int)
    case int(Int32)
    case float(Float)
  }

  let kernel: String
  /// How many groups there are in each of the three dimensions.
  let groups: [Int]
  /// Items of a group.
  let items: Int
  let arguments: [Argument]
}
