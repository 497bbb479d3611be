internal import AssayFiles

/// The files of a zip archive that are stored as they are, which is how `torch.save` stores them.
///
/// PKWARE's APPNOTE 6.3: the end of the central directory, its 64-bit form where a field of the
/// plain one is saturated, and the entries. Compressed or encrypted entries are refused.
struct ZipDirectory {
  struct Failure: Error, Hashable {
    var reason: String
  }

  /// Where an entry stands, as the directory says.
  struct Entry: Hashable {
    var byteCount: Int
    var checksum: UInt32
    var headerOffset: Int
  }

  /// The largest directory that is read: a million entries of a hundred bytes.
  private static let directoryLimit = 100 << 20

  private(set) var entries: [String: Entry] = [:]

  /// Reads the directory of a file of `byteCount` bytes.
  init(
    byteCount: Int, read: (_ offset: Int, _ count: Int) throws(FileError) -> [UInt8]
  ) throws {
    let tail = try read(max(0, byteCount - 22), min(22, byteCount))
    guard tail.starts(with: [0x50, 0x4b, 5, 6]) else {
      throw Failure(
        reason: "it is no zip archive, or a comment follows it; torch.save of PyTorch 1.6 and "
          + "later writes one (the older layout is a bare pickle: load it where you trust it, "
          + "and save it again)")
    }
    var size = Int(tail.word(12, 4))
    var offset = Int(tail.word(16, 4))
    if size == 0xffff_ffff || offset == 0xffff_ffff || tail.word(10, 2) == 0xffff {
      (size, offset) = try Self.wideDirectory(byteCount: byteCount, read: read)
    }
    guard size <= Self.directoryLimit, offset <= byteCount, size <= byteCount - offset else {
      throw Failure(reason: "its directory lies outside the file")
    }
    let directory = try read(offset, size)
    var position = 0
    // BOUND: every round takes at least 46 bytes.
    while position < directory.count {
      position = try readEntry(directory, at: position)
    }
  }

  private static func wideDirectory(
    byteCount: Int, read: (_ offset: Int, _ count: Int) throws(FileError) -> [UInt8]
  ) throws -> (size: Int, offset: Int) {
    guard byteCount >= 42 else { throw Failure(reason: "its 64-bit directory is missing") }
    let locator = try read(byteCount - 42, 20)
    let start = Int(clamping: locator.word(8, 8))
    guard locator.starts(with: [0x50, 0x4b, 6, 7]), start <= byteCount - 98 else {
      throw Failure(reason: "its 64-bit directory is missing")
    }
    let end = try read(start, 56)
    guard end.starts(with: [0x50, 0x4b, 6, 6]) else {
      throw Failure(reason: "its 64-bit directory is missing")
    }
    return (Int(clamping: end.word(40, 8)), Int(clamping: end.word(48, 8)))
  }

  private mutating func readEntry(_ directory: [UInt8], at start: Int) throws -> Int {
    guard directory.count - start >= 46,
      directory[start...].starts(with: [0x50, 0x4b, 1, 2])
    else { throw Failure(reason: "its directory is damaged") }
    let nameCount = Int(directory.word(start + 28, 2))
    let extraCount = Int(directory.word(start + 30, 2))
    let end = start + 46 + nameCount + extraCount + Int(directory.word(start + 32, 2))
    guard end <= directory.count else { throw Failure(reason: "its directory is damaged") }
    let nameBytes = directory[(start + 46)..<(start + 46 + nameCount)]
    guard let name = String(validating: nameBytes, as: UTF8.self) else {
      throw Failure(reason: "the name of an entry is not UTF-8")
    }
    let extra = Array(directory[(start + 46 + nameCount)..<(start + 46 + nameCount + extraCount)])
    let stored = directory.word(start + 20, 4)
    let size = directory.word(start + 24, 4)
    let header = directory.word(start + 42, 4)
    var wide = WideFields(extra)
    // The fields stand in this order, those that are saturated.
    let entrySize = try wide.value(size)
    let storedSize = try wide.value(stored)
    let offset = try wide.value(header)
    guard directory.word(start + 10, 2) == 0, directory.word(start + 8, 2) & 1 == 0,
      entrySize == storedSize
    else {
      throw Failure(reason: "the entry '\(name)' is compressed or encrypted; torch.save stores")
    }
    let entry = Entry(
      byteCount: entrySize, checksum: UInt32(directory.word(start + 16, 4)), headerOffset: offset)
    guard entries.updateValue(entry, forKey: name) == nil else {
      throw Failure(reason: "the entry '\(name)' occurs twice")
    }
    return end
  }

  /// Reads an entry's bytes and checks their CRC-32.
  func contents(
    of name: String, byteCount: Int,
    read: (_ offset: Int, _ count: Int) throws(FileError) -> [UInt8]
  ) throws -> [UInt8] {
    guard let entry = entries[name] else { throw Failure(reason: "the entry '\(name)' is missing") }
    guard entry.headerOffset <= byteCount - 30 else {
      throw Failure(reason: "the entry '\(name)' lies outside the file")
    }
    let header = try read(entry.headerOffset, 30)
    let start = entry.headerOffset + 30 + Int(header.word(26, 2)) + Int(header.word(28, 2))
    guard header.starts(with: [0x50, 0x4b, 3, 4]), start <= byteCount,
      entry.byteCount <= byteCount - start
    else { throw Failure(reason: "the entry '\(name)' lies outside the file") }
    let contents = try read(start, entry.byteCount)
    guard Checksum.crc32(contents) == entry.checksum else {
      throw Failure(reason: "the entry '\(name)' is damaged: its checksum is another one")
    }
    return contents
  }
}

/// The 64-bit values of an entry's extra field (header ID 1), which replace saturated ones.
private struct WideFields {
  private var values: ArraySlice<UInt8> = []

  init(_ extra: [UInt8]) {
    var position = 0
    // BOUND: every round takes at least four bytes.
    while extra.count - position >= 4 {
      let count = Int(extra.word(position + 2, 2))
      guard count <= extra.count - position - 4 else { return }
      if extra.word(position, 2) == 1 {
        values = extra[(position + 4)..<(position + 4 + count)]
        return
      }
      position += 4 + count
    }
  }

  mutating func value(_ narrow: UInt64) throws -> Int {
    guard narrow == 0xffff_ffff else { return Int(narrow) }
    guard values.count >= 8 else {
      throw ZipDirectory.Failure(reason: "a 64-bit field of its directory is missing")
    }
    defer { values = values.dropFirst(8) }
    return Int(clamping: Array(values.prefix(8)).word(0, 8))
  }
}

/// CRC-32 as zip has it (polynomial 0xedb88320, reflected).
enum Checksum {
  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in
      value & 1 == 1 ? 0xedb8_8320 ^ (value >> 1) : value >> 1
    }
  }

  static func crc32(_ bytes: [UInt8]) -> UInt32 {
    let table = table
    var value = ~UInt32(0)
    for byte in bytes { value = table[Int((value ^ UInt32(byte)) & 0xff)] ^ (value >> 8) }
    return ~value
  }
}

extension [UInt8] {
  /// `count` little-endian bytes from `start`; those beyond the end are zero.
  func word(_ start: Int, _ count: Int) -> UInt64 {
    (0..<count).reduce(UInt64(0)) { word, place in
      start + place < self.count ? word | UInt64(self[start + place]) << UInt64(8 * place) : word
    }
  }
}
