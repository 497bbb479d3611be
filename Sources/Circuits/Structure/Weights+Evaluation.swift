public import AssayAlgebra

/// Where each axis of a relation stands, as a vector over the axis' indices.
public struct AxisVectors<F: Field>: Sendable {
  /// One vector per free axis.
  public let free: [[F]]
  /// One vector per sum axis.
  public let sum: [[F]]

  /// Stands each axis at a vector.
  public init(free: [[F]], sum: [[F]]) {
    self.free = free
    self.sum = sum
  }

  /// The vector of an axis.
  public subscript(axis: Axis) -> [F] {
    switch axis {
    case .free(let index): free[index]
    case .sum(let index): sum[index]
    }
  }
}

extension Weights {
  /// The weight of each entry of the dimension, with every axis standing at a vector.
  ///
  /// Linear in each axis: with the vectors eq(point, ·) this is the multilinear extension.
  @specialized(where F == GMPGoldilocksExtension)
  @specialized(where F == GoldilocksExtension)
  public func vector<F: Field>(_ axes: AxisVectors<F>, inputs: PublicInputs) -> [F] {
    switch self {
    case .axis(let axis, let extent):
      return Array(axes[axis].prefix(extent))
    case .ones(let extent):
      return [F](repeating: .one, count: extent)
    case .examples(let step, let places, _, let extent):
      var result = [F](repeating: .zero, count: extent)
      for (row, weight) in zip(inputs.batches[step], axes[places]) { result[row] += weight }
      return result
    case .spread(let weights):
      return weights.vector(axes, inputs: inputs).flatMap { [$0, $0] }
    case .paired(let weights):
      let base = weights.vector(axes, inputs: inputs)
      return (0..<base.count / 2).map { base[2 * $0] + base[2 * $0 + 1] }
    case .convolutionInput(let output, let kernel, let geometry):
      let outputs = output.vector(axes, inputs: inputs)
      let kernels = kernel.vector(axes, inputs: inputs)
      var result = [F](repeating: .zero, count: geometry.input)
      for (p, a) in outputs.enumerated() {
        for (u, b) in kernels.enumerated() {
          guard let i = geometry.inputPosition(output: p, kernel: u) else { continue }
          result[i] += a * b
        }
      }
      return result
    case .convolutionOutput(let input, let kernel, let geometry):
      let inputWeights = input.vector(axes, inputs: inputs)
      let kernels = kernel.vector(axes, inputs: inputs)
      var result = [F](repeating: .zero, count: geometry.output)
      for p in 0..<geometry.output {
        for (u, b) in kernels.enumerated() {
          guard let i = geometry.inputPosition(output: p, kernel: u) else { continue }
          result[p] += b * inputWeights[i]
        }
      }
      return result
    }
  }

  /// The axes that the weights depend on.
  public var axes: Set<Axis> {
    switch self {
    case .axis(let axis, _), .examples(_, let axis, _, _): [axis]
    case .ones: []
    case .spread(let weights), .paired(let weights): weights.axes
    case .convolutionInput(let first, let second, _), .convolutionOutput(let first, let second, _):
      first.axes.union(second.axes)
    }
  }
}

extension Coefficient {
  /// The number that the coefficient stands for.
  public func value(_ inputs: PublicInputs) -> Int64 {
    switch self {
    case .constant(let value): value
    case .rate(let step, let factor): inputs.rates[step] * factor
    }
  }
}
