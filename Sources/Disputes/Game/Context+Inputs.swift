internal import AssayCryptography
internal import AssayEvidence
internal import AssayMerkle
internal import AssaySpecification

// What comes into a run from outside: the first state, and the data.
extension Context {
  func compareInitialRoots(
    _ claimed: Pair<Digest>, _ answers: Pair<Answer>
  ) throws(Broken) -> Consequence {
    let layout = entries.layout
    let roots = try both { party throws(DisputeError) -> [Digest] in
      guard case .roots(let roots) = answers[party] else { throw .wrongKind }
      guard roots.count == layout.rootCount else {
        throw .incomplete(reason: "expected \(layout.rootCount) roots, found \(roots.count)")
      }
      let found = StateCommitment(
        step: segments[party].firstStep, layout: layout, contentsRoots: roots
      ).root
      guard found == claimed[party] else {
        throw .opening(.rootMismatch(expected: claimed[party], found: found))
      }
      return roots
    }
    let tensor = layout.tensors.indices.first {
      roots.challenger[$0] != roots.defender[$0]
    }
    guard let tensor else { return .broken(Pair(both: nil)) }
    return search(
      DisputedContents(
        entries: nil, contents: .initial(tensor: tensor), tensor: layout.tensors[tensor],
        roots: Pair(challenger: roots.challenger[tensor], defender: roots.defender[tensor])))
  }

  func checkInitial(
    _ disputed: DisputedContents, _ element: Int, _ claimed: Pair<UInt64>
  ) -> Consequence {
    let computed = entries.spec.initialWord(of: disputed.tensor.name, element: element)
    return judged(
      Pair(
        challenger: claimed.challenger == computed, defender: claimed.defender == computed),
      "element \(element) of \(disputed.tensor.name) starts as \(computed.map(bits) ?? "nothing"); "
        + "the challenger states \(bits(claimed.challenger)), the defender "
        + "\(bits(claimed.defender))", valueCount: 1)
  }

  /// Which example an element of a micro-batch comes from, its place in the step's batch, and the
  /// element's place in the example.
  func example(
    of element: DisputedElement, microBatch: Int
  ) -> (index: Int, position: Int, place: Int) {
    let size = entries.program.batchSize
    let perExample = element.contents.tensor.shape.elementCount / size
    let position = microBatch * size + element.id.element / perExample
    let batch = entries.spec.batchOrder.batch(step: element.id.step)
    return (batch[position], position, element.id.element % perExample)
  }

  func checkExample(
    _ element: DisputedElement, _ index: Int, _ answers: Pair<Answer>
  ) throws(Broken) -> Consequence {
    let data = entries.spec.data
    let kind = entries.entries[element.id.output.entry]
    let place = example(of: element, microBatch: entries.microBatch(of: element.id.output.entry))
    let computed = try both { party throws(DisputeError) -> UInt64 in
      guard case .example(let leaf, let proof) = answers[party] else { throw .wrongKind }
      guard proof.leafIndex == UInt64(index), proof.treeSize == UInt64(data.exampleCount) else {
        throw .incomplete(reason: "the proof is not for example \(index)")
      }
      do throws(MerkleError) {
        try proof.verify(leafHash: MerkleTree.leafHash(leaf), root: data.root)
      } catch { throw .opening(error) }
      let example = try OpenedExample(leaf, entries.spec)
      if case .targets = kind { return try example.target(place.place) }
      let window = data.augmentation?.window(
        seed: entries.spec.seed, step: element.id.step, position: place.position)
      return try example.feature(place.place, window)
    }
    return judged(
      Pair(
        challenger: computed.challenger == element.claimed.challenger,
        defender: computed.defender == element.claimed.defender),
      "element \(place.place) of example \(index), the one at place \(place.position) of the "
        + "batch, is \(bits(computed.challenger)); the challenger states "
        + "\(bits(element.claimed.challenger)), the defender \(bits(element.claimed.defender))",
      valueCount: 1)
  }
}

extension Spec {
  /// The first value of an element of the state, as a value of a program; nil where a weights file
  /// gives it.
  fileprivate func initialWord(of name: String, element: Int) -> UInt64? {
    switch numerics {
    case .float32: initialValue(of: name, element: element).map(Scalars.bits)
    case .integer: initialInteger(of: name, element: element).map { Scalars.bits(Int($0)) }
    }
  }
}

/// An example's leaf, whose bytes the data's root binds: see the page of `Datasets`.
private struct OpenedExample {
  private let leaf: [UInt8]
  private let data: DataDescription
  private let numerics: Spec.Numerics
  /// Where the elements begin.
  private let start: Int
  /// Where what is to be predicted begins, behind its kind and count.
  private let targetStart: Int

  init(_ leaf: [UInt8], _ spec: Spec) throws(DisputeError) {
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

  private func scaled(_ word: UInt64) -> UInt64 {
    let raw =
      data.elementType == .uint8
      ? Float(word) : Float(bitPattern: UInt32(truncatingIfNeeded: word))
    let scale = data.scale
    return Scalars.bits((raw / scale.divisor - scale.mean) / scale.deviation)
  }
}
