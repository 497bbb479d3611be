internal import AssayMerkle
internal import AssaySpecification

/// An example's leaf, whose bytes the data's root binds: see the page of `Datasets`.
struct OpenedExample {
  private let leaf: [UInt8]
  private let data: DataDescription
  private let numerics: Spec.Numerics
  /// Where the elements begin.
  private let start: Int
  /// Where what is to be predicted begins, behind its kind and count.
  private let targetStart: Int

  /// Checks that a leaf is that of example `index`.
  init(
    _ leaf: [UInt8], _ proof: InclusionProof, index: Int, _ spec: Spec
  ) throws(DisputeError) {
    guard proof.leafIndex == UInt64(index), proof.treeSize == UInt64(spec.data.exampleCount) else {
      throw .incomplete(reason: "the proof is not for example \(index)")
    }
    do throws(MerkleError) {
      try proof.verify(leafHash: MerkleTree.leafHash(leaf), root: spec.data.root)
    } catch { throw .opening(error) }
    self.leaf = leaf
    let data = spec.data
    self.data = data
    numerics = spec.numerics
    // The tag, the index, the element type, the number of extents, and each of them.
    start = 17 + 8 + 2 + 8 * data.exampleShape.dimensions.count
    targetStart = start + data.exampleShape.elementCount * data.elementType.byteCount + 5
    let targetCount =
      switch data.target {
      case .label: 1
      case .values(let count): count
      case .nextToken: 0
      }
    guard leaf.count == targetStart + 4 * targetCount else {
      throw .incomplete(
        reason: "an example's leaf has \(targetStart + 4 * targetCount) bytes, found "
          + "\(leaf.count)")
    }
  }

  /// Element `index` as it stands in the data.
  private func raw(_ index: Int) throws(DisputeError) -> UInt64 {
    guard (0..<data.exampleShape.elementCount).contains(index) else {
      throw .noSuchElement(index: index, count: data.exampleShape.elementCount)
    }
    let size = data.elementType.byteCount
    return Chunk.word(
      Array(leaf[start + index * size..<start + (index + 1) * size]), at: 0, size: size)
  }

  /// What a step reads at place `index`.
  func feature(_ index: Int, _ window: Augmentation.Window?) throws(DisputeError) -> UInt64 {
    if case .nextToken = data.target { return try raw(index) }
    if numerics == .integer { return try raw(index) >> 1 }
    guard let window, let image = data.exampleShape.image else {
      return scaled(try raw(index))
    }
    let (channel, place) = index.quotientAndRemainder(dividingBy: image.rows * image.columns)
    let (y, x) = place.quotientAndRemainder(dividingBy: image.columns)
    let row = y + window.rowShift
    let column = (window.isMirrored ? image.columns - 1 - x : x) + window.columnShift
    guard (0..<image.rows).contains(row), (0..<image.columns).contains(column) else {
      return scaled(0)
    }
    return scaled(try raw((channel * image.rows + row) * image.columns + column))
  }

  /// What is to be predicted at place `index`.
  func target(_ index: Int) throws(DisputeError) -> UInt64 {
    switch data.target {
    case .nextToken: return try raw(index + 1)
    case .label, .values:
      guard targetStart + 4 * index + 4 <= leaf.count else {
        throw .noSuchElement(index: index, count: (leaf.count - targetStart) / 4)
      }
      return Chunk.word(
        Array(leaf[targetStart + 4 * index..<targetStart + 4 * index + 4]), at: 0, size: 4)
    }
  }

  /// How many rows have another label than `ignored`.
  func countedRows(ignoring ignored: Int32) throws(DisputeError) -> Int {
    let rows: Int
    switch data.target {
    case .label: rows = 1
    case .values: return 0
    case .nextToken: rows = data.exampleShape.elementCount - 1
    }
    var count = 0
    for row in 0..<rows where Int32(truncatingIfNeeded: try target(row)) != ignored { count += 1 }
    return count
  }

  private func scaled(_ word: UInt64) -> UInt64 {
    let raw =
      data.elementType == .uint8
      ? Float(word) : Float(bitPattern: UInt32(truncatingIfNeeded: word))
    let scale = data.scale
    return Scalars.bits((raw / scale.divisor - scale.mean) / scale.deviation)
  }
}
