internal import AssayCryptography
internal import AssayFieldVectors
internal import AssayFiles
internal import AssayMerkle

/// Code words, and the tree over their columns, in a file: data that many proofs open need no
/// memory but their own.
///
/// A file only spares work and is not believed: what it holds of a column is checked under the root
/// before it is sent. One that is damaged is removed.
///
/// It begins with 64 bytes, "assay.data-code.v2" with zeros behind it and the root. The code words
/// follow as `FieldKernels.encode` hands them out: for each coset of the code and each eight rows,
/// 64 bytes for each place. Then come the levels of the tree, the leaves first.
public struct StoredCode: Sendable {
  let path: String
  let root: Digest
  /// Those of the code; the code itself takes memory.
  let messageBits: Int
  let rateBits: Int
  let rowCount: Int
  /// What the leaf of a column starts with.
  let header: [UInt8]
  let isSalted: Bool

  private static let tag = Array("assay.data-code.v2".utf8)
  private static let beginByteCount = 64

  private var begin: [UInt8] {
    Self.tag + [UInt8](repeating: 0, count: 32 - Self.tag.count) + root.bytes
  }
  private var codeLength: Int { 1 << (messageBits + rateBits) }
  private var leafCount: Int { codeLength << (isSalted ? 1 : 0) }
  private var groupCount: Int { (rowCount + 7) / 8 }
  private var treeBegin: Int { Self.beginByteCount + groupCount * 64 * codeLength }

  /// How long the file is.
  var byteCount: Int { treeBegin + (2 * leafCount - 1) * Digest.byteCount }

  /// Whether the file is there, and for this commitment.
  var isPresent: Bool {
    do throws(FileError) {
      let file = try OpenFile(path, for: .reading)
      guard file.byteCount == byteCount else { return false }
      return try file.read(at: 0, count: Self.beginByteCount) == begin
    } catch {
      return false
    }
  }

  /// Encodes and hashes by `commit`, which hands out the code words as they are made, and writes
  /// the file, if there is room for it on the disk and nobody else is about to.
  func write<Code>(
    _ commit: (_ take: (([UInt8]) -> Void)?) -> (code: Code, tree: HashTree)
  ) -> Code {
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    let hasRoom = FileAccess.freeByteCount(at: folder).map { $0 / 2 >= byteCount } ?? true
    let unfinished = path + ".new"
    var made: Code?
    do throws(FileError) {
      guard hasRoom else { return commit(nil).code }
      let file = try OpenFile(unfinished, for: .appending)
      guard file.lock() else { return commit(nil).code }
      try file.truncate(to: 0)
      try file.append(begin)
      var failure: FileError?
      let (code, tree) = commit { words in
        guard failure == nil else { return }
        do throws(FileError) { try file.append(words) } catch { failure = error }
      }
      made = code
      if let failure { throw failure }
      try file.append(tree.leaves)
      try file.append(tree.nodes)
      // Other data have another root, and another file.
      if tree.root == root {
        try FileAccess.move(unfinished, to: path)
      } else {
        FileAccess.remove(unfinished)
      }
      return code
    } catch {
      FileAccess.remove(unfinished)
      return made ?? commit(nil).code
    }
  }

  /// The columns at ascending indices, then the nodes that their proof needs; nil where the file
  /// does not hold them.
  func opening(at indices: [Int]) -> [UInt8]? {
    let leaves = indices.map { UInt64($0) << (isSalted ? 1 : 0) }
    var bytes: [UInt8] = []
    var hashes: [Digest] = []
    var nodes: [Digest] = []
    do {
      let file = try OpenFile(path, for: .reading)
      guard file.byteCount == byteCount else { return nil }
      for index in indices {
        let column = try column(index, of: file)
        hashes.append(MerkleTree.leafHash(header + column))
        bytes += column
      }
      let size = UInt64(leafCount)
      for position in MultiProof.nodePositions(leafIndices: leaves, treeSize: size) {
        nodes.append(try node(level: position.height, Int(position.index), of: file))
      }
      try MultiProof(treeSize: size, leafIndices: leaves, nodes: nodes)
        .verify(leafHashes: hashes, root: root)
    } catch {
      FileAccess.remove(path)
      return nil
    }
    return bytes + nodes.flatMap(\.bytes)
  }

  private func column(_ index: Int, of file: borrowing OpenFile) throws(FileError) -> [UInt8] {
    let place = ReedSolomonCode.place(
      ofColumn: index, messageBits: messageBits, rateBits: rateBits)
    let size = 1 << messageBits
    let coset = place >> messageBits
    var column: [UInt8] = []
    for group in 0..<groupCount {
      let before = (coset * groupCount + group) * size + place & (size - 1)
      column += try file.read(
        at: Self.beginByteCount + 64 * before, count: 8 * min(8, rowCount - 8 * group))
    }
    return column
  }

  private func node(
    level: Int, _ index: Int, of file: borrowing OpenFile
  ) throws -> Digest {
    // Below level l there are 2n − 2n / 2^l nodes.
    let before = 2 * leafCount - (2 * leafCount) >> level
    return try Digest(
      bytes: file.read(
        at: treeBegin + Digest.byteCount * (before + index), count: Digest.byteCount))
  }
}
