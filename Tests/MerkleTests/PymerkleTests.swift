import AssayCryptography
import AssayMerkle
import AssayTestSupport
import AssayWire
import Testing

/// Compares with pymerkle (PyPI), an RFC 9162 tree that shares no code and no author with ours.
@Suite(
  .enabled(
    if: Tool.succeeds(Tool.python, ["-c", "import pymerkle"]),
    "python3 has no pymerkle; install it with: python3 -m pip install pymerkle"))
struct PymerkleTests {
  /// Prints the root, every inclusion path and every consistency path of trees of 1 … 24 leaves.
  ///
  /// An inclusion path of pymerkle's also contains the leaf itself, which is taken out. Its
  /// consistency proofs have another shape than those of RFC 9162 §2.1.4.1, so these are put
  /// together from the roots that pymerkle gives to the parts.
  private static let script = """
    import json, warnings
    warnings.simplefilter("ignore")
    from pymerkle import InmemoryTree
    entries = [b"leaf %d" % i for i in range(24)]
    def make(part):
      tree = InmemoryTree(algorithm="sha256")
      for entry in part: tree.append_entry(entry)
      return tree
    def root(part):
      tree = make(part)
      return (tree.get_root() if hasattr(tree, "get_root") else tree.get_state()).hex()
    def proof(m, part, whole):
      if m == len(part): return [] if whole else [root(part)]
      k = 1 << ((len(part) - 1).bit_length() - 1)
      if m <= k: return proof(m, part[:k], whole) + [root(part[k:])]
      return proof(m - k, part[k:], False) + [root(part[:k])]
    tree, sizes = make(entries), []
    for n in range(1, 25):
      inclusion = []
      for i in range(1, n + 1):
        path = tree.prove_inclusion(i, n).serialize()["path"]
        path.remove(tree.get_leaf(i).hex())
        inclusion.append(path)
      sizes.append({
        "root": root(entries[:n]), "inclusion": inclusion,
        "consistency": [proof(m, entries[:n], True) for m in range(1, n + 1)]})
    print(json.dumps(sizes))
    """

  private func digests(_ value: JSONValue) throws -> [Digest] {
    guard case .array(let elements) = value else { throw WireError.notCanonical("an array") }
    return try elements.map { element in
      guard case .string(let hex) = element else { throw WireError.notCanonical("hex") }
      return try Digest(hex: hex)
    }
  }

  @Test func rootsAndProofsAreTheSame() throws {
    let output = try Tool.run(Tool.python, ["-c", Self.script], input: "")
    guard case .array(let sizes) = try JSONValue.parse(Array(output.utf8)) else {
      Issue.record("pymerkle printed no array")
      return
    }
    #expect(sizes.count == 24)
    let hashes = ReferenceTree.leaves(24).map(MerkleTree.leafHash)
    let roots = (0...24).map { MerkleTree.root(ofLeafHashes: Array(hashes.prefix($0))) }
    for (index, value) in sizes.enumerated() {
      let size = index + 1
      var fields = try JSONFields(value)
      let tree = StoredTree(leafHashes: Array(hashes.prefix(size)))
      #expect(try fields.string("root") == tree.root.hex)
      let inclusion = try fields.array("inclusion")
      let consistency = try fields.array("consistency")
      try fields.finish()
      #expect(inclusion.count == size && consistency.count == size)
      for (leaf, path) in inclusion.enumerated() {
        let proof = InclusionProof(
          leafIndex: UInt64(leaf), treeSize: UInt64(size), path: try digests(path))
        #expect(proof == tree.inclusionProof(forLeaf: leaf))
        try proof.verify(leafHash: hashes[leaf], root: tree.root)
      }
      for (index, path) in consistency.enumerated() {
        let proof = ConsistencyProof(
          oldSize: UInt64(index + 1), newSize: UInt64(size), path: try digests(path))
        #expect(proof == tree.consistencyProof(fromSize: index + 1))
        try proof.verify(oldRoot: roots[index + 1], newRoot: tree.root)
      }
    }
  }
}
