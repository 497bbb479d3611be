internal import Glibc

/// A file operation that could not be carried out: what was tried, why it failed, what to do.
public struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String

  /// An error in the words of `description`.
  public init(_ description: String) {
    self.description = description
  }
}

/// A refusal of the operating system, in words.
struct SystemError: Error, Hashable, CustomStringConvertible {
  var code: Int32

  init(_ code: Int32) {
    self.code = code
  }

  var description: String {
    // SAFETY: `strerror` returns a terminated string that is copied at once.
    code == ENOENT
      ? "there is no such file or folder" : unsafe String(cString: strerror(code)).lowercased()
  }
}
