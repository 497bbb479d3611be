public import AssayFiles
public import AssayMerkle

/// Why a log's files were refused, or could not be read or written.
public enum TransparencyError: Error, Hashable, Sendable {
  /// A file could not be read or written.
  case file(FileError)
  /// There is no signed tree head in the folder.
  case noHead(folder: String)
  /// The signed tree head was refused.
  case head(MerkleError)
  /// A log elsewhere cannot be read.
  case source(name: String, reason: String)
  /// A tile or a bundle of entries is not what its place demands; the reason says how.
  case tile(path: String, reason: String)
  /// The files of so many entries do not give the root that was signed.
  case root(size: UInt64, TreeRoots)

  /// Two roots that should be one.
  public struct TreeRoots: Hashable, Sendable {
    /// What the head states.
    public let signed: String
    /// What the files give.
    public let found: String
  }
}

extension TransparencyError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .file(let error): error.description
    case .noHead(let folder):
      "'\(folder)' holds no log: expected a file 'checkpoint' in it. Name the folder that "
        + "`assay log export` wrote, or the address that serves it."
    case .head(let error): error.description
    case .source(let name, let reason): "'\(name)' cannot be read: \(reason)"
    case .tile(let path, let reason): "\(path): \(reason)"
    case .root(let size, let roots):
      "the files of \(size) entries give the root \(roots.found), and \(roots.signed) was signed; "
        + "they are damaged, or of another log"
    }
  }
}
