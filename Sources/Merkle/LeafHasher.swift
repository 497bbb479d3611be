public import AssayCryptography
internal import AssayWire

/// Commits to a byte string as a tree over its 4096-byte chunks.
///
/// Every implementation gives the same root, on any number of threads.
public protocol LeafHasher: Sendable {
  /// Returns the root of the chunk tree; `descriptor` says what the contents are.
  func contentsRoot(of contents: RawSpan, descriptor: Digest) -> Digest
}

/// The definition of chunk trees.
///
/// Leaf i is SHA-256 over a block of 64 bytes and the chunk itself:
///
///     0x00 ‖ "assay.chunk.v1" ‖ 0x00 ‖ i (8) ‖ total byte count (8) ‖ descriptor (32) ‖ chunk
///
/// Integers are little-endian. Chunks have 4096 bytes, the last one the rest; empty contents are
/// one leaf with an empty chunk. Nodes are those of RFC 9162. The block says what the chunk is part
/// of, so no leaf of one tree can stand in another, and it fills exactly one block of SHA-256, so
/// chunks stay aligned.
public enum ChunkTree {
  /// How many bytes a chunk has, the last one excepted.
  public static let chunkByteCount = 4096

  /// What every leaf starts with, after the prefix of RFC 9162.
  private static let tag = Array("assay.chunk.v1\0".utf8)

  /// How many chunks contents of this length have.
  public static func chunkCount(forByteCount byteCount: Int) -> Int {
    max(1, byteCount / chunkByteCount + (byteCount.isMultiple(of: chunkByteCount) ? 0 : 1))
  }

  /// Returns which bytes chunk `index` holds of contents of this length.
  ///
  /// - Precondition: `index` is below the number of chunks.
  public static func range(ofChunk index: Int, byteCount: Int) -> Range<Int> {
    precondition((0..<chunkCount(forByteCount: byteCount)).contains(index), "no such chunk")
    let start = index * chunkByteCount
    return start..<min(start + chunkByteCount, byteCount)
  }

  /// Returns the hash of one leaf.
  public static func leafHash(
    ofChunk chunk: RawSpan, index: UInt64, totalByteCount: UInt64, descriptor: Digest
  ) -> Digest {
    var hasher = TreeHasher()
    return leafHash(
      ofChunk: chunk, index: index, totalByteCount: totalByteCount, descriptor: descriptor,
      &hasher)
  }

  /// Returns the hashes of all leaves, for proofs about single chunks.
  public static func leafHashes(of contents: RawSpan, descriptor: Digest) -> [Digest] {
    var hasher = TreeHasher()
    let byteCount = contents.byteCount
    var hashes: [Digest] = []
    hashes.reserveCapacity(chunkCount(forByteCount: byteCount))
    for index in 0..<chunkCount(forByteCount: byteCount) {
      hashes.append(
        leafHash(
          ofChunk: contents.extracting(range(ofChunk: index, byteCount: byteCount)),
          index: UInt64(index), totalByteCount: UInt64(byteCount), descriptor: descriptor,
          &hasher))
    }
    return hashes
  }

  private static func leafHash(
    ofChunk chunk: RawSpan, index: UInt64, totalByteCount: UInt64, descriptor: Digest,
    _ hasher: inout TreeHasher
  ) -> Digest {
    var header = WireWriter(reservingCapacity: 63)
    header.write(raw: tag)
    header.write(index)
    header.write(totalByteCount)
    descriptor.encode(to: &header)
    return hasher.leaf(header: header.bytes, body: chunk)
  }
}

/// The chunk tree straight from its definition, by OpenSSL on one thread.
public struct PortableLeafHasher: LeafHasher {
  /// Creates the hasher.
  public init() {}

  public func contentsRoot(of contents: RawSpan, descriptor: Digest) -> Digest {
    MerkleTree.root(
      ofLeafHashes: ChunkTree.leafHashes(of: contents, descriptor: descriptor))
  }
}
