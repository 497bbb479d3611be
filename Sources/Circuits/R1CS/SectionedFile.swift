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
  private var reader: WireReader
  private let type: Int
  private let byteCount: Int

  init(_ bytes: [UInt8], type: Int) {
    reader = WireReader(bytes)
    byteCount = bytes.count
    self.type = type
  }

  mutating func integer() throws(RankOneError) -> Int {
    do { return Int(try reader.readUInt32()) } catch { throw .wire(error) }
  }

  mutating func longInteger() throws(RankOneError) -> UInt64 {
    do { return try reader.readUInt64() } catch { throw .wire(error) }
  }

  /// The size of an element and the prime, which must be the field's.
  mutating func field<F: BaseField>(_ field: F.Type) throws(RankOneError) {
    guard try integer() == F.byteCount else { throw .prime }
    let prime: [UInt8]
    do { prime = try reader.readBytes(count: F.byteCount) } catch { throw .wire(error) }
    guard prime == F.primeBytes else { throw .prime }
  }

  /// An element; `place` is its number for the error.
  mutating func element<F: Field>(_ field: F.Type, place: Int) throws(RankOneError) -> F {
    let bytes: [UInt8]
    do { bytes = try reader.readBytes(count: F.byteCount) } catch { throw .wire(error) }
    guard let element = F(canonicalBytes: bytes) else {
      throw .notReduced(section: type, place: place)
    }
    return element
  }

  /// A number of parts that take that many bytes each at least.
  mutating func count(elementByteCount: Int) throws(RankOneError) -> Int {
    do {
      return try reader.readCount(limit: Int(UInt32.max), elementByteCount: elementByteCount)
    } catch { throw .wire(error) }
  }

  func finish() throws(RankOneError) {
    guard reader.remaining == 0 else {
      throw .sectionSize(type: type, expected: byteCount - reader.remaining, found: byteCount)
    }
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
