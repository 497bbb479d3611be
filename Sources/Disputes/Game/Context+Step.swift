public import AssayCryptography
internal import AssayEvidence
internal import AssayMerkle
internal import AssaySpecification
internal import AssayWire

// From a step to one tensor.
extension Context {
  private var size: Int { entries.entries.count }

  func compareEntries(
    _ step: DisputedStep, _ answers: Pair<Answer>
  ) throws(Broken) -> Consequence {
    let roots = try both { party throws(DisputeError) -> Digest in
      guard case .entries(let root, let proof) = answers[party] else { throw .wrongKind }
      guard proof.leafIndex == UInt64(size - 1), proof.treeSize == UInt64(size) else {
        throw .incomplete(reason: "the proof is not for the last of \(size) entries")
      }
      let after = step.after[party]
      let last = EntryRecord(
        place: size - 1, roots: [after.stateRoot], numbers: [after.lossSum])
      do throws(MerkleError) {
        try proof.verify(leafHash: last.leafHash, root: root)
      } catch { throw .opening(error) }
      return root
    }
    let search = TreeSearch(.entries(step: step.step), leafCount: size, roots: roots)
    return found(search, then: { .entryLeaf(DisputedEntries(step: step, roots: roots), $0.index) })
    {
      .entry(DisputedEntries(step: step, roots: roots), $0)
    }
  }

  func compareEntry(
    _ disputed: DisputedEntries, _ entry: Int, _ answers: Pair<Answer>
  ) throws(Broken) -> Consequence {
    let outputs = entries.outputs(of: entry)
    let kind = entries.entries[entry]
    let records = try both { party throws(DisputeError) -> EntryRecord in
      let leaves = try leaves(
        answers[party], [entry], size: size, root: disputed.roots[party])
      let record: EntryRecord
      do throws(WireError) { record = try EntryRecord(decoding: leaves[0]) } catch {
        throw .malformed(error)
      }
      let rootCount = kind == .end ? 1 : outputs.count
      let numberCount = kind == .end || kind == .counts ? 1 : kind == .scalars ? 3 : 0
      guard record.place == entry, record.roots.count == rootCount,
        record.numbers.count == numberCount
      else {
        throw .incomplete(
          reason: "entry \(entry) has \(rootCount) roots and \(numberCount) numbers, found "
            + "\(record.roots.count) and \(record.numbers.count)")
      }
      return record
    }
    switch kind {
    case .scalars:
      let numbers = entries.scalarNumbers(step: disputed.step.step)
      return judged(
        Pair(
          challenger: records.challenger.numbers == numbers,
          defender: records.defender.numbers == numbers),
        "the learning rate and the corrections of step \(disputed.step.step) follow from the spec")
    case .state:
      func isTrue(_ record: EntryRecord) -> Bool {
        StateCommitment(
          step: disputed.step.before.step, layout: entries.layout, contentsRoots: record.roots
        ).root == disputed.step.before.stateRoot
      }
      return judged(
        Pair(
          challenger: isTrue(records.challenger), defender: isTrue(records.defender)),
        "the roots of the tensors lead to the state that both had agreed on, or not")
    case .end: return .stage(.ending(disputed))
    case .counts:
      let output = StepEntries.OutputID(entry: entry, slot: 0)
      let contents = DisputedContents(
        entries: disputed, contents: .output(step: disputed.step.step, output),
        tensor: TensorDescription(
          name: "rows that count", elementType: .int32,
          shape: entries.program.declaration(of: entries.program.loss).shape),
        roots: disputed.roots)
      return .stage(
        .values(
          DisputedElement(
            contents: contents,
            id: ElementID(step: disputed.step.step, output: output, element: 0),
            claimed: Pair(
              challenger: UInt64(records.challenger.numbers[0]),
              defender: UInt64(records.defender.numbers[0])))))
    case .frozen, .features, .targets, .instruction:
      let slot = outputs.indices.first {
        records.challenger.roots[$0] != records.defender.roots[$0]
      }
      guard let slot else { return .broken(Pair(both: nil)) }
      let contents = DisputedContents(
        entries: disputed,
        contents: .output(
          step: disputed.step.step, StepEntries.OutputID(entry: entry, slot: slot)),
        tensor: entries.description(of: outputs[slot]),
        roots: Pair(
          challenger: records.challenger.roots[slot], defender: records.defender.roots[slot]))
      return search(contents)
    }
  }

  /// Begins to search a tensor's chunks.
  func search(_ contents: DisputedContents) -> Consequence {
    let search = TreeSearch(
      .contents(contents.contents),
      leafCount: ChunkTree.chunkCount(forByteCount: contents.tensor.byteCount),
      roots: contents.roots)
    return found(search, then: { .chunk(contents, $0) }, else: { .contents(contents, $0) })
  }

  func checkEnding(
    _ disputed: DisputedEntries, _ answers: Pair<Answer>
  ) throws(Broken) -> Consequence {
    let writers = entries.finalWriters
    let places = Set(writers.map(\.entry)).sorted()
    let ends = try both { party throws(DisputeError) -> StepRecord in
      guard case .ending(let records, let proof, let loss) = answers[party] else {
        throw .wrongKind
      }
      try check(
        proof, places, size: size, leaves: records.map(\.leafHash), root: disputed.roots[party])
      var roots: [Digest] = []
      for writer in writers {
        guard let record = records.first(where: { $0.place == writer.entry }),
          record.roots.indices.contains(writer.slot)
        else { throw .incomplete(reason: "the root of entry \(writer.entry) is missing") }
        roots.append(record.roots[writer.slot])
      }
      guard loss.count == 4, let lossRoot = roots.popLast() else {
        throw .incomplete(reason: "a loss has 4 bytes, found \(loss.count)")
      }
      let hash = Chunk.hash(
        loss, index: 0, byteCount: 4,
        descriptor: entries.description(of: entries.program.loss).digest)
      guard hash == lossRoot else {
        throw .opening(.rootMismatch(expected: lossRoot, found: hash))
      }
      let before = disputed.step.before
      let bits = Chunk.word(loss, at: 0, size: 4)
      let sum =
        Float(bitPattern: before.lossSum) + Float(bitPattern: UInt32(truncatingIfNeeded: bits))
      let state = StateCommitment(
        step: before.step + 1, layout: entries.layout, contentsRoots: roots)
      return StepRecord(
        step: state.step, stateRoot: state.root,
        lossSum: ScalarFunctions.canonical(sum).bitPattern)
    }
    return judged(
      Pair(
        challenger: ends.challenger == disputed.step.after.challenger,
        defender: ends.defender == disputed.step.after.defender),
      "all operators wrote the same; the state and the loss that follow from what they wrote are "
        + "\(ends.challenger.stateRoot) and \(Float(bitPattern: ends.challenger.lossSum)) in all",
      valueCount: 1)
  }
}

extension StepEntries {
  /// The numbers of the entry `scalars`.
  public func scalarNumbers(step: UInt64) -> [UInt32] {
    let scalars = spec.scalars(step: step)
    return [
      scalars.learningRate, scalars.firstMomentCorrection, scalars.secondMomentCorrectionRoot,
    ].map(\.bitPattern)
  }
}

/// Chunks of tensors and of lists of values.
public enum Chunk {
  /// The leaf hash of a chunk.
  static func hash(
    _ bytes: [UInt8], index: Int, byteCount: Int, descriptor: Digest
  ) -> Digest {
    // SAFETY: bytes have no padding.
    ChunkTree.leafHash(
      ofChunk: unsafe bytes.span.bytes, index: UInt64(index), totalByteCount: UInt64(byteCount),
      descriptor: descriptor)
  }

  /// The little-endian number of `size` bytes at element `index`, zero-extended.
  ///
  /// - Precondition: the bytes hold it.
  static func word(_ bytes: [UInt8], at index: Int, size: Int) -> UInt64 {
    (0..<size).reduce(0) { word, byte in
      word | UInt64(bytes[index * size + byte]) << UInt64(8 * byte)
    }
  }

  /// What the chunks of a list of values are bound to.
  public static func descriptor(of element: ElementID) -> Digest {
    SHA256.digest(domain: "assay.dispute.values.v1", [Question.values(element).encoded])
  }
}
