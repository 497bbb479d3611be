internal import AssayDatasets
internal import AssaySpecification
internal import AssayTensors

/// The host's copy of one batch, reused from step to step.
struct BatchBuffers {
  private let reader: BatchReader
  private let hasLabels: Bool
  private var features: [Float] = []
  private var labels: [Int32] = []
  private var values: [Float] = []

  init(_ dataset: Dataset, _ data: DataDescription) {
    reader = BatchReader(dataset, scale: data.scale)
    hasLabels = if case .label = data.target { true } else { false }
  }

  /// Gathers the examples at `indices` and hands them to the executor.
  mutating func load(
    _ indices: [Int], into executor: any StepExecutor, _ program: StepProgram
  ) throws(BackendError) {
    reader.gatherFeatures(indices, into: &features)
    try executor.load(elements: features, into: program.features)
    if hasLabels {
      reader.gatherLabels(indices, into: &labels)
      try executor.load(elements: labels, into: program.targets)
    } else {
      reader.gatherValues(indices, into: &values)
      try executor.load(elements: values, into: program.targets)
    }
  }
}
