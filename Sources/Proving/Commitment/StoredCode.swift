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
/// It begins with 64 bytes, "assay.data-code.v1" with zeros behind it and the root; the levels of
/// the tree follow, the leaves first, and for each eight rows 64 bytes for each place of their
/// code.
public struct StoredCode: Sendable {
  let path: String
  let root: Digest
  let code: ReedSolomonCode
  let rowCount: Int
  /// What the leaf of a column starts with.
  let header: [UInt8]
  let isSalted: Bool

  private static let tag = Array("assay.data-code.v1".utf8)
  private static let beginByteCount = 64

  private var begin: [UInt8] {
    Self.tag + [UInt8](repeating: 0, count: 32 - Self.tag.count) + root.bytes
  }
  private var leafCount: Int { code.codeLength << (isSalted ? 1 : 0) }
  private var treeByteCount: Int { (2 * leafCount - 1) * Digest.byteCount }
  private var groupCount: Int { (rowCount + 7) / 8 }

  /// How long the file is.
  var byteCount: Int {
    Self.beginByteCount + treeByteCount + groupCount * 64 * code.codeLength
  }

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

  /// Writes the file, if there is room for it on the disk and nobody else is about to.
  func write(_ rows: RowMatrix, tree: HashTree, kernels: FieldKernels) {
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    guard FileAccess.freeByteCount(at: folder).map({ $0 / 2 >= byteCount }) ?? true else { return }
    let unfinished = path + ".new"
    do throws(FileError) {
      let file = try OpenFile(unfinished, for: .appending)
      guard file.lock() else { return }
      try file.truncate(to: 0)
      try file.append(begin)
      for level in 0...tree.depth { try file.append(tree.bytes(ofLevel: level)) }
      for first in stride(from: 0, to: rowCount, by: 8) {
        try kernels.forEachPiece(
          ofCode: code, rows: rows.rows(first..<min(first + 8, rowCount))
        ) { piece throws(FileError) in try file.append(piece) }
      }
      try FileAccess.move(unfinished, to: path)
    } catch {
      FileAccess.remove(unfinished)
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
    let begin = Self.beginByteCount + treeByteCount
    let place = code.place(ofColumn: index)
    var column: [UInt8] = []
    for group in 0..<groupCount {
      column += try file.read(
        at: begin + 64 * (group * code.codeLength + place),
        count: 8 * min(8, rowCount - 8 * group))
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
        at: Self.beginByteCount + Digest.byteCount * (before + index), count: Digest.byteCount))
  }
}
