internal import AssayCryptography
internal import AssayFiles

/// Encrypts and decrypts files chunk by chunk, so that they may be larger than memory.
///
/// What is written has its name only once it is whole.
enum SealedFiles {
  /// Encrypts `source` into `target` under a header with the file's key.
  static func seal(
    _ source: String, to target: String, _ header: SealedHeader, key: [UInt8]
  ) throws {
    let file = try regular(source)
    try writing(target) { output in
      try output.append(header.encoded)
      var cipher = try ChunkCipher(header, key: key)
      let size = SealedHeader.chunkByteCount
      try chunks(of: file, from: 0, size: size) { chunk, isLast in
        try output.append(cipher.seal(chunk, isLast: isLast))
      }
    }
  }

  /// The header of a sealed file.
  static func header(of source: String) throws -> SealedHeader {
    let file = try regular(source)
    let beginning = try file.read(
      at: 0, count: min(file.byteCount, SealedHeader.beginningByteCount))
    do {
      let count = try SealedHeader.byteCount(beginning: beginning)
      return try SealedHeader(decoding: file.read(at: 0, count: min(count, file.byteCount)))
    } catch let error as CryptographyError {
      throw OperationError("'\(source)': \(error).")
    }
  }

  /// Decrypts `source` into `target` with the file's key.
  static func open(
    _ source: String, to target: String, _ header: SealedHeader, key: [UInt8]
  ) throws {
    let file = try regular(source)
    try writing(target) { output in
      do {
        var cipher = try ChunkCipher(header, key: key)
        let size = SealedHeader.sealedChunkByteCount
        try chunks(of: file, from: header.encoded.count, size: size) { chunk, isLast in
          try output.append(cipher.open(chunk, isLast: isLast))
        }
      } catch let error as CryptographyError {
        throw OperationError("'\(source)': \(error).")
      }
    }
  }

  private static func regular(_ path: String) throws -> OpenFile {
    let file = try OpenFile(path, for: .reading)
    guard file.isRegular else {
      throw OperationError("'\(path)' is no plain file; only such are sealed and opened.")
    }
    return file
  }

  /// The parts of a file from an offset on, at least one, and whether each is the last.
  private static func chunks(
    of file: borrowing OpenFile, from offset: Int, size: Int,
    _ body: ([UInt8], _ isLast: Bool) throws -> Void
  ) throws {
    let end = file.byteCount
    var start = min(offset, end)
    repeat {
      let count = min(size, end - start)
      try body(try file.read(at: start, count: count), start + count == end)
      start += count
    } while start < end
  }

  /// Writes a file under another name and moves it in place when `body` has ended well.
  private static func writing(_ path: String, _ body: (borrowing OpenFile) throws -> Void) throws {
    let partial = path + ".partial"
    FileAccess.remove(partial)
    do {
      let output = try OpenFile(partial, for: .appending)
      try body(output)
      try output.flush()
      try FileAccess.move(partial, to: path)
    } catch {
      FileAccess.remove(partial)
      throw error
    }
  }
}
