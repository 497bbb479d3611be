internal import AssaySpecification
internal import AssayTensors

/// A step as launches: where everything lies in a device's memory, and which kernels run in which
/// order. Made once; only `StepScalars` change from step to step, and these lie in the memory too.
struct LaunchPlan {
  /// Bytes before the buffers: `struct step_scalars` of the kernels.
  static let controlByteCount = 256
  /// Where the status stands within them.
  static let statusOffset = 28
  /// A group's items in kernels with an item for each element.
  static let elementItems = 256
  /// The lanes of a sum.
  static let lanes = 64

  /// Where each buffer of the program begins.
  let offsets: [Int]
  /// What is written once, before the first run.
  private(set) var constants: [(offset: Int, bytes: [UInt8])] = []
  private(set) var launches: [Launch] = []
  /// Launches of the instructions that every micro-batch runs.
  private(set) var launchesBeforeUpdate = 0
  /// Bytes of all of it.
  var byteCount: Int { workspace + workspaceByteCount }
  /// Where the descriptors and the roots of the state's tensors lie, 32 bytes for each.
  private(set) var digests = 0

  let device: DeviceDescription
  private(set) var workspace: Int
  private var workspaceByteCount = 0

  /// Plans a program that has been checked.
  ///
  /// - Throws: `.device` for extents beyond what the kernels' numbers hold.
  init(_ program: StepProgram, for device: DeviceDescription) throws(BackendError) {
    self.device = device
    let memory = MemoryPlan(program)
    offsets = memory.offsets.map { $0 + Self.controlByteCount }
    workspace = Self.controlByteCount + memory.byteCount
    digests = workspace
    workspace += 64 * program.stateBuffers.count
    for instruction in program.instructions {
      switch instruction {
      case .integer(.loss(_, _, _, _, _, let loss)):
        tables[loss] = constant(loss.table.flatMap { Self.bytes(Int32($0)) })
      case .update(.clipScale(let gradients, let counts, _, _)):
        let entries = zip(gradients, counts).flatMap {
          Self.bytes(Int64(offsets[$0.index])) + Self.bytes(Int64($1))
        }
        gradientTables[gradients] = constant(entries)
      default: break
      }
    }
    for constant in program.constants {
      constants.append(
        (offsets[constant.buffer.index], constant.values.flatMap { Self.bytes($0.bitPattern) }))
    }
    for (number, instruction) in program.instructions.enumerated() {
      if number == program.updateStart { launchesBeforeUpdate = launches.count }
      try add(instruction, number: number)
    }
    let largest = program.stateBuffers.map(\.declaration.byteCount).max()
    if let largest { _ = room(ChunkTreePlan.roomByteCount(for: largest)) }
    if program.updateStart >= program.instructions.count { launchesBeforeUpdate = launches.count }
  }

  private var tables: [IntegerLoss: Int] = [:]
  private var gradientTables: [[BufferID]: Int] = [:]

  /// Keeps bytes that are written once, before what instructions use in turn; where they lie.
  private mutating func constant(_ bytes: [UInt8]) -> Int {
    let place = workspace
    constants.append((place, bytes))
    workspace += (bytes.count + 63) / 64 * 64
    return place
  }

  private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// Where the exponentials of an integer loss lie.
  func table(of loss: IntegerLoss) -> Int { tables[loss] ?? 0 }

  /// Where the places and counts of the gradients lie whose norm clipping looks at.
  func table(of gradients: [BufferID]) -> Int { gradientTables[gradients] ?? 0 }

  // MARK: What the instructions are made of

  /// The place of a buffer.
  func at(_ buffer: BufferID) -> Launch.Argument { .long(offsets[buffer.index]) }

  /// Room for `byteCount` bytes that only the current instruction uses; rooms of one instruction
  /// are counted together by the caller.
  mutating func room(_ byteCount: Int) -> Int {
    workspaceByteCount = max(workspaceByteCount, (byteCount + 63) / 64 * 64)
    return workspace
  }

  mutating func launch(
    _ kernel: String, groups: [Int], items: Int, _ arguments: [Launch.Argument]
  ) throws(BackendError) {
    let limits = [Int(Int32.max) / items, 65_535, 65_535]
    let all = groups + [Int](repeating: 1, count: 3 - groups.count)
    for (count, limit) in zip(all, limits) where count > limit {
      throw tooLarge("\(count) groups of \(kernel)")
    }
    launches.append(Launch(kernel: kernel, groups: all, items: items, arguments: arguments))
  }

  /// A kernel with an item for each of `count` elements.
  mutating func launch(
    _ kernel: String, elements count: Int, _ arguments: [Launch.Argument]
  ) throws(BackendError) {
    let groups = (count + Self.elementItems - 1) / Self.elementItems
    try launch(kernel, groups: [groups], items: Self.elementItems, arguments)
  }

  /// A kernel with a group of 64 items for each of `count` sums.
  mutating func launch(
    _ kernel: String, sums count: Int, _ arguments: [Launch.Argument]
  ) throws(BackendError) {
    try launch(kernel, groups: [count], items: Self.lanes, arguments)
  }

  /// A number that a kernel takes in 32 bits.
  func int(_ value: Int) throws(BackendError) -> Launch.Argument {
    guard let number = Int32(exactly: value) else { throw tooLarge("the extent \(value)") }
    return .int(number)
  }

  func flag(_ value: Bool) -> Launch.Argument { .int(value ? 1 : 0) }

  /// What a loss is divided by, as the kernels take it: 0 stands for the rows that count.
  func divisor(_ divisor: LossDivisor) -> Launch.Argument {
    switch divisor {
    case .fixed(let count): .float(Float(count))
    case .countedRows: .float(0)
    }
  }

  func labelling(_ labelling: Labelling) -> [Launch.Argument] {
    [
      .float(labelling.smoothing), flag(labelling.ignored != nil), .int(labelling.ignored ?? 0),
    ]
  }

  func tooLarge(_ what: String) -> BackendError {
    .device(name: device.label, reason: "\(what): more than its kernels can count")
  }
}
