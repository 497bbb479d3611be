internal import Glibc

/// Reads files that are not trusted, and writes files that must not be torn.
public enum FileAccess {
  /// Reads a whole file of at most `limit` bytes; `-` is standard input.
  ///
  /// Memory is taken as bytes arrive, never more than the limit, because a file may grow while it
  /// is read and a pipe has no size.
  public static func read(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
    let file: OpenFile
    do throws(SystemError) {
      file = try OpenFile(opening: path == "-" ? "/dev/stdin" : path, O_RDONLY)
    } catch {
      throw FileError("cannot read '\(path)': \(error).")
    }
    if file.isFolder { throw FileError("cannot read '\(path)': it is a folder.") }
    var bytes: [UInt8] = []
    while bytes.count <= limit {
      let chunk: [UInt8]
      do throws(SystemError) {
        chunk = try file.read(upTo: min(1 << 20, limit - bytes.count + 1))
      } catch {
        throw FileError("cannot read '\(path)': \(error).")
      }
      if chunk.isEmpty { return bytes }
      bytes += chunk
    }
    throw FileError(
      "'\(path)' is larger than the \(limit) bytes that are read here. Is it the right file?")
  }

  /// Writes a file so that another process, or a crash, finds the old one or the whole new one.
  ///
  /// The bytes go to a temporary name in the same folder, are flushed to the disk, and then take
  /// the place of `path`. Unless `replacing`, an existing file is left alone and reported.
  public static func write(
    _ bytes: [UInt8], to path: String, mode: UInt32 = 0o644, replacing: Bool = true
  ) throws(FileError) {
    try write(pieces: [bytes], to: path, mode: mode, replacing: replacing)
  }

  /// Writes a file from pieces, one after the other, as `write(_:to:)` does.
  public static func write(
    pieces: [[UInt8]], to path: String, mode: UInt32 = 0o644, replacing: Bool = true
  ) throws(FileError) {
    do throws(SystemError) {
      try writeDurably(pieces, to: path, mode: mode, replacing: replacing)
    } catch {
      if !replacing, error.code == EEXIST {
        throw alreadyExists(path)
      }
      throw FileError("cannot write '\(path)': \(error).")
    }
  }

  /// Whether anything has this path.
  public static func exists(_ path: String) -> Bool {
    // SAFETY: the string lives, terminated by a zero, until the call returns.
    unsafe access(path, F_OK) == 0
  }

  /// What to say when `path` is taken.
  public static func alreadyExists(_ path: String) -> FileError {
    FileError("'\(path)' exists already. Choose another name, or replace it with --force.")
  }

  private static func writeDurably(
    _ pieces: [[UInt8]], to path: String, mode: mode_t, replacing: Bool
  ) throws(SystemError) {
    let temporary = "\(path).\(getpid()).new"
    // A file of this name can only be left over from a dead process with the same number.
    remove(temporary)
    var isMoved = false
    defer { if !isMoved { remove(temporary) } }
    let file = try OpenFile(opening: temporary, O_WRONLY | O_CREAT | O_EXCL, mode: mode)
    for piece in pieces { try file.write(piece) }
    try file.synchronize()
    // A hard link, unlike a rename, never replaces what another process has just written.
    // SAFETY: both strings live, terminated by a zero, until the call returns.
    let status = unsafe replacing ? rename(temporary, path) : link(temporary, path)
    if status != 0 { throw SystemError(errno) }
    isMoved = replacing
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    // The new name itself becomes durable with its folder.
    try OpenFile(opening: folder, O_RDONLY | O_DIRECTORY).synchronize()
  }

  /// Removes a file; it is no error if there is none.
  public static func remove(_ path: String) {
    // SAFETY: the string lives, terminated by a zero, until the call returns.
    _ = unsafe unlink(path)
  }

  /// Gives a file another name in the same folder, replacing what has it.
  public static func move(_ path: String, to other: String) throws(FileError) {
    // SAFETY: both strings live, terminated by a zero, until the call returns.
    if unsafe rename(path, other) != 0 {
      throw FileError("cannot rename '\(path)' to '\(other)': \(SystemError(errno)).")
    }
  }

  /// Makes a folder, and the folders it lies in; it is no error if it is there.
  public static func makeFolder(_ path: String) throws(FileError) {
    var prefix = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      prefix += part + "/"
      // SAFETY: the string lives, terminated by a zero, until the call returns.
      if unsafe mkdir(prefix, 0o755) != 0, errno != EEXIST {
        throw FileError("cannot make the folder '\(path)': \(SystemError(errno)).")
      }
    }
  }

  /// The names in a folder, sorted; empty when there is no such folder.
  public static func names(in folder: String) -> [String] {
    // SAFETY: the stream is closed below; each entry is copied before the next is read.
    guard let stream = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { characters in
          unsafe String(cString: characters)
        }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Bytes free on the disk that holds `path`, if that can be told.
  public static func freeByteCount(at path: String) -> Int? {
    var status = statvfs()
    // SAFETY: `statvfs` fills the structure, which outlives the call.
    guard unsafe statvfs(path, &status) == 0 else { return nil }
    return Int(
      clamping: UInt64(status.f_bavail).multipliedReportingOverflow(
        by: UInt64(status.f_frsize)
      ).partialValue)
  }
}

extension FileAccess {
  /// `path`-1, `path`-2, …: the first that nothing has.
  public static func freeName(_ path: String) -> String {
    var number = 1
    while exists("\(path)-\(number)") { number += 1 }
    return "\(path)-\(number)"
  }
}
