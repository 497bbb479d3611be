public import AssayFiles

/// Where a bundle's bytes are; they are read in parts, never all at once.
public protocol BundleSource {
  /// Bytes in the bundle.
  var byteCount: Int { get }

  /// Reads exactly `count` bytes from `offset`; both lie within the bundle.
  func read(at offset: Int, count: Int) throws(FileError) -> [UInt8]
}

/// A bundle in a file.
public final class BundleFile: BundleSource {
  private let file: OpenFile
  public let byteCount: Int

  /// Opens a bundle.
  public init(_ path: String) throws(FileError) {
    file = try OpenFile(path, for: .reading)
    byteCount = file.byteCount
  }

  public func read(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
    try file.read(at: offset, count: count)
  }
}

/// A bundle in memory.
public struct BundleBytes: BundleSource {
  private let bytes: [UInt8]

  /// The bundle whose bytes these are.
  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  public var byteCount: Int { bytes.count }

  public func read(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
    guard offset >= 0, count >= 0, offset <= bytes.count, count <= bytes.count - offset else {
      throw FileError("the bundle ends early: it has \(bytes.count) bytes in all.")
    }
    return Array(bytes[offset..<offset + count])
  }
}
