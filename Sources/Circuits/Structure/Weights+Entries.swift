/// Indices at which the axes of a relation stand.
struct AxisIndices {
  var free: [Int]
  var sum: [Int] = []

  subscript(axis: Axis) -> Int {
    switch axis {
    case .free(let index): free[index]
    case .sum(let index): sum[index]
    }
  }
}

extension Weights {
  /// The entries of the dimension that count, with how often, where each axis stands at an index.
  func entries(at axes: AxisIndices, inputs: PublicInputs) -> [(index: Int, count: Int64)] {
    switch self {
    case .axis(let axis, _):
      return [(axes[axis], 1)]
    case .ones(let extent):
      return (0..<extent).map { ($0, 1) }
    case .examples(let step, let places, _, _):
      return [(inputs.batches[step][axes[places]], 1)]
    case .spread(let weights):
      return weights.entries(at: axes, inputs: inputs).flatMap { entry in
        [(2 * entry.index, entry.count), (2 * entry.index + 1, entry.count)]
      }
    case .paired(let weights):
      return weights.entries(at: axes, inputs: inputs).map { ($0.index / 2, $0.count) }
    case .convolutionInput(let output, let kernel, let geometry):
      let kernels = kernel.entries(at: axes, inputs: inputs)
      return output.entries(at: axes, inputs: inputs).flatMap { p in
        kernels.compactMap { u in
          geometry.inputPosition(output: p.index, kernel: u.index).map { ($0, p.count * u.count) }
        }
      }
    case .convolutionOutput(let input, let kernel, let geometry):
      let kernels = kernel.entries(at: axes, inputs: inputs)
      return input.entries(at: axes, inputs: inputs).flatMap { i in
        kernels.compactMap { u in
          let (p, rest) = (i.index + geometry.padding - u.index)
            .quotientAndRemainder(dividingBy: geometry.stride)
          guard rest == 0, p >= 0, p < geometry.output else { return nil }
          return (p, i.count * u.count)
        }
      }
    }
  }
}
