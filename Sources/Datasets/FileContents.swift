import Foundation

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
    do {
      let attributes = try FileManager.default.attributesOfItem(
        atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
      guard attributes[.type] as? FileAttributeType == .typeRegular else {
        throw DatasetError.unreadable(file: path, reason: "it is not a regular file")
      }
      let size = (attributes[.size] as? NSNumber)?.intValue ?? 0
      guard size <= Self.byteCountLimit else {
        throw DatasetError.tooLarge(file: path, limit: Self.byteCountLimit, found: size)
      }
      stored = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch let error as DatasetError {
      throw error
    } catch {
      throw .unreadable(file: path, reason: Self.reason(of: error))
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

  private static func reason(of error: any Error) -> String {
    switch (error as? CocoaError)?.code {
    case .fileReadNoSuchFile, .fileNoSuchFile: "there is no such file; check the path"
    case .fileReadNoPermission: "permission denied; check the file's mode"
    default: "\(error.localizedDescription)"
    }
  }
}
