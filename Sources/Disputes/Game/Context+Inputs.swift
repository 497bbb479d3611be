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

  /// An element of the first state or of a frozen tensor, from the seed or from given weights.
  func checkInitial(
    _ disputed: DisputedContents, _ element: Int, _ claimed: Pair<UInt64>
  ) -> Consequence {
    let spec = entries.spec
    let name = disputed.tensor.name
    if let given = spec.givenTensor(of: name) {
      return .stage(
        .weights(
          DisputedGiven(
            contents: disputed, element: element, claimed: claimed, name: given.name,
            shape: given.shape)))
    }
    let given = DisputedGiven(
      contents: disputed, element: element, claimed: claimed, name: name,
      shape: disputed.tensor.shape)
    return judged(given, spec.initialWord(of: name, element: element))
  }

  /// A first value against what it is; nil where there is none.
  func judged(_ given: DisputedGiven, _ computed: UInt64?) -> Consequence {
    let claimed = given.claimed
    return judged(
      Pair(
        challenger: claimed.challenger == computed, defender: claimed.defender == computed),
      "element \(given.element) of \(given.contents.tensor.name) starts as "
        + "\(computed.map(bits) ?? "no number"); the challenger states "
        + "\(bits(claimed.challenger)), the defender \(bits(claimed.defender))", valueCount: 1)
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
      let example = try OpenedExample(leaf, proof, index: index, entries.spec)
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
