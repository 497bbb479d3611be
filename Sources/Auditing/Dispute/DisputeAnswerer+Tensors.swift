internal import AssayCryptography
internal import AssayDisputes
internal import AssayMerkle
internal import AssaySpecification
internal import AssayTraining

// Tensors, and the values that their elements come from.
extension DisputeAnswerer {
  func chunk(_ index: Int, of bytes: [UInt8]) -> [UInt8] {
    Array(bytes[ChunkTree.range(ofChunk: index, byteCount: bytes.count)])
  }

  func descriptor(of id: ContentsID) -> Digest {
    switch id {
    case .initial(let tensor): history.entries.layout.tensors[tensor].digest
    case .output(_, let output):
      history.entries.description(
        of: history.entries.outputs(of: output.entry)[output.slot]
      ).digest
    case .values(let id): Chunk.descriptor(of: id)
    }
  }

  func bytes(of id: ContentsID) throws(AuditingError) -> [UInt8] {
    if let contents, contents.id == id { return contents.bytes }
    let bytes: [UInt8]
    switch id {
    case .initial(let tensor): bytes = try state(ofRecord: 0).contents[tensor]
    case .output(let number, let output):
      let before = try records(of: number).before
      bytes = try AuditingError.onTraining { () throws(TrainingError) in
        try history.contents(of: output, after: before)
      }
    case .values(let id):
      bytes = ModelState.littleEndianBytes(
        try values(of: id).values.map(Int64.init(bitPattern:)), as: .int64)
    }
    contents = (id, bytes)
    return bytes
  }

  private func values(
    of id: ElementID
  ) throws(AuditingError) -> (program: ElementProgram, values: [UInt64]) {
    if let element, element.id == id { return (element.program, element.values) }
    let stated = try statedValue(of: id)
    let before = try records(of: id.step).before
    let found = try history.values(of: id.output, element: id.element, after: before)
    // The party stands by what it has stated, even where something else is computed.
    let values = found.values.dropLast() + [stated]
    element = (id, found.program, Array(values))
    return (found.program, Array(values))
  }

  private func statedValue(of id: ElementID) throws(AuditingError) -> UInt64 {
    let entries = history.entries
    guard entries.entries[id.output.entry] != .counts else {
      return UInt64(try records(of: id.step).records[id.output.entry].numbers[0])
    }
    let buffer = entries.outputs(of: id.output.entry)[id.output.slot]
    return Chunk.element(
      try bytes(of: .output(step: id.step, id.output)), at: id.element,
      entries.description(of: buffer).elementType)
  }

  func inputs(of id: ElementID, value: Int) throws(AuditingError) -> OpenedInputs {
    let (program, values) = try values(of: id)
    let (before, records) = try records(of: id.step)
    try AuditingError.onTraining { () throws(TrainingError) in
      try history.run(after: before, entryCount: id.output.entry)
    }
    let reader = TracedReader(history)
    reader.values = values
    try AuditingError.onDispute { () throws(DisputeError) in
      _ = try program.value(at: value, reader)
    }
    var chunks: [OpenedInputs.Chunk] = []
    var places: Set<Int> = []
    let sources = reader.read.compactMap { buffer, indices in
      history.entries.output(of: buffer, before: id.output.entry).map { ($0, buffer, indices) }
    }.sorted { ($0.0.entry, $0.0.slot) < ($1.0.entry, $1.0.slot) }
    for (output, buffer, indices) in sources {
      let tensor = history.entries.description(of: buffer)
      let bytes = try reader.contents(of: buffer)
      // SAFETY: bytes have no padding.
      let tree = StoredTree(
        leafHashes: ChunkTree.leafHashes(
          of: unsafe bytes.span.bytes, descriptor: tensor.digest))
      places.insert(output.entry)
      let read = Set(indices.map { $0 * tensor.elementType.byteCount / ChunkTree.chunkByteCount })
      for index in read.sorted() {
        chunks.append(
          OpenedInputs.Chunk(
            output: output, bytes: chunk(index, of: bytes),
            proof: tree.inclusionProof(forLeaf: index)))
      }
    }
    if let counts = history.entries.countsEntry, counts < id.output.entry {
      places.insert(counts)
    }
    let sorted = places.sorted()
    let proof =
      sorted.isEmpty ? nil : try tree(.entries(step: id.step)).multiProof(forLeaves: sorted)
    return OpenedInputs(
      records: sorted.map { records[$0] }, proof: proof, chunks: chunks,
      values: try valueChunks(id, read: reader.readValues, before: value),
      example: reader.readExample.map {
        example(spec.batchOrder.batch(step: id.step)[$0])
      })
  }

  /// The chunks of values that are read, but for the one that was opened last.
  private func valueChunks(
    _ id: ElementID, read: Set<Int>, before value: Int
  ) throws(AuditingError) -> [OpenedInputs.Chunk] {
    let perChunk = ChunkTree.chunkByteCount / 8
    let needed = Set(read.map { $0 / perChunk }).subtracting([value / perChunk])
    let bytes = try bytes(of: .values(id))
    let tree = try tree(.contents(.values(id)))
    return needed.sorted().map { index in
      OpenedInputs.Chunk(
        output: StepEntries.OutputID(entry: 0, slot: 0), bytes: chunk(index, of: bytes),
        proof: tree.inclusionProof(forLeaf: index))
    }
  }
}
