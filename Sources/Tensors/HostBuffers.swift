internal import AssaySpecification
internal import CAssayTensorKernels

/// A program's buffers, as `MemoryPlan` lays them out, and the kernels' workspace in one piece of
/// memory.
// SAFETY: the memory belongs to this object alone; addresses leave it only inside this module, for
// the time of one kernel call.
@safe final class HostBuffers {
  private let memory: UnsafeMutableRawPointer
  private let byteCounts: [Int]
  private let names: [String]
  private let offsets: [Int]
  private let workspaceOffset: Int
  let workspaceByteCount: Int

  /// Allocates zeros.
  init(_ program: StepProgram, workspaceByteCount: Int) throws(BackendError) {
    byteCounts = program.buffers.map(\.byteCount)
    names = program.buffers.map(\.name)
    self.workspaceByteCount = workspaceByteCount
    let plan = MemoryPlan(program)
    offsets = plan.offsets
    workspaceOffset = plan.byteCount
    let end = plan.byteCount + workspaceByteCount
    // SAFETY: the memory is freed in `deinit`, and only there.
    guard let memory = unsafe assay_tensor_memory(Int64(end)) else {
      throw .memory(byteCount: end)
    }
    unsafe self.memory = memory
  }

  deinit {
    // SAFETY: it came from `assay_tensor_memory`, and nothing holds a pointer into it any more.
    unsafe assay_tensor_memory_free(memory)
  }

  /// Whether the plan gave two buffers one place.
  func isSamePlace(_ buffer: BufferID, _ other: BufferID) -> Bool {
    offsets[buffer.index] == offsets[other.index]
      && byteCounts[buffer.index] == byteCounts[other.index]
  }

  /// Whether two buffers share no byte.
  func areApart(_ buffer: BufferID, _ other: BufferID) -> Bool {
    let (first, second) = (buffer.index, other.index)
    return offsets[first] + byteCounts[first] <= offsets[second]
      || offsets[second] + byteCounts[second] <= offsets[first]
  }

  /// The address of a buffer; valid while this object lives.
  func raw(_ buffer: BufferID) -> UnsafeMutableRawPointer {
    // SAFETY: `init` made room for every buffer; a wrong index traps in the array.
    unsafe memory + offsets[buffer.index]
  }

  func floats(_ buffer: BufferID) -> UnsafeMutablePointer<Float> {
    // SAFETY: float32 buffers are used as nothing else, and are aligned.
    unsafe raw(buffer).assumingMemoryBound(to: Float.self)
  }

  func labels(_ buffer: BufferID) -> UnsafeMutablePointer<Int32> {
    // SAFETY: int32 buffers are used as nothing else, and are aligned.
    unsafe raw(buffer).assumingMemoryBound(to: Int32.self)
  }

  func bytes(_ buffer: BufferID) -> UnsafeMutablePointer<Int8> {
    // SAFETY: int8 buffers are used as nothing else.
    unsafe raw(buffer).assumingMemoryBound(to: Int8.self)
  }

  var workspace: UnsafeMutableRawPointer {
    // SAFETY: the workspace lies behind the buffers, inside the memory.
    unsafe memory + workspaceOffset
  }

  /// Writes a constant that the check of the program found to fit its buffer.
  func load(_ constant: ProgramConstant) {
    for (index, value) in constant.values.enumerated() {
      // SAFETY: the buffer has as many elements as the constant.
      unsafe floats(constant.buffer)[index] = value
    }
  }

  func load(_ contents: RawSpan, into buffer: BufferID) throws(BackendError) {
    guard byteCounts.indices.contains(buffer.index) else {
      throw .bufferIndex(instruction: nil, found: buffer.index, bufferCount: byteCounts.count)
    }
    let expected = byteCounts[buffer.index]
    guard contents.byteCount == expected else {
      throw .contentsSize(
        buffer: names[buffer.index], expected: expected, found: contents.byteCount)
    }
    // SAFETY: both sides hold `expected` bytes, and the copy allows them to overlap.
    unsafe contents.withUnsafeBytes { bytes in
      if let source = bytes.baseAddress {
        unsafe raw(buffer).copyMemory(from: source, byteCount: expected)
      }
    }
  }

  func withContents<R>(of buffer: BufferID, _ body: (RawSpan) -> R) -> R {
    // SAFETY: the buffer holds this many bytes, and lives at least as long as the call.
    let bytes = unsafe UnsafeRawBufferPointer(
      start: raw(buffer), count: byteCounts[buffer.index])
    return unsafe body(bytes.bytes)
  }
}
