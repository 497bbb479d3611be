internal import Glibc

/// An open file of the operating system, closed when it goes out of scope.
struct Descriptor: ~Copyable {
  let number: Int32

  /// - Throws: `SystemError` with what the operating system said.
  init(opening path: String, _ flags: Int32, mode: mode_t = 0) throws(SystemError) {
    // SAFETY: the string lives, terminated by a zero, until the call returns.
    number = unsafe Glibc.open(path, flags | O_CLOEXEC, mode)
    if number < 0 { throw SystemError(errno) }
  }

  deinit { close(number) }

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

  /// Returns when the contents are on the disk.
  func synchronize() throws(SystemError) {
    if fsync(number) != 0 { throw SystemError(errno) }
  }

  /// Whether this is a folder.
  var isFolder: Bool {
    var status = stat()
    // SAFETY: `fstat` fills the structure, which outlives the call.
    return unsafe fstat(number, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
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
