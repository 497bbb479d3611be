import AssayCryptography
import AssayMerkle
import AssaySpecification
import Foundation
import Testing

@testable import AssayDatasets

@Suite struct DatasetTests {
  /// Computed from the documented layout with Python's hashlib and struct.
  @Test func commitsToKnownRoots() throws {
    #expect(
      try Samples.small().commitment().hex
        == "b35488ba0cc9e3bf3c3de5d9d468e5c663e360f89d09faafc7ee9f36b67ea572")
    let values = try Dataset(
      elementType: .float32, exampleShape: Shape([1]),
      contents: [0, 0, 0, 0x3f, 0, 0, 0x80, 0xbf],
      targets: .values([1, 2, 3, -4.5], perExample: 2))
    #expect(
      values.commitment().hex
        == "b7aff701e53608b9a4859c53bad7904ebdd2e5720899608007443a48857592c8")
  }

  @Test func everyByteLabelClassCountAndPlaceIsBound() throws {
    let original = try Samples.small()
    var roots: Set<Digest> = [original.commitment()]
    var count = 1
    func add(_ dataset: Dataset) {
      roots.insert(dataset.commitment())
      count += 1
    }
    for byte in original.contents.indices {
      for bit in 0..<8 {
        var contents = original.contents
        contents[byte] ^= 1 << bit
        add(try Samples.small(contents: contents))
      }
    }
    for example in 0..<3 {
      for label in 0..<3 as Range<Int32> {
        var labels: [Int32] = [2, 0, 1]
        guard labels[example] != label else { continue }
        labels[example] = label
        add(try Samples.small(labels: labels))
      }
    }
    add(try Samples.small(classes: 4))
    // The same examples in another order, and one of them missing.
    add(try Samples.small(contents: [4, 5, 6, 7, 0, 1, 2, 3, 8, 9, 10, 11], labels: [0, 2, 1]))
    add(try Samples.small(contents: Array(0..<8), labels: [2, 0]))
    // The same bytes in another shape, and as another type.
    for shape in [[4], [1, 4], [4, 1], [2, 2, 1]] {
      add(
        try Dataset(
          elementType: .uint8, exampleShape: Shape(shape), contents: original.contents,
          targets: original.targets))
    }
    add(
      try Dataset(
        elementType: .float32, exampleShape: Shape([1]), contents: original.contents,
        targets: original.targets))
    // Labels as values.
    add(
      try Dataset(
        elementType: .uint8, exampleShape: Shape([2, 2]), contents: original.contents,
        targets: .values([2, 0, 1], perExample: 1)))
    #expect(roots.count == count)
  }

  @Test func everyTargetValueIsBound() throws {
    func root(_ values: [Float], perExample: Int = 2) throws -> Digest {
      try Dataset(
        elementType: .uint8, exampleShape: Shape([1]), contents: [1, 2],
        targets: .values(values, perExample: perExample)
      ).commitment()
    }
    var roots: Set<Digest> = []
    for values: [Float] in [
      [1, 2, 3, 4], [1, 2, 3, 5], [2, 1, 3, 4], [-0.0, 2, 3, 4], [0, 2, 3, 4],
    ] {
      roots.insert(try root(values))
    }
    #expect(roots.count == 5)
  }

  @Test func aLeafOpensAgainstTheCommitment() throws {
    let dataset = try Samples.small()
    let hashes = dataset.leafHashes()
    for index in 0..<3 {
      let leaf = dataset.exampleLeaf(index)
      #expect(leaf.starts(with: "assay.example.v1\0".utf8))
      let proof = MerkleTree.inclusionProof(forLeaf: index, inLeafHashes: hashes)
      try proof.verify(leafHash: MerkleTree.leafHash(leaf), root: dataset.commitment())
    }
  }

  @Test func refusesPartsThatDoNotFit() throws {
    #expect(throws: DatasetError.countMismatch(examples: 3, targets: 2)) {
      try Samples.small(labels: [0, 1])
    }
    #expect(throws: DatasetError.labelOutOfRange(example: 1, label: "3", classes: 3)) {
      try Samples.small(labels: [0, 3, 1])
    }
    #expect(throws: DatasetError.labelOutOfRange(example: 2, label: "-1", classes: 3)) {
      try Samples.small(labels: [0, 2, -1])
    }
    #expect(throws: DatasetError.self) { try Samples.small(contents: Array(0..<11)) }
    #expect(throws: DatasetError.self) { try Samples.small(contents: [], labels: []) }
    #expect(throws: DatasetError.self) { try Samples.small(classes: 1) }
    #expect(throws: DatasetError.self) {
      try Dataset(
        elementType: .int32, exampleShape: Shape([1]), contents: .zeros(4),
        targets: .labels([0], classes: 2))
    }
    for values: [Float] in [[], [1, 2], [.nan], [.infinity]] {
      #expect(throws: DatasetError.self) {
        try Dataset(
          elementType: .uint8, exampleShape: Shape([1]), contents: [1],
          targets: .values(values, perExample: 1))
      }
    }
    for last: [UInt8] in [[0x80, 0x7f], [0xc0, 0xff], [0x80, 0xff]] {
      #expect(throws: DatasetError.notFinite(file: "examples", example: 1)) {
        try Dataset(
          elementType: .float32, exampleShape: Shape([1]), contents: .zeros(6) + last,
          targets: .labels([0, 1], classes: 2))
      }
    }
  }

  @Test func describesItselfAndRecognisesItself() throws {
    let dataset = try Samples.small()
    let description = dataset.description(scale: .init(divisor: 255))
    #expect(description.exampleCount == 3)
    #expect(description.target == .label(classes: 3))
    try dataset.check(against: description)

    var changed = Array(0..<12) as [UInt8]
    changed[7] = 0
    let cases: [(Dataset, String)] = [
      (try Samples.small(contents: changed), "root"),
      (try Samples.small(labels: [2, 0, 0]), "root"),
      (try Samples.small(classes: 4), "target"),
      (try Samples.small(contents: Array(0..<8), labels: [2, 0]), "examples"),
    ]
    for (other, property) in cases {
      #expect {
        try other.check(against: description)
      } throws: { error in
        guard case .mismatch(let found, _, _) = error as? DatasetError else { return false }
        return found == property
      }
    }
  }

  @Test func joinsArraysOfExamplesAndTargets() throws {
    let images = try Samples.array(Samples.idx([3, 2, 2], body: Array(0..<12)))
    let labels = try Samples.array(Samples.idx([3], body: [2, 0, 1]))
    #expect(try Dataset(examples: images, targets: labels, target: nil) == Samples.small())
    let values = try Dataset(examples: images, targets: labels, target: .values(count: 1))
    #expect(values.targets == .values([2, 0, 1], perExample: 1))
    #expect(throws: DatasetError.labelOutOfRange(example: 0, label: "2", classes: 2)) {
      try Dataset(examples: images, targets: labels, target: .label(classes: 2))
    }
    let two = try Samples.array(Samples.idx([2], body: [0, 1]))
    #expect(throws: DatasetError.countMismatch(examples: 3, targets: 2)) {
      try Dataset(examples: images, targets: two, target: nil)
    }
    let scalar = try Samples.array(Samples.npy(Samples.header("|u1", "()"), body: [1]))
    #expect(throws: DatasetError.self) {
      try Dataset(examples: scalar, targets: scalar, target: nil)
    }
    #expect(throws: DatasetError.self) {
      try Dataset(examples: labels, targets: images, target: .label(classes: 3))
    }
    let pairs = try Dataset(examples: labels, targets: images, target: nil)
    #expect(pairs.target == .values(count: 4))
    #expect(pairs.exampleShape.dimensions == [1])
  }

  @Test(
    .enabled(
      if: Samples.mnist != nil, "no MNIST files; set ASSAY_DATA_DIR to a folder that holds mnist/"))
  func readsAndCommitsToMNIST() throws {
    let folder = try #require(Samples.mnist)
    func load(_ name: String) throws -> Dataset {
      try Dataset.load(
        .arrays(
          examples: folder.appendingPathComponent("\(name)-images-idx3-ubyte.gz").path,
          targets: folder.appendingPathComponent("\(name)-labels-idx1-ubyte.gz").path),
        target: .label(classes: 10))
    }
    let clock = ContinuousClock()
    var dataset: Dataset?
    let reading = try clock.measure { dataset = try load("t10k") }
    let mnist = try #require(dataset)
    #expect(mnist.exampleCount == 10_000)
    #expect(mnist.exampleShape.dimensions == [28, 28])
    var root = Digest.zero
    let hashing = clock.measure { root = mnist.commitment() }
    print("MNIST, 10,000 images: read in \(reading), committed in \(hashing)")
    let reader = BatchReader(mnist, scale: .init(divisor: 255))
    var batch: [Float] = []
    let gathering = clock.measure {
      for step in 0..<20 {
        reader.gatherFeatures((0..<128).map { ($0 * 77 + step) % 10_000 }, into: &batch)
      }
    }
    print("MNIST, 128 images: gathered in \(gathering / 20)")
    #expect(root == mnist.commitment())
    #expect(try load("sample5k").exampleCount == 5000)
    #expect(try load("sample5k").commitment() != root)
  }
}
