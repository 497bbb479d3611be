/// A trained low-rank product beside a frozen linear layer: x·Wᵀ + ((x·Aᵀ)·factor)·Bᵀ.
public struct LowRankAdapter: Hashable, Sendable {
  /// The name of the frozen W [outputs × inputs].
  public let weight: String
  /// The name of A [rank × inputs].
  public let first: String
  /// The name of B [outputs × rank].
  public let second: String
  public let rank: Int
  public let factor: Float
}

extension ModelGraph {
  /// The adapters in the graph that could as well be added to their weights, for nothing else reads
  /// those.
  public var mergeableAdapters: [LowRankAdapter] {
    nodes.compactMap(adapter).filter { adapter in
      nodes.count { $0.inputs.contains(adapter.weight) } == 1
        && [adapter.first, adapter.second].allSatisfy { name in
          nodes.count { $0.inputs.contains(name) } == 1
        }
    }
  }

  private func adapter(_ node: Node) -> LowRankAdapter? {
    guard node.operation is Add, let base = linear(node.inputs[0]),
      let second = linear(node.inputs[1]), var branch = self.node(second.inputs[0])
    else { return nil }
    var factor: Float = 1
    if let scale = branch.operation as? Scale, let below = self.node(branch.inputs[0]) {
      factor = scale.factor
      branch = below
    }
    guard branch.operation is Linear, branch.inputs[0] == base.inputs[0],
      frozen.contains(where: { $0.name == base.inputs[1] }),
      let first = parameters.first(where: { $0.name == branch.inputs[1] }),
      parameters.contains(where: { $0.name == second.inputs[1] })
    else { return nil }
    return LowRankAdapter(
      weight: base.inputs[1], first: first.name, second: second.inputs[1],
      rank: first.shape.dimensions[0], factor: factor)
  }

  private func linear(_ name: String) -> Node? {
    node(name).flatMap { $0.operation is Linear ? $0 : nil }
  }

  private func node(_ name: String) -> Node? { nodes.first { $0.name == name } }
}
