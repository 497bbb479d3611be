public import AssayCryptography
public import AssayMerkle

/// The search for the first leaf on which two trees of one size differ, from the roots down.
///
/// All that is left of where it has come to is the same in both trees.
struct TreeSearch: Hashable, Sendable {
  /// Levels that one answer goes down: at most 64 nodes.
  static let levels = 6

  let tree: CommittedTree
  let leafCount: Int
  private(set) var height: Int
  private(set) var index = 0
  /// The differing nodes at this place.
  private(set) var hashes: Pair<Digest>

  /// Begins at two roots, which differ.
  init(_ tree: CommittedTree, leafCount: Int, roots: Pair<Digest>) {
    self.tree = tree
    self.leafCount = leafCount
    height = (leafCount - 1).bitWidth - (leafCount - 1).leadingZeroBitCount
    hashes = roots
  }

  /// Whether `index` is the leaf.
  var isComplete: Bool { height == 0 }

  var question: Question { .nodes(tree, height: height, index: index) }

  private var step: Int { min(Self.levels, height) }

  /// How many nodes a tree of `leafCount` leaves has at a height.
  private static func width(_ leafCount: Int, height: Int) -> Int {
    (leafCount + (1 << height) - 1) >> height
  }

  /// The nodes that an answer gives: their height and places.
  static func nodes(
    below index: Int, height: Int, leafCount: Int
  ) -> (height: Int, places: Range<Int>) {
    let step = min(levels, height)
    let end = min((index + 1) << step, width(leafCount, height: height - step))
    return (height - step, index << step..<end)
  }

  /// Checks that a party's nodes lead to the node that it had given before.
  func check(_ answer: Answer, _ party: Party) throws(DisputeError) -> [Digest] {
    guard case .nodes(let nodes) = answer else { throw .wrongKind }
    let places = Self.nodes(below: index, height: height, leafCount: leafCount).places
    guard nodes.count == places.count else {
      throw .incomplete(reason: "expected \(places.count) nodes, found \(nodes.count)")
    }
    let found = MerkleTree.root(ofLeafHashes: nodes)
    guard found == hashes[party] else {
      throw .opening(.rootMismatch(expected: hashes[party], found: found))
    }
    return nodes
  }

  /// Goes down to the first node that differs.
  mutating func descend(_ nodes: Pair<[Digest]>) {
    let places = Self.nodes(below: index, height: height, leafCount: leafCount)
    // Two lists of one length that hash to different nodes differ somewhere.
    let first = zip(nodes.challenger, nodes.defender).enumerated().first { $1.0 != $1.1 }
    guard let (place, found) = first else { return }
    height = places.height
    index = places.places.lowerBound + place
    hashes = Pair(challenger: found.0, defender: found.1)
  }
}

extension StoredTree {
  /// What a party answers to `Question.nodes`.
  public func nodes(below index: Int, height: Int) -> [Digest] {
    let found = TreeSearch.nodes(below: index, height: height, leafCount: size)
    return nodes(atHeight: found.height, found.places)
  }
}

extension DisputeError {
  /// An answer to another kind of question.
  static let wrongKind = DisputeError.incomplete(reason: "it answers another kind of question")
}
