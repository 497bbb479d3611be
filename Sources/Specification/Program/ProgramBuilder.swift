/// Collects the buffers and instructions of a step while operators are lowered.
struct ProgramBuilder {
  private(set) var buffers: [BufferDeclaration] = []
  private(set) var instructions: [Instruction] = []
  private(set) var constants: [ProgramConstant] = []
  /// Whether the program trains: operators that keep statistics or drop elements ask.
  let isTraining: Bool
  /// Keys what operators draw.
  let seed: UInt64
  /// Micro-batches in a step.
  let microBatchCount: Int
  /// Whether what is emitted was computed before: statistics have been moved already.
  var isRecomputing = false
  private var places: [String: BufferID] = [:]
  private var gradients: [String: BufferID] = [:]
  /// The last share of a tensor's gradient, where it is not part of the sum yet.
  private var unaddedShares: [String: BufferID] = [:]
  private var draws: [String: UInt32] = [:]
  /// Tensors that the gradient must reach: parameters and what depends on them.
  private(set) var differentiable: Set<String> = []

  init(isTraining: Bool, seed: UInt64, microBatchCount: Int) {
    self.isTraining = isTraining
    self.seed = seed
    self.microBatchCount = microBatchCount
  }

  /// What a mean over `count` numbers of each micro-batch divides by.
  func divisor(_ count: Int) -> LossDivisor { .fixed(count * microBatchCount) }

  /// A buffer that holds `values` in every step, declared on first use.
  mutating func constant(_ name: String, _ shape: Shape, _ values: () -> [Float]) -> BufferID {
    if let known = places[name] { return known }
    let buffer = declare(name, .float32, shape, .constant)
    constants.append(ProgramConstant(buffer: buffer, values: values()))
    return buffer
  }

  /// The address of what node `name` draws: the same each time it is asked for, and no other
  /// node's.
  mutating func draw(of name: String) -> (seed: UInt64, node: UInt32) {
    let node = draws[name] ?? UInt32(draws.count + 1)
    draws[name] = node
    return (seed, node)
  }

  mutating func declare(
    _ name: String, _ elementType: ElementType, _ shape: Shape, _ role: BufferDeclaration.Role
  ) -> BufferID {
    let buffer = BufferID(index: buffers.count)
    buffers.append(
      BufferDeclaration(name: name, elementType: elementType, shape: shape, role: role))
    places[name] = buffer
    return buffer
  }

  /// Leaves the names of these buffers free for others that hold the same again.
  mutating func forget(_ buffers: Range<Int>) {
    for index in buffers where self.buffers[index].role == .activation {
      places[self.buffers[index].name] = nil
    }
  }

  /// Bytes of these buffers together.
  func byteCount(of range: Range<Int>) -> Int {
    buffers[range].reduce(0) { $0 + $1.byteCount }
  }

  /// Where a node updates a statistic: nowhere that lasts, if it is computed again.
  mutating func statistic(_ buffer: BufferID) -> BufferID {
    guard isRecomputing else { return buffer }
    let shape = buffers[buffer.index].shape
    return declare("recomputed/\(buffers.count)", .float32, shape, .activation)
  }

  /// The buffer of an activation, declared on first use.
  mutating func activation(
    _ name: String, _ shape: Shape, _ elementType: ElementType = .float32
  ) -> BufferID {
    places[name] ?? declare(name, elementType, shape, .activation)
  }

  /// A buffer for a gradient that is made together with others, or is only a step on the way.
  mutating func scratchGradient(_ name: String, _ shape: Shape) -> BufferID {
    declare("gradient/" + name + "/\(buffers.count)", .float32, shape, .gradient)
  }

  /// Whether the gradient must reach `name`.
  func needsGradient(_ name: String) -> Bool { differentiable.contains(name) }

  /// The buffer that holds tensor `name`; it must have been declared or aliased.
  func place(of name: String) -> BufferID {
    guard let buffer = places[name] else { preconditionFailure("no buffer holds \(name)") }
    return buffer
  }

  mutating func alias(_ name: String, to source: String) {
    places[name] = place(of: source)
  }

  mutating func emit(_ instruction: Instruction) {
    instructions.append(instruction)
  }

  mutating func markDifferentiable(_ name: String) {
    differentiable.insert(name)
  }

  /// The gradient of tensor `name`, complete once every node that reads it has contributed.
  mutating func gradient(of name: String) -> BufferID {
    addShare(to: name)
    guard let buffer = gradients[name] else { preconditionFailure("\(name) has no gradient") }
    return buffer
  }

  /// Whether any node that reads `name` has contributed.
  func hasGradient(_ name: String) -> Bool { gradients[name] != nil }

  /// Adds the gradient of tensor `name` to a sum over the micro-batches, which takes its place.
  mutating func accumulateGradient(of name: String) {
    let share = gradient(of: name)
    let shape = buffers[share.index].shape
    let sum = declare("gradient-sum/" + name, .float32, shape, .accumulator)
    emit(.update(.accumulate(x: share, out: sum, count: shape.elementCount)))
    gradients[name] = sum
  }

  /// Adds one reader's share to a tensor's gradient; shares are added in order of contribution,
  /// that is, from the last node that reads the tensor to the first.
  mutating func contribute(to name: String, _ make: (BufferID) -> Instruction) {
    guard differentiable.contains(name) else { return }
    let share = declareGradient(of: name)
    emit(make(share))
    pass(share, to: name)
  }

  /// Adds a buffer that already holds one reader's share.
  mutating func pass(_ share: BufferID, to name: String) {
    guard differentiable.contains(name) else { return }
    if gradients[name] == nil {
      gradients[name] = share
    } else {
      addShare(to: name)
      unaddedShares[name] = share
    }
  }

  /// Adds the last share to the others. It waits until then so that the sum stands beside what
  /// reads it, which may then be done in one pass.
  private mutating func addShare(to name: String) {
    guard let earlier = gradients[name], let share = unaddedShares.removeValue(forKey: name)
    else { return }
    // A sum goes to a buffer of its own: either share may be somebody else's gradient too.
    let sum = declareGradient(of: name)
    emit(.add(x: earlier, y: share, out: sum, count: buffers[sum.index].shape.elementCount))
    gradients[name] = sum
  }

  private mutating func declareGradient(of name: String) -> BufferID {
    let source = buffers[place(of: name).index]
    let held = places["gradient/" + name]
    let suffix = held == nil ? "" : "/\(buffers.count)"
    return declare("gradient/" + name + suffix, .float32, source.shape, .gradient)
  }
}
