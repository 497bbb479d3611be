public import AssayWire

/// Low-rank adapters on a frozen model (LoRA, Hu et al. 2021, section 4.1).
///
/// A linear layer x·Wᵀ becomes x·Wᵀ + ((x·Aᵀ)·(alpha/rank))·Bᵀ, where A [rank × inputs] starts
/// uniform within ±1/√inputs, and B [outputs × rank] at 0, so that the model starts as the base. Of
/// a weight NAME.weight they are called NAME.lora_A.weight and NAME.lora_B.weight.
public struct LowRankAdapters: Hashable, Sendable {
  public let rank: Int
  public let alpha: Float
  /// Layers are adapted whose weight's name contains one of these; empty for every linear layer
  /// whose weight no other node reads.
  public let parts: [String]

  /// Adapters of `rank`, scaled by `alpha` / `rank`.
  public init(rank: Int, alpha: Float, parts: [String] = []) {
    self.rank = rank
    self.alpha = alpha
    self.parts = parts
  }

  /// The `model` object with adapters: its parameters are frozen, its statistics are kept up.
  ///
  /// - Returns: nil when it has no such layer.
  public func model(adapting base: JSONValue) -> JSONValue? {
    let frozen = base.elements("frozen") + base.elements("parameters")
    let nodes = base.elements("nodes")
    var writer = ModelWriter()
    for node in nodes {
      guard let layer = layer(node, in: nodes, of: frozen) else {
        writer.add(node)
        continue
      }
      adapt(layer, node, &writer)
    }
    guard !writer.parameters.isEmpty else { return nil }
    return base.replacing("parameters", with: .array(writer.parameters))
      .replacing("frozen", with: .array(frozen)).replacing("nodes", with: .array(writer.nodes))
  }

  /// A linear layer to adapt.
  private struct Layer {
    let name: String
    let input: String
    let weight: String
    let outputs: Int
    let inputs: Int
  }

  private func layer(
    _ node: JSONValue, in nodes: [JSONValue], of tensors: [JSONValue]
  ) -> Layer? {
    let read = Self.inputs(node)
    guard node.string("op") == Linear.name, let name = node.string("name"), read.count == 2,
      let weight = tensors.first(where: { $0.string("name") == read[1] }),
      case let extents = weight.extents, extents.count == 2
    else { return nil }
    let isWanted =
      parts.isEmpty
      ? nodes.count { Self.inputs($0).contains(read[1]) } == 1
      : parts.contains { read[1].contains($0) }
    guard isWanted else { return nil }
    return Layer(
      name: name, input: read[0], weight: read[1], outputs: extents[0], inputs: extents[1])
  }

  private static func inputs(_ node: JSONValue) -> [String] {
    node.elements("inputs").compactMap { input in
      if case .string(let name) = input { name } else { nil }
    }
  }

  private func adapt(_ layer: Layer, _ node: JSONValue, _ writer: inout ModelWriter) {
    let base = "\(layer.name).base"
    writer.add(node.replacing("name", with: .string(base)))
    let stem = layer.weight.hasSuffix(".weight") ? String(layer.weight.dropLast(7)) : layer.weight
    let first = writer.parameter(
      "\(stem).lora_A.weight", [rank, layer.inputs], .uniform(gain: 1, inputs: layer.inputs))
    let second = writer.parameter(
      "\(stem).lora_B.weight", [layer.outputs, rank], .constant(value: 0))
    var branch = writer.node("\(stem).lora_A", "linear", [layer.input, first])
    let factor = alpha / Float(rank)
    if factor != 1 {
      branch = writer.node("\(stem).lora", Scale.name, [branch], ["factor": .float(factor)])
    }
    branch = writer.node("\(stem).lora_B", "linear", [branch, second])
    _ = writer.node(layer.name, "add", [base, branch])
  }
}
