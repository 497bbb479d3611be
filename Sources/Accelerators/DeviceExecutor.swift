internal import AssayCryptography
internal import AssaySpecification
internal import AssayTensors
internal import AssayTraining

/// Runs a checked program on a device: its buffers stay there, only what is loaded and asked for
/// moves.
final class DeviceExecutor: StepExecutor {
  private let program: StepProgram
  private let plan: LaunchPlan
  private let queue: any DeviceQueue
  private let launches: Range<Int>
  private var hashing: Hashing?

  init(
    _ program: StepProgram, _ plan: LaunchPlan, _ device: any Device
  ) throws(BackendError) {
    self.program = program
    self.plan = plan
    queue = try device.makeQueue(byteCount: plan.byteCount)
    for constant in plan.constants {
      // SAFETY: bytes have no padding.
      try queue.write(unsafe constant.bytes.span.bytes, at: constant.offset)
    }
    launches = try queue.prepare(plan.launches)
  }

  func load(_ contents: RawSpan, into buffer: BufferID) throws(BackendError) {
    guard program.buffers.indices.contains(buffer.index) else {
      throw .bufferIndex(
        instruction: nil, found: buffer.index, bufferCount: program.buffers.count)
    }
    let declaration = program.declaration(of: buffer)
    guard contents.byteCount == declaration.byteCount else {
      throw .contentsSize(
        buffer: declaration.name, expected: declaration.byteCount, found: contents.byteCount)
    }
    try queue.write(contents, at: plan.offsets[buffer.index])
  }

  func withContents<R>(
    of buffer: BufferID, _ body: (RawSpan) -> R
  ) throws(BackendError) -> R {
    let bytes = try queue.read(
      program.declaration(of: buffer).byteCount, at: plan.offsets[buffer.index])
    // SAFETY: bytes have no padding.
    return unsafe body(bytes.span.bytes)
  }

  func read(_ range: Range<Int>, of buffer: BufferID) throws(BackendError) -> [UInt8] {
    try queue.read(range.count, at: plan.offsets[buffer.index] + range.lowerBound)
  }

  func run(_ scalars: StepScalars) throws(BackendError) {
    let control = Self.control(scalars)
    // SAFETY: bytes have no padding.
    try queue.write(unsafe control.span.bytes, at: 0)
    let isLast = scalars.microBatch >= program.microBatchCount - 1
    try queue.run(isLast ? launches : launches.prefix(plan.launchesBeforeUpdate))
    let status = try queue.read(4, at: LaunchPlan.statusOffset)
    let number = (0..<4).reduce(0) { $0 | Int(status[$1]) << (8 * $1) }
    if number != Self.noFailure { throw try failure(of: number, scalars) }
  }

  private static let noFailure = 0x7fff_ffff

  /// `struct step_scalars` of the kernels.
  private static func control(_ scalars: StepScalars) -> [UInt8] {
    var bytes: [UInt8] = []
    func append(_ value: some FixedWidthInteger) {
      for byte in 0..<value.bitWidth / 8 {
        bytes.append(UInt8(truncatingIfNeeded: value >> (8 * byte)))
      }
    }
    append(scalars.learningRate.bitPattern)
    append(scalars.firstMomentCorrection.bitPattern)
    append(scalars.secondMomentCorrectionRoot.bitPattern)
    append(LossDivisor.countedRows.value(scalars).bitPattern)
    append(scalars.step)
    append(Int32(clamping: scalars.microBatch))
    append(Int32(noFailure))
    append(scalars.wholeRate)
    return bytes
  }

  /// What instruction `number` reported: a label out of range, else an integer out of range.
  private func failure(
    of number: Int, _ scalars: StepScalars
  ) throws(BackendError) -> BackendError {
    guard program.instructions.indices.contains(number) else {
      return .device(name: "", reason: "it reported a failure of instruction \(number)")
    }
    let instruction = program.instructions[number]
    if let checked = instruction.checkedLabels {
      let error = try withContents(of: checked.buffer) { labels in
        checked.firstWrong { row in
          // SAFETY: the check of the program found as many int32 in the buffer as there are rows.
          unsafe labels.unsafeLoadUnaligned(fromByteOffset: 4 * row, as: Int32.self)
        }
      }
      if let error { return error }
    }
    let written = instruction.operands.first { $0.access != .read }
    return .integerOverflow(
      step: scalars.step, tensor: written.map { program.buffers[$0.buffer.index].name } ?? "")
  }
}

extension DeviceExecutor: HashingExecutor {
  /// The launches that hash some buffers, and what they were made for.
  private struct Hashing {
    var buffers: [BufferID]
    var descriptors: [Digest]
    var launches: Range<Int>
  }

  func contentsRoots(
    of buffers: [BufferID], descriptors: [Digest]
  ) throws(BackendError) -> [Digest] {
    if hashing?.buffers != buffers || hashing?.descriptors != descriptors {
      let bytes = descriptors.flatMap(\.bytes)
      // SAFETY: bytes have no padding.
      try queue.write(unsafe bytes.span.bytes, at: plan.digests)
      let trees = ChunkTreePlan(buffers, in: program, plan)
      hashing = Hashing(
        buffers: buffers, descriptors: descriptors, launches: try queue.prepare(trees.launches))
    }
    try queue.run(hashing?.launches ?? 0..<0)
    let found = try queue.read(
      32 * buffers.count, at: plan.digests + 32 * buffers.count)
    let roots = buffers.indices.compactMap { ChunkTreePlan.digest(found[32 * $0..<32 * $0 + 32]) }
    precondition(roots.count == buffers.count, "32 bytes for each were read")
    return roots
  }
}
