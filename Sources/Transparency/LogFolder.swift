internal import AssayFiles

/// A log as a folder of files that any web server can serve: C2SP tlog-tiles.
///
///     checkpoint                  the signed tree head
///     tile/0/000.p/17             hashes of leaves
///     tile/entries/000.p/17       the entries themselves, each after its length in 16 bits
public struct LogFolder: TiledLog {
  /// The longest entry that a bundle can hold.
  public static let entryByteCountLimit = 65_535

  /// The folder.
  public let path: String

  /// The log in a folder, which need not be there yet.
  public init(_ path: String) {
    self.path = path
  }

  public var name: String { path }

  public func bytes(of place: String, limit: Int) throws(TransparencyError) -> [UInt8]? {
    let file = "\(path)/\(place)"
    guard FileAccess.exists(file) else { return nil }
    do { return try FileAccess.read(file, limit: limit) } catch { throw .file(error) }
  }
}
