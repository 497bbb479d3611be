internal import AssayFiles

/// A file's bytes, inflated on demand, never beyond a bound that the caller names.
struct FileContents: Sendable {
  /// The largest file, and the largest inflated content, that is read: 8 GiB.
  static let byteCountLimit = 1 << 33

  /// The file's name, for errors.
  let name: String
  /// The bytes as stored.
  let stored: [UInt8]

  /// Bytes that are already in memory.
  init(name: String, stored: [UInt8]) {
    self.name = name
    self.stored = stored
  }

  /// Reads a regular file whole, after its size was checked.
  init(path: String) throws(DatasetError) {
    name = path
    let size: Int
    do throws(FileError) {
      let file = try OpenFile(path, for: .reading)
      guard file.isRegular else {
        throw FileError("cannot read '\(path)': it is not a regular file.")
      }
      size = file.byteCount
      stored = size <= Self.byteCountLimit ? try file.read(at: 0, count: size) : []
    } catch {
      throw .unreadable(error)
    }
    guard size <= Self.byteCountLimit else {
      throw .tooLarge(file: path, limit: Self.byteCountLimit, found: size)
    }
  }

  /// At most `count` bytes from the beginning of the content.
  func prefix(_ count: Int) throws(DatasetError) -> [UInt8] {
    guard GzipReader.isGzip(stored) else { return Array(stored.prefix(count)) }
    var reader = try GzipReader(stored, file: name)
    return try reader.read(upTo: count)
  }

  /// The whole content, which must have exactly `expected` bytes.
  func content(expecting expected: Int) throws(DatasetError) -> [UInt8] {
    guard expected <= Self.byteCountLimit else {
      throw .tooLarge(file: name, limit: Self.byteCountLimit, found: expected)
    }
    guard GzipReader.isGzip(stored) else {
      guard stored.count >= expected else {
        throw .truncated(file: name, expected: expected, found: stored.count)
      }
      guard stored.count == expected else {
        throw .trailingBytes(file: name, expected: expected)
      }
      return stored
    }
    // First: could the file hold as much at all? Then nothing large is begun for a false header.
    let possible = stored.count * GzipReader.expansionLimit
    guard possible >= expected else {
      throw .truncated(file: name, expected: expected, found: possible)
    }
    var reader = try GzipReader(stored, file: name)
    let content = try reader.read(upTo: expected)
    guard content.count == expected else {
      throw .truncated(file: name, expected: expected, found: content.count)
    }
    guard try reader.read(upTo: 1).isEmpty else {
      throw .trailingBytes(file: name, expected: expected)
    }
    return content
  }

  /// The whole content, of at most `limit` bytes.
  func content(limit: Int) throws(DatasetError) -> [UInt8] {
    guard GzipReader.isGzip(stored) else {
      guard stored.count <= limit else {
        throw .tooLarge(file: name, limit: limit, found: stored.count)
      }
      return stored
    }
    var reader = try GzipReader(stored, file: name)
    let content = try reader.read(upTo: limit + 1)
    guard content.count <= limit else {
      throw .tooLarge(file: name, limit: limit, found: content.count)
    }
    return content
  }
}
