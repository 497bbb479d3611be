public import AssaySpecification
internal import AssayTensors

/// What a run will cost, from the spec alone and a nominal machine: two cores of a current server
/// CPU. Used to choose an interval and to say before a run what it will need; a run measures.
public struct CostEstimate: Hashable, Sendable {
  /// Multiplications and additions of the matrix products of one step, as float32 ones.
  public let operationsPerStep: Double
  /// Bytes of one state.
  public let stateByteCount: Int
  /// Bytes of a step's buffers; what shares a place in memory counts once.
  public let workingByteCount: Int
  /// Bytes that a step moves at least: every buffer once in each micro-batch.
  let movedByteCount: Int

  static let operationsPerSecond = 400e9
  /// Integer operations that take the time of one in float32.
  static let integerSpeed = 3.5
  static let bytesPerSecond = 60e9
  static let hashedBytesPerSecond = 4e9
  static let writtenBytesPerSecond = 500e6
  static let fixedSecondsPerStep = 20e-6
  static let fixedSecondsPerCommitment = 60e-6

  /// Estimates a step of `spec`.
  public init(_ spec: Spec) throws(SpecificationError) {
    let program = try StepProgram.training(spec)
    let runs = program.microBatchCount
    operationsPerStep = program.instructions.reduce(0) { sum, instruction in
      switch instruction {
      case .matmul(_, _, _, let m, let n, let k, _, _):
        return sum + 2 * Double(runs) * Double(m) * Double(n) * Double(k)
      case .integer(.matmul(_, _, _, let m, let n, let k, _, _)):
        return sum + 2 * Double(m) * Double(n) * Double(k) / Self.integerSpeed
      default:
        return sum
      }
    }
    stateByteCount = spec.stateLayout.byteCount
    workingByteCount = MemoryPlan(program).byteCount
    movedByteCount = runs * program.buffers.reduce(0) { $0 + $1.byteCount }
  }

  /// Seconds of one step.
  public var secondsPerStep: Double {
    operationsPerStep / Self.operationsPerSecond
      + Double(movedByteCount) / Self.bytesPerSecond + Self.fixedSecondsPerStep
  }

  /// Seconds to hash one state.
  public var secondsPerCommitment: Double {
    Double(stateByteCount) / Self.hashedBytesPerSecond + Self.fixedSecondsPerCommitment
  }

  /// The shortest interval whose commitments take at most `share` of the training time.
  public func interval(committingShare share: Double) -> UInt64 {
    UInt64(max(1, (secondsPerCommitment / (share * secondsPerStep)).rounded(.up)))
  }
}

/// Which states of a run are stored: every `stride`-th record, and the last.
public struct RetentionPlan: Hashable, Sendable {
  /// What is trained: the last state is stored, be it the run's last or not.
  public let segment: Segment
  /// Records from one stored state to the next.
  public let stride: Int
  /// States that will be stored.
  public let checkpointCount: Int
  /// Bytes that they take.
  public let byteCount: Int
  /// The most steps that are recomputed to open an interval whose start is not stored.
  public let recomputedStepsAtMost: UInt64

  /// The smallest stride for which all stored states fit `diskByteCount`, and writing them takes
  /// at most `writingShare` of the training time on the nominal machine.
  ///
  /// - Returns: nil when not even the first and the last state fit.
  public init?(
    spec: Spec, segment: Segment, estimate: CostEstimate, diskByteCount: Int,
    writingShare: Double = 0.02
  ) {
    let stateByteCount = ModelState.safetensorsByteCount(
      step: spec.steps, layout: spec.stateLayout)
    let affordable = diskByteCount / stateByteCount
    guard affordable >= 2 else { return nil }
    let intervals = segment.intervalCount
    let byDisk = (intervals + affordable - 2) / (affordable - 1)
    let writing = Double(stateByteCount) / CostEstimate.writtenBytesPerSecond
    let interval = estimate.secondsPerStep * Double(spec.interval)
    let byTime = Int(min(Double(intervals), (writing / (writingShare * interval)).rounded(.up)))
    self.init(segment, stride: max(1, byDisk, byTime), stateByteCount: stateByteCount)
  }

  /// Every `stride`-th record; of the whole run where no segment is given.
  public init(spec: Spec, segment: Segment? = nil, stride: Int) {
    self.init(
      segment ?? spec.wholeRun, stride: stride,
      stateByteCount: ModelState.safetensorsByteCount(step: spec.steps, layout: spec.stateLayout))
  }

  private init(_ segment: Segment, stride: Int, stateByteCount: Int) {
    let intervals = segment.intervalCount
    self.segment = segment
    self.stride = stride
    checkpointCount = intervals / stride + 1 + (intervals % stride == 0 ? 0 : 1)
    byteCount = checkpointCount * stateByteCount
    recomputedStepsAtMost = UInt64(min(stride, intervals) - 1) * segment.interval
  }

  /// Whether the state of `record` is stored.
  public func stores(_ record: Int) -> Bool {
    record % stride == 0 || record == segment.intervalCount
  }
}
