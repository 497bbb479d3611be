public import AssayCryptography
public import AssayMerkle
public import AssaySpecification
public import AssayWire

/// What a party says to a question, case by case as `Question` asks.
///
/// Bytes: a number for the case (1), then its parts, each with a count or length before it.
public enum Answer: Hashable, Sendable {
  case records([TraceRecord], MultiProof)
  /// The root over the steps' records, the last one's sum of losses, and the proof that the first
  /// and the last record are what they must be.
  case steps(root: Digest, lossSum: UInt32, MultiProof)
  /// The root over the entries, and the proof that the last one is what it must be.
  case entries(root: Digest, InclusionProof)
  case nodes([Digest])
  case leaves([[UInt8]], MultiProof)
  case chunk([UInt8])
  /// The root over the values and the last chunk, whose last value is the element.
  case values(root: Digest, lastChunk: [UInt8], InclusionProof)
  case inputs(OpenedInputs)
  case example([UInt8], InclusionProof)
  /// The entries' records, and the four bytes of the loss.
  case ending([EntryRecord], MultiProof, loss: [UInt8])
  case roots([Digest])
  /// The bytes of the weights file, the root over its records, the first and the last of them, and
  /// the proof that they are.
  case weights(byteCount: UInt64, root: Digest, [[UInt8]], MultiProof)

  /// The most bytes of an answer.
  public static let byteCountLimit = 480 << 10
}

/// All that one value is computed from.
public struct OpenedInputs: Hashable, Sendable {
  /// The entries' records that hold the roots of the tensors, ascending, with their proof; none
  /// where no tensor is read.
  public let records: [EntryRecord]
  /// That the records are in the list; nil where there are none.
  public let proof: MultiProof?
  /// Chunks of tensors.
  public let chunks: [Chunk]
  /// Chunks of the list of values.
  public let values: [Chunk]
  /// The example whose rows are counted.
  public let example: Example?

  /// An example with its proof.
  public struct Example: Hashable, Sendable {
    /// The leaf's bytes.
    public let leaf: [UInt8]
    /// That it is in the data.
    public let proof: InclusionProof

    /// An example of the data.
    public init(leaf: [UInt8], proof: InclusionProof) {
      self.leaf = leaf
      self.proof = proof
    }
  }

  /// A chunk with its proof.
  public struct Chunk: WireCodable, Hashable, Sendable {
    /// The tensor; zeros for the list of values.
    public let output: StepEntries.OutputID
    /// The contents of the chunk, as they are hashed.
    public let bytes: [UInt8]
    /// That the chunk is in the tree of its tensor.
    public let proof: InclusionProof

    /// A chunk of an output.
    public init(output: StepEntries.OutputID, bytes: [UInt8], proof: InclusionProof) {
      self.output = output
      self.bytes = bytes
      self.proof = proof
    }

    public func encode(to writer: inout WireWriter) {
      writer.write(UInt32(output.entry))
      writer.write(UInt32(output.slot))
      writer.write(lengthPrefixed: bytes)
      proof.encode(to: &writer)
    }

    public init(decoding reader: inout WireReader) throws(WireError) {
      output = StepEntries.OutputID(
        entry: Int(try reader.readUInt32()), slot: Int(try reader.readUInt32()))
      bytes = try reader.readLengthPrefixed(limit: ChunkTree.chunkByteCount)
      proof = try InclusionProof(decoding: &reader)
    }
  }

  /// Puts openings together; nothing is checked here.
  public init(
    records: [EntryRecord], proof: MultiProof?, chunks: [Chunk], values: [Chunk],
    example: Example? = nil
  ) {
    self.records = records
    self.proof = proof
    self.chunks = chunks
    self.values = values
    self.example = example
  }
}

extension Answer: WireCodable {
  public func encode(to writer: inout WireWriter) {
    switch self {
    case .records(let records, let proof):
      writer.write(1 as UInt8)
      writer.write(list: records.map(\.bytes))
      proof.encode(to: &writer)
    case .steps(let root, let sum, let proof):
      writer.write(2 as UInt8)
      root.encode(to: &writer)
      writer.write(sum)
      proof.encode(to: &writer)
    case .entries(let root, let proof):
      writer.write(3 as UInt8)
      root.encode(to: &writer)
      proof.encode(to: &writer)
    case .nodes(let nodes):
      writer.write(4 as UInt8)
      writer.write(list: nodes.map(\.bytes))
    case .leaves(let leaves, let proof):
      writer.write(5 as UInt8)
      writer.write(list: leaves)
      proof.encode(to: &writer)
    case .chunk(let bytes):
      writer.write(6 as UInt8)
      writer.write(lengthPrefixed: bytes)
    case .values(let root, let lastChunk, let proof):
      writer.write(7 as UInt8)
      root.encode(to: &writer)
      writer.write(lengthPrefixed: lastChunk)
      proof.encode(to: &writer)
    case .inputs(let inputs):
      writer.write(8 as UInt8)
      writer.write(list: inputs.records.map(\.encoded))
      inputs.proof?.encode(to: &writer)
      writer.write(list: inputs.chunks.map(\.encoded))
      writer.write(list: inputs.values.map(\.encoded))
      writer.write(UInt8(inputs.example == nil ? 0 : 1))
      if let example = inputs.example {
        writer.write(lengthPrefixed: example.leaf)
        example.proof.encode(to: &writer)
      }
    case .example(let leaf, let proof):
      writer.write(9 as UInt8)
      writer.write(lengthPrefixed: leaf)
      proof.encode(to: &writer)
    case .ending(let records, let proof, let loss):
      writer.write(10 as UInt8)
      writer.write(list: records.map(\.encoded))
      proof.encode(to: &writer)
      writer.write(lengthPrefixed: loss)
    case .roots(let roots):
      writer.write(11 as UInt8)
      writer.write(list: roots.map(\.bytes))
    case .weights(let byteCount, let root, let leaves, let proof):
      writer.write(12 as UInt8)
      writer.write(byteCount)
      root.encode(to: &writer)
      writer.write(list: leaves)
      proof.encode(to: &writer)
    }
  }

  public init(decoding reader: inout WireReader) throws(WireError) {
    switch try reader.readUInt8() {
    case 1:
      let records = try reader.readList { bytes throws(WireError) in
        do throws(SpecificationError) { return try TraceRecord(decoding: bytes) } catch {
          throw .notCanonical("\(error)")
        }
      }
      self = .records(records, try MultiProof(decoding: &reader))
    case 2:
      self = .steps(
        root: try Digest(decoding: &reader), lossSum: try reader.readUInt32(),
        try MultiProof(decoding: &reader))
    case 3:
      self = .entries(
        root: try Digest(decoding: &reader), try InclusionProof(decoding: &reader))
    case 4: self = .nodes(try reader.readList(of: Digest.self))
    case 5:
      self = .leaves(
        try reader.readList { bytes throws(WireError) in bytes },
        try MultiProof(decoding: &reader))
    case 6: self = .chunk(try reader.readLengthPrefixed(limit: ChunkTree.chunkByteCount))
    case 7:
      self = .values(
        root: try Digest(decoding: &reader),
        lastChunk: try reader.readLengthPrefixed(limit: ChunkTree.chunkByteCount),
        try InclusionProof(decoding: &reader))
    case 8:
      let records = try reader.readList(of: EntryRecord.self)
      self = .inputs(
        OpenedInputs(
          records: records, proof: records.isEmpty ? nil : try MultiProof(decoding: &reader),
          chunks: try reader.readList(of: OpenedInputs.Chunk.self),
          values: try reader.readList(of: OpenedInputs.Chunk.self),
          example: try reader.readExample()))
    case 9:
      self = .example(
        try reader.readLengthPrefixed(limit: Self.byteCountLimit),
        try InclusionProof(decoding: &reader))
    case 10:
      self = .ending(
        try reader.readList(of: EntryRecord.self), try MultiProof(decoding: &reader),
        loss: try reader.readLengthPrefixed(limit: 4))
    case 11: self = .roots(try reader.readList(of: Digest.self))
    case 12:
      self = .weights(
        byteCount: try reader.readUInt64(), root: try Digest(decoding: &reader),
        try reader.readList { bytes throws(WireError) in bytes },
        try MultiProof(decoding: &reader))
    case let kind: throw .notCanonical("no answer has the number \(kind)")
    }
  }
}

extension WireWriter {
  /// Writes a count and byte strings, each with its length.
  fileprivate mutating func write(list: [[UInt8]]) {
    write(UInt32(list.count))
    for element in list { write(lengthPrefixed: element) }
  }
}

extension WireReader {
  /// Reads what `write(list:)` writes.
  fileprivate mutating func readList<Element>(
    _ decode: ([UInt8]) throws(WireError) -> Element
  ) throws(WireError) -> [Element] {
    let count = try readCount(limit: 1 << 17, elementByteCount: 4)
    var elements: [Element] = []
    for _ in 0..<count {
      elements.append(try decode(try readLengthPrefixed(limit: Answer.byteCountLimit)))
    }
    return elements
  }

  fileprivate mutating func readExample() throws(WireError) -> OpenedInputs.Example? {
    switch try readUInt8() {
    case 0: return nil
    case 1:
      return OpenedInputs.Example(
        leaf: try readLengthPrefixed(limit: Answer.byteCountLimit),
        proof: try InclusionProof(decoding: &self))
    case let found: throw .notCanonical("expected 0 or 1 examples, found \(found)")
    }
  }

  fileprivate mutating func readList<Element: WireCodable>(
    of type: Element.Type
  ) throws(WireError) -> [Element] {
    try readList { bytes throws(WireError) in try Element(decoding: bytes) }
  }
}
