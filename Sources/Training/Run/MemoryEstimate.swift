public import AssayDatasets
public import AssaySpecification
public import AssayTensors

/// The most memory that a training process holds at once, from the spec alone: its resident size at
/// the peak, give or take a tenth, once it has a few tens of megabytes.
public struct MemoryEstimate: Hashable, Sendable {
  /// A step's buffers and the kernels' workspace.
  public let executorByteCount: Int
  /// The examples that are trained on, as bytes and as numbers, and one batch of them.
  public let dataByteCount: Int
  /// A copy of the state: the first one, or the one that is hashed, stored and evaluated beside the
  /// steps.
  public let stateByteCount: Int
  /// What evaluating needs beside that: examples, and the buffers of one batch of them.
  public let evaluationByteCount: Int
  /// The file of given weights, where there is one.
  public let weightsByteCount: Int

  /// The command, its libraries and what they keep: measured.
  static let processByteCount = 32 << 20

  /// Estimates what training `spec` on `backend` takes.
  ///
  /// - Parameters:
  ///   - testSet: What stored states are evaluated on.
  ///   - weights: The weights to start from.
  public init(
    _ spec: Spec, backend: any Backend, testSet: Dataset? = nil, weights: WeightsFile? = nil
  ) throws(SpecificationError) {
    executorByteCount = backend.byteCount(for: try StepProgram.training(spec, for: backend))
    dataByteCount = Self.byteCount(
      spec.data, exampleCount: spec.data.exampleCount, batchSize: spec.microBatchSize)
    stateByteCount = spec.stateLayout.byteCount
    weightsByteCount = weights?.bytes.count ?? 0
    if let testSet {
      let batch = Evaluator.batchSize(spec, exampleCount: testSet.exampleCount)
      let program = try StepProgram.evaluation(spec, batch: batch)
      evaluationByteCount =
        backend.byteCount(for: program)
        + Self.byteCount(spec.data, exampleCount: testSet.exampleCount, batchSize: batch)
    } else {
      evaluationByteCount = 0
    }
  }

  /// All of it together.
  public var peakByteCount: Int {
    Self.processByteCount + executorByteCount + dataByteCount + stateByteCount
      + evaluationByteCount + weightsByteCount
  }

  /// Examples as they are stored and, of float32, as features too; their targets; a batch.
  private static func byteCount(
    _ data: DataDescription, exampleCount: Int, batchSize: Int
  ) -> Int {
    let elements = data.exampleShape.elementCount
    let copies = data.elementType == .float32 ? 2 : 1
    let targets =
      switch data.target {
      case .label: 1
      case .values(let count): count
      case .nextToken: 0
      }
    return exampleCount * (copies * elements * data.elementType.byteCount + 4 * targets)
      + batchSize * 4 * (elements + targets)
  }
}
