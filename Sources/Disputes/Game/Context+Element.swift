internal import AssayCryptography
internal import AssayEvidence
internal import AssayMerkle
public import AssaySpecification

// From a tensor to one value.
extension Context {
  /// The elements of a chunk on each side, and the first that differs.
  private func differing(
    _ search: TreeSearch, byteCount: Int, descriptor: Digest, of type: ElementType,
    _ answers: Pair<Answer>
  ) throws(Broken) -> (element: Int, claimed: Pair<UInt64>, agreed: [UInt64])? {
    let range = ChunkTree.range(ofChunk: search.index, byteCount: byteCount)
    let words = try both { party throws(DisputeError) -> [UInt64] in
      guard case .chunk(let bytes) = answers[party] else { throw .wrongKind }
      guard bytes.count == range.count else {
        throw .incomplete(reason: "the chunk has \(range.count) bytes, found \(bytes.count)")
      }
      let hash = Chunk.hash(
        bytes, index: search.index, byteCount: byteCount, descriptor: descriptor)
      guard hash == search.hashes[party] else {
        throw .opening(.rootMismatch(expected: search.hashes[party], found: hash))
      }
      return (0..<bytes.count / type.byteCount).map { Chunk.element(bytes, at: $0, type) }
    }
    let first = words.challenger.indices.first { words.challenger[$0] != words.defender[$0] }
    return first.map { place in
      (
        range.lowerBound / type.byteCount + place,
        Pair(challenger: words.challenger[place], defender: words.defender[place]),
        Array(words.challenger[..<place])
      )
    }
  }

  func compareChunks(
    _ disputed: DisputedContents, _ search: TreeSearch, _ answers: Pair<Answer>
  ) throws(Broken) -> Consequence {
    let tensor = disputed.tensor
    let found = try differing(
      search, byteCount: tensor.byteCount, descriptor: tensor.digest,
      of: tensor.elementType, answers)
    guard let found else { return .broken(Pair(both: nil)) }
    guard case .output(let step, let output) = disputed.contents else {
      return checkInitial(disputed, found.element, found.claimed)
    }
    let element = DisputedElement(
      contents: disputed,
      id: ElementID(step: step, output: output, element: found.element), claimed: found.claimed)
    switch entries.entries[output.entry] {
    case .frozen: return checkInitial(disputed, found.element, found.claimed)
    case .features(let microBatch), .targets(let microBatch):
      return .stage(.example(element, index: example(of: element, microBatch: microBatch).index))
    default: return .stage(.values(element))
    }
  }

  func compareValues(
    _ element: DisputedElement, _ answers: Pair<Answer>
  ) throws(Broken) -> Consequence {
    let id = element.id
    let descriptor = Chunk.descriptor(of: id)
    var count = 0
    let roots = try both { party throws(DisputeError) -> Digest in
      count = try program(of: id).count
      let (chunkCount, byteCount) = (ChunkTree.chunkCount(forByteCount: 8 * count), 8 * count)
      guard case .values(let root, let lastChunk, let proof) = answers[party] else {
        throw .wrongKind
      }
      let range = ChunkTree.range(ofChunk: chunkCount - 1, byteCount: byteCount)
      guard lastChunk.count == range.count, proof.treeSize == UInt64(chunkCount),
        proof.leafIndex == UInt64(chunkCount - 1)
      else { throw .incomplete(reason: "the proof is not for the last of \(count) values") }
      do throws(MerkleError) {
        try proof.verify(
          leafHash: Chunk.hash(
            lastChunk, index: chunkCount - 1, byteCount: byteCount, descriptor: descriptor),
          root: root)
      } catch { throw .opening(error) }
      let last = Chunk.word(lastChunk, at: range.count / 8 - 1, size: 8)
      guard last == element.claimed[party] else {
        throw .mismatch(
          field: "the last of the element's values", expected: bits(element.claimed[party]),
          found: bits(last))
      }
      return root
    }
    let disputed = DisputedValues(element: element, count: count, roots: roots)
    let search = TreeSearch(
      .contents(.values(id)), leafCount: ChunkTree.chunkCount(forByteCount: 8 * count),
      roots: roots)
    return found(search, then: { .valueChunk(disputed, $0) }, else: { .value(disputed, $0) })
  }

  func compareValueChunks(
    _ disputed: DisputedValues, _ search: TreeSearch, _ answers: Pair<Answer>
  ) throws(Broken) -> Consequence {
    let found = try differing(
      search, byteCount: 8 * disputed.count,
      descriptor: Chunk.descriptor(of: disputed.element.id), of: .int64, answers)
    guard let found else { return .broken(Pair(both: nil)) }
    return .stage(
      .inputs(
        DisputedValue(
          values: disputed, index: found.element, claimed: found.claimed, agreed: found.agreed)))
  }

  /// The program of a disputed element.
  private func program(
    of id: ElementID, countedRows: Int = 0
  ) throws(DisputeError) -> ElementProgram {
    guard
      let program = entries.program(
        of: id.output, element: id.element, step: id.step, countedRows: countedRows)
    else { throw .noSuchElement(index: id.output.entry, count: entries.entries.count) }
    return program
  }

  func checkInputs(
    _ disputed: DisputedValue, _ answers: Pair<Answer>
  ) throws(Broken) -> Consequence {
    let computed = try both { party throws(DisputeError) -> UInt64 in
      guard case .inputs(let inputs) = answers[party] else { throw .wrongKind }
      let reader = try OpenedReader(inputs, disputed, party, entries, self)
      return try program(of: disputed.values.element.id, countedRows: reader.countedRows)
        .value(at: disputed.index, reader)
    }
    return judged(
      Pair(
        challenger: computed.challenger == disputed.claimed.challenger,
        defender: computed.defender == disputed.claimed.defender),
      "value \(disputed.index) of \(disputed.values.count) is "
        + "\(bits(computed.challenger)); the challenger states "
        + "\(bits(disputed.claimed.challenger)), the defender "
        + "\(bits(disputed.claimed.defender))", valueCount: 1)
  }

  /// A value's bits and what they are: a float32, or in integer numerics a whole number.
  func bits(_ word: UInt64) -> String {
    if entries.spec.numerics == .integer { return "\(Int64(bitPattern: word))" }
    let digits = String(word, radix: 16)
    let padded = String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    return word >> 32 == 0 ? "\(Float(bitPattern: UInt32(word))) (\(padded))" : padded
  }
}

/// What was opened to the referee: tensors by their chunks, under roots that both agree on.
private struct OpenedReader: ScalarReader {
  private let chunks: [StepEntries.OutputID: [Int: [UInt8]]]
  private let valueChunks: [Int: [UInt8]]
  private let disputed: DisputedValue
  private let entries: StepEntries
  private let example: OpenedInputs.Example?
  /// Rows of the step that count; 0 where no label is ignored.
  let countedRows: Int

  private var entry: Int { disputed.values.element.id.output.entry }

  init(
    _ inputs: OpenedInputs, _ disputed: DisputedValue, _ party: Party, _ entries: StepEntries,
    _ context: Context
  ) throws(DisputeError) {
    self.disputed = disputed
    self.entries = entries
    let id = disputed.values.element.id
    var roots: [Int: [Digest]] = [:]
    if let proof = inputs.proof {
      guard let step = disputed.values.element.contents.entries else { throw .wrongKind }
      let places = inputs.records.map(\.place)
      guard places.allSatisfy({ $0 < id.output.entry }) else {
        throw .incomplete(reason: "an entry that the operator does not read was opened")
      }
      try context.check(
        proof, places, size: entries.entries.count, leaves: inputs.records.map(\.leafHash),
        root: step.roots[party])
      for record in inputs.records { roots[record.place] = record.roots }
    }
    countedRows = try Self.countedRows(inputs, before: id.output.entry, entries)
    example = inputs.example
    var chunks: [StepEntries.OutputID: [Int: [UInt8]]] = [:]
    for chunk in inputs.chunks {
      guard let known = roots[chunk.output.entry], known.indices.contains(chunk.output.slot)
      else { throw .incomplete(reason: "a chunk's tensor has no root") }
      let buffers = entries.outputs(of: chunk.output.entry)
      guard buffers.indices.contains(chunk.output.slot) else {
        throw .incomplete(reason: "entry \(chunk.output.entry) has no such output")
      }
      let tensor = entries.description(of: buffers[chunk.output.slot])
      let index = try Self.check(
        chunk, byteCount: tensor.byteCount, descriptor: tensor.digest,
        root: known[chunk.output.slot])
      chunks[chunk.output, default: [:]][index] = chunk.bytes
    }
    self.chunks = chunks
    var values: [Int: [UInt8]] = [:]
    for chunk in inputs.values {
      let index = try Self.check(
        chunk, byteCount: 8 * disputed.values.count, descriptor: Chunk.descriptor(of: id),
        root: disputed.values.roots[party])
      values[index] = chunk.bytes
    }
    valueChunks = values
  }

  /// What both have agreed on in the entry `counts`.
  private static func countedRows(
    _ inputs: OpenedInputs, before entry: Int, _ entries: StepEntries
  ) throws(DisputeError) -> Int {
    guard let counts = entries.countsEntry, counts < entry else { return 0 }
    let record = inputs.proof == nil ? nil : inputs.records.first { $0.place == counts }
    guard let record, record.numbers.count == 1 else {
      throw .incomplete(reason: "how many rows count is missing")
    }
    return Int(record.numbers[0])
  }

  func countedRows(ofExample position: Int) throws(DisputeError) -> Int {
    let batch = entries.spec.batchOrder.batch(step: disputed.values.element.id.step)
    guard batch.indices.contains(position), let ignored = entries.spec.model.ignoredLabel else {
      throw .noSuchElement(index: position, count: batch.count)
    }
    guard let example else { throw .incomplete(reason: "example \(batch[position]) is missing") }
    return try OpenedExample(
      example.leaf, example.proof, index: batch[position], entries.spec
    ).countedRows(ignoring: ignored)
  }

  /// Checks a chunk's proof and returns its place.
  private static func check(
    _ chunk: OpenedInputs.Chunk, byteCount: Int, descriptor: Digest, root: Digest
  ) throws(DisputeError) -> Int {
    let count = ChunkTree.chunkCount(forByteCount: byteCount)
    guard chunk.proof.treeSize == UInt64(count), chunk.proof.leafIndex < UInt64(count) else {
      throw .incomplete(reason: "a chunk's proof is not for one of \(count) chunks")
    }
    let index = Int(chunk.proof.leafIndex)
    let range = ChunkTree.range(ofChunk: index, byteCount: byteCount)
    guard chunk.bytes.count == range.count else {
      throw .incomplete(reason: "the chunk has \(range.count) bytes, found \(chunk.bytes.count)")
    }
    do throws(MerkleError) {
      try chunk.proof.verify(
        leafHash: Chunk.hash(
          chunk.bytes, index: index, byteCount: byteCount, descriptor: descriptor), root: root)
    } catch { throw .opening(error) }
    return index
  }

  func input(_ buffer: BufferID, _ element: Int) throws(DisputeError) -> UInt64 {
    let declaration = entries.program.declaration(of: buffer)
    guard (0..<declaration.shape.elementCount).contains(element) else {
      throw .noSuchElement(index: element, count: declaration.shape.elementCount)
    }
    switch entries.source(of: buffer, before: entry) {
    case .zeros: return 0
    case .constant(let values): return UInt64(values[element].bitPattern)
    case .output(let output):
      let size = declaration.elementType.byteCount
      let (index, place) = (element * size).quotientAndRemainder(
        dividingBy: ChunkTree.chunkByteCount)
      guard let bytes = chunks[output]?[index] else {
        throw .incomplete(reason: "chunk \(index) of \(declaration.name) is missing")
      }
      return Chunk.element(bytes, at: place / size, declaration.elementType)
    }
  }

  func value(_ index: Int) throws(DisputeError) -> UInt64 {
    guard (0..<disputed.index).contains(index) else {
      throw .noSuchElement(index: index, count: disputed.index)
    }
    let first = disputed.index - disputed.agreed.count
    if index >= first { return disputed.agreed[index - first] }
    let (chunk, place) = (8 * index).quotientAndRemainder(dividingBy: ChunkTree.chunkByteCount)
    guard let bytes = valueChunks[chunk] else {
      throw .incomplete(reason: "value \(index) is missing")
    }
    return Chunk.word(bytes, at: place / 8, size: 8)
  }
}

extension Chunk {
  /// Element `index` of a chunk as a value: a float32's bits, or a whole number.
  public static func element(_ bytes: [UInt8], at index: Int, _ type: ElementType) -> UInt64 {
    let word = word(bytes, at: index, size: type.byteCount)
    switch type {
    case .float32, .uint8, .int64: return word
    case .int32: return UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: word)))
    case .int8: return UInt64(bitPattern: Int64(Int8(truncatingIfNeeded: word)))
    }
  }
}
