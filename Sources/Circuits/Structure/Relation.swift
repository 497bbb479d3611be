/// An axis that a relation or a product ranges over.
public enum Axis: Hashable, Sendable {
  /// The relation holds at every index of this axis: bound to the random point τ.
  case free(Int)
  /// A product sums over this axis: bound by the sumcheck.
  case sum(Int)
}

/// How one dimension of a column is weighted, as a function that is linear in each axis it names.
///
/// With an axis standing at an index, the weights pick the entries that the relation uses there;
/// with an axis at a random point, they are the multilinear extension of that.
public indirect enum Weights: Hashable, Sendable {
  /// The dimension's index is the axis.
  case axis(Axis, extent: Int)
  /// The dimension is summed over.
  case ones(extent: Int)
  /// The dimension is the examples; the axis is a place in the batch of the circuit's step `step`.
  case examples(step: Int, places: Axis, batchSize: Int, extent: Int)
  /// The position p of a map that is pooled in pairs: weight of p is the weight of ⌊p/2⌋.
  case spread(Weights)
  /// The position q of a pooled map: its weight is that of 2q and 2q + 1 together.
  case paired(Weights)
  /// The input position i of a convolution: Σ a(p)·b(u) over i = stride·p + u − padding.
  case convolutionInput(output: Weights, kernel: Weights, geometry: WindowGeometry)
  /// The output position p of a convolution: Σ b(u)·c(i) over i = stride·p + u − padding.
  case convolutionOutput(input: Weights, kernel: Weights, geometry: WindowGeometry)
}

/// How a window slides along one dimension.
public struct WindowGeometry: Hashable, Sendable {
  /// Positions of the input, of the kernel and of the output.
  public let input: Int
  public let kernel: Int
  public let output: Int
  public let stride: Int
  public let padding: Int

  /// Describes a window: output position p at kernel position u reads `stride·p + u − padding`.
  public init(input: Int, kernel: Int, output: Int, stride: Int, padding: Int) {
    self.input = input
    self.kernel = kernel
    self.output = output
    self.stride = stride
    self.padding = padding
  }

  /// The input position that is read, or nil where the border's zero is.
  func inputPosition(output: Int, kernel: Int) -> Int? {
    let position = stride * output + kernel - padding
    return position >= 0 && position < input ? position : nil
  }
}

/// A number that multiplies a product.
public enum Coefficient: Hashable, Sendable {
  case constant(Int64)
  /// The integer learning rate of the circuit's step `step`, times `factor`.
  case rate(step: Int, factor: Int64)
}

/// A column under weights, one per dimension.
public struct WeightedColumn: Hashable, Sendable {
  public let column: ColumnReference
  public let weights: [Weights]
  public let coefficient: Int64
  /// Axes that the column does not depend on: the term is the same at each of their indices.
  public let broadcast: [Axis]

  /// Describes a term.
  public init(
    _ column: ColumnReference, _ weights: [Weights], times coefficient: Int64 = 1,
    broadcast: [Axis] = []
  ) {
    self.coefficient = coefficient
    self.column = column
    self.weights = weights
    self.broadcast = broadcast
  }

  /// The term times a number.
  func scaled(by factor: Int64) -> WeightedColumn {
    WeightedColumn(column, weights, times: factor * coefficient, broadcast: broadcast)
  }
}

/// Σ over the sum axes of gate · left · right, at each index of the relation's free axes.
///
/// Where both factors share a free axis (an element-wise product), that axis is also a sum axis and
/// `gate` ties the two: the sum then has the factor eq(free, sum).
public struct Product: Hashable, Sendable {
  public let name: String
  /// The extents of the sum axes.
  public let sumExtents: [Int]
  /// Pairs of a sum axis and the free axis it is tied to.
  public let gate: [Tie]
  public let left: [WeightedColumn]
  public let right: [WeightedColumn]

  /// A sum axis that stands at the index of a free axis.
  public struct Tie: Hashable, Sendable {
    public let sum: Int
    public let free: Int
  }

  /// Describes a product.
  public init(
    name: String, sumExtents: [Int], gate: [Tie] = [], left: [WeightedColumn],
    right: [WeightedColumn]
  ) {
    self.name = name
    self.sumExtents = sumExtents
    self.gate = gate
    self.left = left
    self.right = right
  }
}

/// An equation between integers that holds at every index of `freeExtents`:
/// Σ linear + Σ coefficient · product + constant = 0.
public struct Relation: Hashable, Sendable {
  public let name: String
  public let freeExtents: [Int]
  public let linear: [WeightedColumn]
  public let products: [WeightedProduct]
  public let constant: Int64

  /// A product of the circuit under a coefficient.
  public struct WeightedProduct: Hashable, Sendable {
    public let coefficient: Coefficient
    /// The product's place in the circuit.
    public let product: Int
  }

  /// Describes a relation.
  public init(
    name: String, freeExtents: [Int], linear: [WeightedColumn], products: [WeightedProduct] = [],
    constant: Int64 = 0
  ) {
    self.name = name
    self.freeExtents = freeExtents
    self.linear = linear
    self.products = products
    self.constant = constant
  }
}
