internal import AssayFiles

/// A file that is still being written.
final class PartialFile {
  private let file: OpenFile
  private let path: String

  init(_ path: String) throws(AuditingError) {
    self.path = path
    do throws(FileError) {
      file = try OpenFile(path, for: .appending)
    } catch { throw .file(error) }
  }

  func append(_ bytes: [UInt8]) throws(AuditingError) {
    do throws(FileError) {
      try file.append(bytes)
    } catch { throw .file(error) }
  }

  func finish(as name: String) throws(AuditingError) {
    do throws(FileError) {
      try file.flush()
      try FileAccess.move(path, to: name)
    } catch { throw .file(error) }
  }
}
