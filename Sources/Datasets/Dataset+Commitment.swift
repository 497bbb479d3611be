public import AssayCryptography
internal import AssayMerkle
public import AssaySpecification
internal import AssayWire

extension Dataset {
  /// The tag that begins every leaf.
  static let leafTag = "assay.example.v1\0"

  /// The bytes that are hashed for example `index`: they bind its place, type, shape, every byte
  /// and its target. The room's documentation gives the layout.
  ///
  /// - Precondition: `index` is in 0 ..< `exampleCount`.
  public func exampleLeaf(_ index: Int) -> [UInt8] {
    precondition((0..<exampleCount).contains(index), "no such example")
    var leaf: [UInt8] = []
    appendLeaf(index, shape: encodedShape, to: &leaf)
    return leaf
  }

  /// The RFC 9162 Merkle root over all examples' leaves.
  ///
  /// - Complexity: every byte is hashed once.
  public func commitment() -> Digest {
    MerkleTree.root(ofLeafHashes: leafHashes())
  }

  /// The leaf hash of every example, for inclusion proofs.
  public func leafHashes() -> [Digest] {
    let shape = encodedShape
    var leaf: [UInt8] = []
    return (0..<exampleCount).map { index in
      leaf.removeAll(keepingCapacity: true)
      appendLeaf(index, shape: shape, to: &leaf)
      return MerkleTree.leafHash(leaf)
    }
  }

  /// The element type's code, the number of extents, and each extent.
  private var encodedShape: [UInt8] {
    var writer = WireWriter()
    let code: UInt8 =
      switch elementType {
      case .uint8: 1
      case .int32: 3
      default: 2
      }
    writer.write(code)
    writer.write(UInt8(exampleShape.dimensions.count))
    for dimension in exampleShape.dimensions { writer.write(UInt64(dimension)) }
    return writer.bytes
  }

  private func appendLeaf(_ index: Int, shape: [UInt8], to leaf: inout [UInt8]) {
    leaf.append(contentsOf: Self.leafTag.utf8)
    leaf.append(uint32: UInt32(truncatingIfNeeded: index))
    leaf.append(uint32: UInt32(truncatingIfNeeded: index >> 32))
    leaf.append(contentsOf: shape)
    let start = index * exampleByteCount
    leaf.append(contentsOf: contents[start..<(start + exampleByteCount)])
    switch targets {
    case .labels(let labels, let classes):
      leaf.append(1)
      leaf.append(uint32: UInt32(classes))
      leaf.append(uint32: UInt32(bitPattern: labels[index]))
    case .values(let values, let perExample):
      leaf.append(2)
      leaf.append(uint32: UInt32(perExample))
      for value in values[(index * perExample)..<((index + 1) * perExample)] {
        leaf.append(float32: value)
      }
    case .nextToken(let vocabulary):
      leaf.append(3)
      leaf.append(uint32: UInt32(vocabulary))
    }
  }

  /// Describes the data set for a spec; computes the commitment.
  ///
  /// - Parameters:
  ///   - generated: where the examples come from, when they are generated.
  ///   - augmentation: how images are shifted and mirrored while training.
  ///   - stride: of a text, how far apart its rows begin, if not as far as the context.
  public func description(
    scale: DataDescription.Scale, generated: DataDescription.GeneratedTask? = nil,
    augmentation: Augmentation? = nil, stride: Int? = nil
  ) -> DataDescription {
    DataDescription(
      root: commitment(), exampleCount: exampleCount, elementType: elementType,
      exampleShape: exampleShape, target: target, scale: scale, generated: generated,
      augmentation: augmentation, stride: stride)
  }

  /// Checks that this is the data set that a spec describes: its facts first, then its root.
  ///
  /// - Throws: `mismatch`, naming the first property that differs.
  public func check(against description: DataDescription) throws(DatasetError) {
    try checkFacts(against: description)
    try Self.require("root", description.root, commitment())
  }

  /// Checks count, element type, shape and target, but not a single byte of the examples.
  ///
  /// - Throws: `mismatch`, naming the first property that differs.
  public func checkFacts(against description: DataDescription) throws(DatasetError) {
    try Self.require("examples", description.exampleCount, exampleCount)
    try checkKind(against: description)
  }

  /// Checks that the examples are of the kind described: element type, shape and target.
  ///
  /// - Throws: `mismatch`, naming the first property that differs.
  public func checkKind(against description: DataDescription) throws(DatasetError) {
    try Self.require("element type", description.elementType, elementType)
    try Self.require("example shape", description.exampleShape, exampleShape)
    try Self.require("target", description.target, target)
  }

  private static func require<Value: Equatable>(
    _ property: String, _ expected: Value, _ found: Value
  ) throws(DatasetError) {
    guard expected == found else {
      throw .mismatch(property: property, expected: "\(expected)", found: "\(found)")
    }
  }
}
