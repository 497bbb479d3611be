internal import AssayDatasets
internal import AssaySpecification
internal import AssayTensors

/// The host's copy of one batch, reused from step to step.
struct BatchBuffers {
  private let reader: BatchReader
  private let data: DataDescription
  private let seed: UInt64
  private var features: [Float] = []
  private var halves: [Int8] = []
  private var values: [Float] = []
  private var labels: [Int32] = []
  private var tokens: [Int32] = []

  init(_ dataset: Dataset, _ spec: Spec) {
    reader = BatchReader(dataset, scale: spec.data.scale)
    data = spec.data
    seed = spec.seed
  }

  /// Gathers the examples at `indices` and hands them to the executor.
  ///
  /// - Parameter place: the step that trains on them and the place of the first in its batch, which
  ///   draw their augmentation; nil to take them as they are.
  mutating func load(
    _ indices: [Int], at place: (step: UInt64, first: Int)?, into executor: any StepExecutor,
    _ program: StepProgram
  ) throws(BackendError) {
    switch data.target {
    case .label:
      try loadFeatures(indices, place, executor, program)
      reader.gatherLabels(indices, into: &labels)
      try executor.load(elements: labels, into: program.targets)
    case .values:
      try loadFeatures(indices, place, executor, program)
      reader.gatherValues(indices, into: &values)
      try executor.load(elements: values, into: program.targets)
    case .nextToken:
      reader.gatherTokens(indices, features: &tokens, targets: &labels)
      try executor.load(elements: tokens, into: program.features)
      try executor.load(elements: labels, into: program.targets)
    }
  }

  private mutating func loadFeatures(
    _ indices: [Int], _ place: (step: UInt64, first: Int)?, _ executor: any StepExecutor,
    _ program: StepProgram
  ) throws(BackendError) {
    if program.declaration(of: program.features).elementType == .int8 {
      reader.gatherHalves(indices, into: &halves)
      try executor.load(elements: halves, into: program.features)
      return
    }
    if let place, let augmentation = data.augmentation {
      let windows = indices.indices.map { position in
        augmentation.window(seed: seed, step: place.step, position: place.first + position)
      }
      reader.gatherFeatures(indices, windows: windows, into: &features)
    } else {
      reader.gatherFeatures(indices, into: &features)
    }
    try executor.load(elements: features, into: program.features)
  }

  /// How many rows of the examples at `indices` have another label than `ignored`.
  mutating func rowCount(_ indices: [Int], ignoring ignored: Int32) -> Int {
    switch data.target {
    case .label: reader.gatherLabels(indices, into: &labels)
    case .values: return 0
    case .nextToken: reader.gatherTokens(indices, features: &tokens, targets: &labels)
    }
    return labels.count { $0 != ignored }
  }

  /// The label of each row of the prediction in the batch loaded last; for tokens there is a row
  /// for each position of each example. Empty where targets are values.
  var rowLabels: [Int32] { labels }
}
