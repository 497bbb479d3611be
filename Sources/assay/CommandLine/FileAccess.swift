internal import Glibc

/// Reads files that are not trusted, and writes files that must not be torn.
enum FileAccess {
  /// Reads a whole file of at most `limit` bytes; `-` is standard input.
  ///
  /// Memory is taken as bytes arrive, never more than the limit, because a file may grow while it
  /// is read and a pipe has no size.
  static func read(_ path: String, limit: Int) throws -> [UInt8] {
    let file: Descriptor
    do {
      file = try Descriptor(opening: path == "-" ? "/dev/stdin" : path, O_RDONLY)
    } catch {
      throw OperationError("cannot read '\(path)': \(error).")
    }
    if file.isFolder { throw OperationError("cannot read '\(path)': it is a folder.") }
    var bytes: [UInt8] = []
    while bytes.count <= limit {
      let chunk: [UInt8]
      do {
        chunk = try file.read(upTo: min(1 << 20, limit - bytes.count + 1))
      } catch {
        throw OperationError("cannot read '\(path)': \(error).")
      }
      if chunk.isEmpty { return bytes }
      bytes += chunk
    }
    throw OperationError(
      "'\(path)' is larger than the \(limit) bytes that are read here. Is it the right file?")
  }

  /// Writes a file so that another process, or a crash, finds the old one or the whole new one.
  ///
  /// The bytes go to a temporary name in the same folder, are flushed to the disk, and then take
  /// the place of `path`. Unless `replacing`, an existing file is left alone and reported.
  static func write(
    _ bytes: [UInt8], to path: String, mode: mode_t = 0o644, replacing: Bool = true
  ) throws {
    do {
      try writeDurably(bytes, to: path, mode: mode, replacing: replacing)
    } catch {
      if !replacing, error.code == EEXIST {
        throw alreadyExists(path)
      }
      throw OperationError("cannot write '\(path)': \(error).")
    }
  }

  static func exists(_ path: String) -> Bool {
    // SAFETY: the string lives, terminated by a zero, until the call returns.
    unsafe access(path, F_OK) == 0
  }

  static func alreadyExists(_ path: String) -> OperationError {
    OperationError("'\(path)' exists already. Choose another name, or replace it with --force.")
  }

  private static func writeDurably(
    _ bytes: [UInt8], to path: String, mode: mode_t, replacing: Bool
  ) throws(SystemError) {
    let temporary = "\(path).\(getpid()).new"
    // A file of this name can only be left over from a dead process with the same number.
    remove(temporary)
    var isMoved = false
    defer { if !isMoved { remove(temporary) } }
    let file = try Descriptor(opening: temporary, O_WRONLY | O_CREAT | O_EXCL, mode: mode)
    try file.write(bytes)
    try file.synchronize()
    // A hard link, unlike a rename, never replaces what another process has just written.
    // SAFETY: both strings live, terminated by a zero, until the call returns.
    let status = unsafe replacing ? rename(temporary, path) : link(temporary, path)
    if status != 0 { throw SystemError(errno) }
    isMoved = replacing
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    // The new name itself becomes durable with its folder.
    try Descriptor(opening: folder, O_RDONLY | O_DIRECTORY).synchronize()
  }

  private static func remove(_ path: String) {
    // SAFETY: the string lives, terminated by a zero, until the call returns.
    _ = unsafe unlink(path)
  }
}
