import Foundation
import Testing

import AssayFiles

@Suite struct FileAccessTests {
  func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test func whatIsWrittenIsRead() throws {
    try withTemporaryFolder { folder in
      let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
      try FileAccess.write(bytes, to: folder + "/a")
      #expect(try FileAccess.read(folder + "/a", limit: bytes.count) == bytes)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a"])
    }
  }

  @Test func readsNoMoreThanTheLimit() throws {
    try withTemporaryFolder { folder in
      try FileAccess.write([1, 2, 3], to: folder + "/a")
      #expect(try FileAccess.read(folder + "/a", limit: 3) == [1, 2, 3])
      let found = message { _ = try FileAccess.read(folder + "/a", limit: 2) }
      #expect(
        found == "'\(folder)/a' is larger than the 2 bytes that are read here. "
          + "Is it the right file?")
      // A device without an end has no size to check beforehand.
      #expect(
        message { _ = try FileAccess.read("/dev/zero", limit: 5000) }.contains("larger than"))
    }
  }

  @Test func saysWhatIsWrong() throws {
    try withTemporaryFolder { folder in
      #expect(
        message { _ = try FileAccess.read(folder + "/none", limit: 1) }
          == "cannot read '\(folder)/none': there is no such file or folder.")
      #expect(
        message { _ = try FileAccess.read(folder, limit: 1) }
          == "cannot read '\(folder)': it is a folder.")
      #expect(
        message { try FileAccess.write([1], to: folder + "/none/a") }
          == "cannot write '\(folder)/none/a': there is no such file or folder.")
    }
  }

  @Test func replacesOnlyWhenAllowed() throws {
    try withTemporaryFolder { folder in
      try FileAccess.write([1], to: folder + "/a", replacing: false)
      #expect(
        message { try FileAccess.write([2], to: folder + "/a", replacing: false) }
          == "'\(folder)/a' exists already. Choose another name, or replace it with --force.")
      #expect(try FileAccess.read(folder + "/a", limit: 9) == [1])
      try FileAccess.write([2], to: folder + "/a")
      #expect(try FileAccess.read(folder + "/a", limit: 9) == [2])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a"])
    }
  }

  @Test func keepsASecretFromOthers() throws {
    try withTemporaryFolder { folder in
      try FileAccess.write([1], to: folder + "/key", mode: 0o600)
      let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/key")
      #expect(attributes[.posixPermissions] as? NSNumber == 0o600)
    }
  }
}

/// Calls `body` with an empty folder that is gone afterwards.
func withTemporaryFolder(_ body: (String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory
    .appending(path: "assay-files-\(UUID().uuidString)").path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  try body(folder)
}
