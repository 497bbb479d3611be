internal import Glibc

/// An open file, closed when it goes out of scope.
public struct OpenFile: ~Copyable {
  /// What a file is opened for.
  public enum Purpose: Sendable {
    /// Reading at any place.
    case reading
    /// Writing at the end; made when absent.
    case appending
  }

  let number: Int32
  /// The path it was opened by.
  public let path: String

  /// Opens `path`.
  ///
  /// - Throws: `FileError` naming the path and what the operating system said.
  public init(_ path: String, for purpose: Purpose) throws(FileError) {
    let flags =
      switch purpose {
      case .reading: O_RDONLY
      case .appending: O_RDWR | O_CREAT | O_APPEND
      }
    // SAFETY: the string lives, terminated by a zero, until the call returns.
    number = unsafe Glibc.open(path, flags | O_CLOEXEC, 0o644 as mode_t)
    self.path = path
    if number < 0 { throw FileError("cannot open '\(path)': \(SystemError(errno)).") }
    if isFolder { throw FileError("cannot open '\(path)': it is a folder.") }
  }

  init(opening path: String, _ flags: Int32, mode: mode_t = 0) throws(SystemError) {
    // SAFETY: the string lives, terminated by a zero, until the call returns.
    number = unsafe Glibc.open(path, flags | O_CLOEXEC, mode)
    self.path = path
    if number < 0 { throw SystemError(errno) }
  }

  deinit { close(number) }

  /// Bytes in the file now.
  public var byteCount: Int {
    var status = stat()
    // SAFETY: `fstat` fills the structure, which outlives the call.
    return unsafe fstat(number, &status) == 0 ? Int(status.st_size) : 0
  }

  /// Reads exactly `count` bytes from `offset`.
  ///
  /// - Throws: `FileError` when the file ends before.
  public func read(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
    guard offset >= 0, count >= 0, offset <= byteCount, count <= byteCount - offset else {
      throw FileError(
        "'\(path)' ends early: expected \(count) bytes at \(offset), it has \(byteCount) in all.")
    }
    var failure: Int32 = 0
    // SAFETY: the buffer has room for `count` bytes, and each call fills only what is left of it.
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let found = unsafe pread(
          number, buffer.baseAddress.map { unsafe $0 + filled }, count - filled, offset + filled)
        if found < 0, errno == EINTR { continue }
        if found < 0 { failure = errno }
        if found <= 0 { break }
        filled += found
      }
    }
    if failure != 0 { throw FileError("cannot read '\(path)': \(SystemError(failure)).") }
    guard bytes.count == count else { throw FileError("'\(path)' was cut while it was read.") }
    return bytes
  }

  /// Writes at the end of a file opened for appending.
  public func append(_ bytes: [UInt8]) throws(FileError) {
    do throws(SystemError) {
      try write(bytes)
    } catch {
      throw FileError("cannot write '\(path)': \(error).")
    }
  }

  /// Cuts the file to its first `count` bytes.
  public func truncate(to count: Int) throws(FileError) {
    if ftruncate(number, count) != 0 {
      throw FileError("cannot cut '\(path)': \(SystemError(errno)).")
    }
  }

  /// Returns when the contents are on the disk.
  public func flush() throws(FileError) {
    do throws(SystemError) {
      try synchronize()
    } catch {
      throw FileError("cannot flush '\(path)': \(error).")
    }
  }

  /// Takes the file for this process alone until it is closed; false when another process has it.
  public func lock() -> Bool { flock(number, LOCK_EX | LOCK_NB) == 0 }

  /// Reads at most `count` bytes; fewer only at the end of the file, or of what a pipe holds.
  func read(upTo count: Int) throws(SystemError) -> [UInt8] {
    var failure: Int32 = 0
    // SAFETY: the buffer has room for `count` bytes, and `read` writes no more than that.
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      let found = unsafe Glibc.read(number, buffer.baseAddress, count)
      if found < 0 { failure = errno }
      filled = max(0, found)
    }
    if failure != 0 { throw SystemError(failure) }
    return bytes
  }

  func write(_ bytes: [UInt8]) throws(SystemError) {
    var done = 0
    while done < bytes.count {
      // SAFETY: the bytes from `done` on lie within the array, which outlives the call.
      let written = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(number, buffer.baseAddress.map { unsafe $0 + done }, buffer.count - done)
      }
      if written < 0, errno == EINTR { continue }
      if written < 0 { throw SystemError(errno) }
      done += written
    }
  }

  func synchronize() throws(SystemError) {
    if fsync(number) != 0 { throw SystemError(errno) }
  }

  /// Whether this is a plain file: no folder, device or pipe.
  public var isRegular: Bool {
    var status = stat()
    // SAFETY: `fstat` fills the structure, which outlives the call.
    return unsafe fstat(number, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Whether this is a folder.
  var isFolder: Bool {
    var status = stat()
    // SAFETY: `fstat` fills the structure, which outlives the call.
    return unsafe fstat(number, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
