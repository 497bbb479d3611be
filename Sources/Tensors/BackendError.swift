/// Why a back end cannot be made, or cannot run a program.
public enum BackendError: Error, Hashable, Sendable {
  /// This machine cannot run the requested path.
  case pathUnavailable(requested: String, available: [String])
  /// A thread count below 0 or beyond what any machine has.
  case threadCount(limit: Int, found: Int)
  /// An instruction, or a caller, names a buffer that the program does not have.
  case bufferIndex(instruction: Int?, found: Int, bufferCount: Int)
  /// An instruction's extents are negative or zero, or their product overflows.
  case extents(instruction: Int, found: [Int])
  /// A buffer has another number of elements than the instruction's extents say.
  case elementCount(instruction: Int, buffer: String, expected: Int, found: Int)
  /// A buffer has another element type than the instruction works on.
  case elementType(instruction: Int, buffer: String, expected: String, found: String)
  /// An instruction writes a buffer that it also uses otherwise, where its order forbids that.
  case overlap(instruction: Int, buffer: String)
  /// Contents of the wrong length for a buffer.
  case contentsSize(buffer: String, expected: Int, found: Int)
  /// The label of example `row` is outside 0 ..< `classCount`.
  case labelOutOfRange(row: Int, found: Int, classCount: Int)
  /// A value of `tensor` is outside of [−2^15, 2^15) after its rounding, in step `step` (from 1; 0
  /// outside of training).
  case integerOverflow(step: UInt64, tensor: String)
  /// A thread flushes subnormals, or rounds other than to nearest even.
  case floatEnvironment
  /// The buffers do not fit into memory.
  case memory(byteCount: Int)
  /// A device or its driver refused an operation.
  case device(name: String, reason: String)
}

extension BackendError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .pathUnavailable(let requested, let available):
      "this processor cannot run the path '\(requested)'; available: "
        + available.joined(separator: ", ")
    case .threadCount(let limit, let found):
      "expected 0 (one thread per core) to \(limit) threads, found \(found)"
    case .bufferIndex(let instruction, let found, let bufferCount):
      (instruction.map { "instruction \($0) uses" } ?? "there is no")
        + " buffer \(found) of a program with \(bufferCount) buffers"
    case .extents(let instruction, let found):
      "instruction \(instruction) has the extents \(found); each must be at least 1, and their "
        + "product a possible size"
    case .elementCount(let instruction, let buffer, let expected, let found):
      "instruction \(instruction) expects \(expected) elements in '\(buffer)', found \(found)"
    case .elementType(let instruction, let buffer, let expected, let found):
      "instruction \(instruction) expects \(expected) elements in '\(buffer)', found \(found)"
    case .overlap(let instruction, let buffer):
      "instruction \(instruction) cannot write '\(buffer)' in place"
    case .contentsSize(let buffer, let expected, let found):
      "the buffer '\(buffer)' holds \(expected) bytes, found \(found)"
    case .labelOutOfRange(let row, let found, let classCount):
      "example \(row) of the batch has the label \(found); expected 0 ..< \(classCount)"
    case .integerOverflow(let step, let tensor):
      "numeric overflow\(step == 0 ? "" : " in step \(step)"): a value of '\(tensor)' is outside "
        + "of −2^15 ..< 2^15 after its rounding; the run ends with the state before the step. "
        + "Lower the rates, or raise the exponents."
    case .floatEnvironment:
      "a thread flushes subnormal numbers or does not round to nearest, so results would differ; "
        + "remove what changes the floating-point mode (a library built with -ffast-math?)"
    case .memory(let byteCount):
      "no memory for the program's \(byteCount) bytes; use a smaller model or batch"
    case .device(let name, let reason):
      "the device \(name) failed: \(reason)"
    }
  }
}
