public import AssayWire

extension Labelling {
  /// A template's `model` object with these options at its cross-entropy; nil where it has none.
  public func applied(to model: JSONValue) -> JSONValue? {
    guard case .object(var members) = model,
      let place = members.firstIndex(where: { $0.name == "nodes" }),
      case .array(var nodes) = members[place].value,
      let last = nodes.lastIndex(where: isCrossEntropy), case .object(let node) = nodes[last]
    else { return nil }
    nodes[last] = .object(node + attributes)
    members[place].value = .array(nodes)
    return .object(members)
  }

  private func isCrossEntropy(_ node: JSONValue) -> Bool {
    guard case .object(let members) = node else { return false }
    return members.contains {
      $0 == JSONMember(name: "op", value: .string(SoftmaxCrossEntropy.name))
    }
  }

  private var attributes: [JSONMember] {
    (smoothing == 0 ? [] : [JSONMember(name: "smoothing", value: .float(smoothing))])
      + (ignored.map { [JSONMember(name: "ignore", value: .integer($0))] } ?? [])
  }
}
