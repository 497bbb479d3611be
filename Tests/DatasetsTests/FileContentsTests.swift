import AssayFiles
import Foundation
import Testing

@testable import AssayDatasets

@Suite struct FileContentsTests {
  @Test func saysThatAFileIsMissing() {
    #expect(
      throws: DatasetError.unreadable(
        FileError("cannot open '/nowhere/at/all': there is no such file or folder."))
    ) { try FileContents(path: "/nowhere/at/all") }
  }

  @Test(arguments: [
    "cannot open '/': it is a folder.", "cannot read '/dev/zero': it is not a regular file.",
  ])
  func refusesWhatIsNoRegularFile(message: String) throws {
    let path = try #require(message.split(separator: "'").dropFirst().first)
    #expect(throws: DatasetError.unreadable(FileError(message))) {
      try FileContents(path: String(path))
    }
  }

  @Test func refusesAnOversizedFileUnread() throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("assay-sparse-\(UUID().uuidString)")
    try #require(FileManager.default.createFile(atPath: url.path, contents: nil))
    defer { try? FileManager.default.removeItem(at: url) }
    let handle = try FileHandle(forWritingTo: url)
    try handle.truncate(atOffset: 1 << 34)
    try handle.close()
    #expect(
      throws: DatasetError.tooLarge(file: url.path, limit: 1 << 33, found: 1 << 34)
    ) { try FileContents(path: url.path) }
  }

  @Test func everyMessageSaysWhatAndWhere() {
    let errors: [DatasetError] = [
      .unreadable(FileError("f: r")), .tooLarge(file: "f", limit: 1, found: 2),
      .truncated(file: "f", expected: 2, found: 1), .trailingBytes(file: "f", expected: 1),
      .unknownFormat(file: "f", found: [1, 0xab]), .gzip(file: "f", reason: "r"),
      .header(file: "f", reason: "r"), .unsupported(file: "f", found: "a", supported: "b"),
      .emptyDimension(file: "f", dimensions: [0]), .notFinite(file: "f", example: 3),
      .record(file: "f", line: 4, column: 2, reason: "r"),
    ]
    for error in errors { #expect(error.description.contains("f"), "\(error)") }
    #expect("\(DatasetError.unknownFormat(file: "f", found: [1, 0xab]))".contains("01 ab"))
    #expect(
      "\(DatasetError.record(file: "f", line: 4, column: 2, reason: "r"))"
        == "f, line 4, column 2: r")
    #expect(
      "\(DatasetError.labelOutOfRange(example: 7, label: "10", classes: 10))"
        == "example 7: label 10 is out of range; expected a whole number from 0 to 9")
  }
}
