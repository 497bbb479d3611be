/// Where the nodes of a step are cut into segments, of which only what others read is kept.
///
/// Cuts lie where little crosses them, near equal shares of the bytes: after node i cross the
/// outputs of the nodes up to i that a later one reads.
struct RecomputationCuts {
  /// The nodes' places, cut into one segment or more.
  let segments: [Range<Int>]
  /// Names of the outputs that a later segment reads.
  let kept: Set<String>

  /// Cuts nodes, each with the bytes that its forward pass makes, into at most `segmentCount`.
  init(_ nodes: [(node: ModelGraph.Node, byteCount: Int)], segmentCount: Int) {
    let lastReaders = Self.lastReaders(nodes.map(\.node))
    var crossing = [Int](repeating: 0, count: nodes.count)
    var produced: [Int] = []
    for (index, entry) in nodes.enumerated() {
      produced.append((produced.last ?? 0) + entry.byteCount)
      for place in index..<max(index, lastReaders[index]) { crossing[place] += entry.byteCount }
    }
    let total = produced.last ?? 0
    var starts = [0]
    for cut in 1..<max(1, segmentCount) {
      // In doubles: the bytes of a step times a number of segments may be large.
      let target = Double(total) * Double(cut) / Double(segmentCount)
      let reach = Double(total) / Double(segmentCount) / 2
      let best = produced.indices.dropLast().filter {
        $0 >= (starts.last ?? 0) && abs(Double(produced[$0]) - target) <= reach
      }.min {
        (crossing[$0], abs(Double(produced[$0]) - target))
          < (crossing[$1], abs(Double(produced[$1]) - target))
      }
      if let best { starts.append(best + 1) }
    }
    let ends = starts.dropFirst() + [nodes.count]
    segments = zip(starts, ends).map { $0..<$1 }
    var kept: Set<String> = []
    for segment in segments {
      for index in segment where lastReaders[index] >= segment.upperBound {
        kept.insert(nodes[index].node.name)
      }
    }
    self.kept = kept
  }

  /// The last node that reads each node's output, by itself or under another name.
  private static func lastReaders(_ nodes: [ModelGraph.Node]) -> [Int] {
    let places = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($1.name, $0) })
    var last = Array(nodes.indices)
    for (index, node) in nodes.enumerated().reversed() {
      for input in node.inputs {
        guard let source = places[input] else { continue }
        let isAlias = type(of: node.operation).isAlias
        last[source] = max(last[source], isAlias ? last[index] : index)
      }
    }
    return last
  }
}
