internal import AssayAlgebra
internal import AssayWire

/// The container of iden3's binary files: a magic word, a version, and sections in any order, each
/// with its type and size.
struct SectionedFile {
  private var sections: [Int: [[UInt8]]] = [:]

  /// Cuts a file into its sections; their sizes must add up to the file's.
  init(_ bytes: [UInt8], magic: String, version: Int) throws(RankOneError) {
    do throws(WireError) {
      var reader = WireReader(bytes)
      let found = try reader.readBytes(count: 4)
      guard found == Array(magic.utf8) else { throw .notCanonical(magic) }
      let foundVersion = Int(try reader.readUInt32())
      guard foundVersion == version else { throw .tooLong(limit: version, found: foundVersion) }
      // A section takes 12 bytes at least, so their number is bounded by the file's size.
      for _ in 0..<(try reader.readCount(limit: Int(UInt32.max), elementByteCount: 12)) {
        let type = Int(try reader.readUInt32())
        let size = try reader.readUInt64()
        guard size <= UInt64(reader.remaining) else {
          throw .truncated(needed: Int(clamping: size), available: reader.remaining)
        }
        sections[type, default: []].append(try reader.readBytes(count: Int(size)))
      }
      try reader.finish()
    } catch {
      switch error {
      case .notCanonical: throw .magic(expected: magic)
      case .tooLong(let expected, let found): throw .version(expected: expected, found: found)
      default: throw .wire(error)
      }
    }
  }

  /// The only section of a type.
  func section(_ type: Int) throws(RankOneError) -> [UInt8] {
    let found = sections[type] ?? []
    guard found.count == 1 else { throw .sectionCount(type: type, found: found.count) }
    return found[0]
  }

  /// All sections of a type.
  func all(_ type: Int) -> [[UInt8]] { sections[type] ?? [] }

  /// Writes sections in the order in which they are given.
  static func bytes(
    magic: String, version: Int, sections: [(type: Int, bytes: [UInt8])]
  ) -> [UInt8] {
    var writer = WireWriter()
    writer.write(raw: Array(magic.utf8))
    writer.write(UInt32(version))
    writer.write(UInt32(sections.count))
    for section in sections {
      writer.write(UInt32(section.type))
      writer.write(UInt64(section.bytes.count))
      writer.write(raw: section.bytes)
    }
    return writer.bytes
  }
}

/// Reads a section to its end.
struct SectionReader {
  private let bytes: [UInt8]
  private let type: Int
  private var position = 0
  /// The words of the element that is read.
  private var words: [UInt64] = []

  init(_ bytes: [UInt8], type: Int) {
    self.bytes = bytes
    self.type = type
  }

  mutating func integer() throws(RankOneError) -> Int {
    Int(truncatingIfNeeded: try word(byteCount: 4))
  }

  mutating func longInteger() throws(RankOneError) -> UInt64 {
    try word(byteCount: 8)
  }

  /// The size of an element and the prime, which must be the field's.
  mutating func field<F: BaseField>(_ field: F.Type) throws(RankOneError) {
    guard try integer() == F.byteCount else { throw .prime }
    try require(F.byteCount)
    guard bytes[position..<position + F.byteCount].elementsEqual(F.primeBytes) else {
      throw .prime
    }
    position += F.byteCount
  }

  /// As many elements as are asked for.
  mutating func elements<F: Field>(_ count: Int, as field: F.Type) throws(RankOneError) -> [F] {
    try require(count * F.byteCount)
    var elements: [F] = []
    elements.reserveCapacity(count)
    for place in 0..<count { elements.append(try element(place: place)) }
    return elements
  }

  /// A linear combination: the number of its terms, and for each a wire and a coefficient.
  ///
  /// `place` counts the coefficients of the section.
  mutating func terms<F: Field>(
    of field: F.Type, place: inout Int
  ) throws(RankOneError) -> [SparseMatrix<F>.Entry] {
    let count = try integer()
    try require(count * (4 + F.byteCount))
    var terms: [SparseMatrix<F>.Entry] = []
    terms.reserveCapacity(count)
    for _ in 0..<count {
      let wire = try integer()
      terms.append(.init(wire, try element(place: place)))
      place += 1
    }
    return terms
  }

  private mutating func element<F: Field>(place: Int) throws(RankOneError) -> F {
    words.removeAll(keepingCapacity: true)
    for _ in 0..<F.byteCount / 8 { words.append(try word(byteCount: 8)) }
    guard let element = F(canonicalWords: words[...]) else {
      throw .notReduced(section: type, place: place)
    }
    return element
  }

  func finish() throws(RankOneError) {
    guard position == bytes.count else {
      throw .sectionSize(type: type, expected: position, found: bytes.count)
    }
  }

  private func require(_ count: Int) throws(RankOneError) {
    guard count <= bytes.count - position else {
      throw .wire(.truncated(needed: count, available: bytes.count - position))
    }
  }

  private mutating func word(byteCount: Int) throws(RankOneError) -> UInt64 {
    try require(byteCount)
    var word: UInt64 = 0
    for index in 0..<byteCount {
      word |= UInt64(bytes[position + index]) << UInt64(8 * index)
    }
    position += byteCount
    return word
  }
}

extension BaseField {
  /// The prime as an integer of `byteCount` bytes: −1 is even, so p differs from it in one bit.
  static var primeBytes: [UInt8] {
    var bytes = Self(-1).canonicalBytes
    bytes[0] |= 1
    return bytes
  }
}
