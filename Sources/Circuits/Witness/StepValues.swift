/// The exact sums that one step computed: everything else in its witness follows element by
/// element.
public struct StepValues: Sendable {
  /// One layer's sums.
  public struct Layer: Sendable {
    /// W before the step, row-major.
    public let weight: [Int64]
    /// V before the step; nil without momentum.
    public let velocity: [Int64]?
    /// Z, [batch, …output]: summed over 2 × 2 blocks where the layer pools.
    public let product: [Int64]
    /// dX, [batch, …input], before it is rounded and masked; nil for the first layer.
    public let inputGradient: [Int64]?

    /// Collects a layer's sums.
    public init(
      weight: [Int64], velocity: [Int64]?, product: [Int64], inputGradient: [Int64]?
    ) {
      self.weight = weight
      self.velocity = velocity
      self.product = product
      self.inputGradient = inputGradient
    }
  }

  /// First to last.
  public let layers: [Layer]
  /// The label of each place in the batch.
  public let labels: [Int]

  /// Collects a step's sums.
  public init(layers: [Layer], labels: [Int]) {
    self.layers = layers
    self.labels = labels
  }
}

/// The weights and velocities of a state, layer by layer.
public struct StateValues: Sendable {
  public let weights: [[Int64]]
  /// Empty without momentum.
  public let velocities: [[Int64]]

  /// Collects a state.
  public init(weights: [[Int64]], velocities: [[Int64]]) {
    self.weights = weights
    self.velocities = velocities
  }
}

/// The examples as a circuit reads them.
public struct ExampleValues: Sendable {
  /// Halved bytes, [examples, …features].
  public let pixels: ColumnValues.Stored
  /// The class of each example.
  public let labels: [Int]

  /// Collects examples from the bytes of their features.
  public init(bytes: [UInt8], labels: [Int]) {
    pixels = .halves(bytes)
    self.labels = labels
  }

  /// One for each example's class and zero for the others, [examples, classes].
  public func oneHotLabels(classCount: Int) -> [UInt8] {
    var oneHot = [UInt8](repeating: 0, count: labels.count * classCount)
    for (row, label) in labels.enumerated() { oneHot[row * classCount + label] = 1 }
    return oneHot
  }
}
