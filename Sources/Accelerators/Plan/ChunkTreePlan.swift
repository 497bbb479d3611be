internal import AssayCryptography
internal import AssayMerkle
internal import AssaySpecification

/// The launches that compute the chunk trees of a state's tensors: `LeafHasher`'s roots.
struct ChunkTreePlan {
  private(set) var launches: [Launch] = []

  /// Bytes of the nodes of a tree over so many bytes: its leaves, and the level above them.
  static func roomByteCount(for byteCount: Int) -> Int {
    let chunks = ChunkTree.chunkCount(forByteCount: byteCount)
    return 32 * (chunks + (chunks + 1) / 2)
  }

  /// Plans a tree for each buffer; descriptor i lies 32·i bytes behind the plan's digests, and root
  /// i goes behind all descriptors.
  init(_ buffers: [BufferID], in program: StepProgram, _ plan: LaunchPlan) {
    for (index, buffer) in buffers.enumerated() {
      add(
        contents: plan.offsets[buffer.index],
        byteCount: program.declaration(of: buffer).byteCount,
        descriptor: plan.digests + 32 * index, root: plan.digests + 32 * (buffers.count + index),
        room: plan.workspace)
    }
  }

  /// Plans one tree; all but the byte count are places, `room` that of `roomByteCount` bytes.
  init(contents: Int, byteCount: Int, descriptor: Int, root: Int, room: Int) {
    add(contents: contents, byteCount: byteCount, descriptor: descriptor, root: root, room: room)
  }

  private mutating func add(
    contents: Int, byteCount: Int, descriptor: Int, root: Int, room: Int
  ) {
    var count = ChunkTree.chunkCount(forByteCount: byteCount)
    // Levels take turns between two places.
    var (from, to) = (room, room + 32 * count)
    add(
      "chunk_leaves", items: count,
      [
        .long(contents), .long(byteCount), .long(descriptor), .long(count == 1 ? root : from),
        .long(count),
      ])
    while count > 1 {
      let nodes = (count + 1) / 2
      add("tree_level", items: nodes, [.long(from), .long(nodes == 1 ? root : to), .long(count)])
      (from, to) = (to, from)
      count = nodes
    }
  }

  /// A root as kernels write it: words as numbers, where digests have their bytes from the top.
  static func digest(_ bytes: ArraySlice<UInt8>) -> Digest? {
    let first = bytes.startIndex
    guard bytes.count == Digest.byteCount else { return nil }
    return try? Digest(bytes: (0..<32).map { bytes[first + $0 / 4 * 4 + 3 - $0 % 4] })
  }

  private mutating func add(_ kernel: String, items: Int, _ arguments: [Launch.Argument]) {
    launches.append(
      Launch(kernel: kernel, groups: [(items + 63) / 64, 1, 1], items: 64, arguments: arguments))
  }
}
