import AssayFiles
import Foundation
import Testing

/// What a user may do wrong, and what is said: never a trap, always a reason and an exit code.
@Suite struct BadInputTests {
  struct SpecEdit: CustomTestStringConvertible {
    let name: String
    let old: String
    let new: String
    let reason: String

    var testDescription: String { name }
  }

  private func writeSpec(in folder: String) throws -> String {
    let made = try BuiltCommand(
      ["spec", "new", "--out", "spec.json", "--examples", "50", "--hidden", "8", "--steps", "9"],
      in: folder)
    #expect(made.code == 0, "\(made.remarks)")
    return String(
      decoding: try FileAccess.read(folder + "/spec.json", limit: 1 << 20), as: UTF8.self)
  }

  @Test(arguments: [
    SpecEdit(
      name: "unknown key", old: "\"version\": 1,", new: "\"version\": 1, \"lr\": 1,",
      reason: "unknown key 'lr'"),
    SpecEdit(
      name: "key twice", old: "\"version\": 1,", new: "\"version\": 1, \"version\": 1,",
      reason: "expected each name once"),
    SpecEdit(
      name: "another version", old: "\"version\": 1", new: "\"version\": 2",
      reason: "version: expected"),
    SpecEdit(
      name: "empty batch", old: "\"size\": 64", new: "\"size\": 0", reason: "batch.size: expected"),
    SpecEdit(
      name: "negative steps", old: "\"steps\": 9", new: "\"steps\": -9",
      reason: "steps: expected"),
    SpecEdit(
      name: "steps beyond 64 bits", old: "\"steps\": 9", new: "\"steps\": 99999999999999999999",
      reason: "steps: expected"),
    SpecEdit(
      name: "no number", old: "\"learningRate\": 0.001", new: "\"learningRate\": NaN",
      reason: "expected a value, found 'N'"),
    SpecEdit(
      name: "number beyond float32", old: "\"learningRate\": 0.001",
      new: "\"learningRate\": 1e99", reason: "schedule.learningRate: expected"),
    SpecEdit(
      name: "shape without end", old: "\"version\": 1", new: "\"version\": [[[[[[[[[[[[",
      reason: "expected a value"),
    SpecEdit(
      name: "other data", old: "\"seed\": 1,\n      \"first\": 0",
      new: "\"seed\": 2,\n      \"first\": 0",
      reason: "root"),
  ])
  func aWrongSpecIsRefusedWithItsReason(edit: SpecEdit) throws {
    try withTemporaryFolder { folder in
      let spec = try writeSpec(in: folder)
      let edited = spec.replacingOccurrences(of: edit.old, with: edit.new)
      #expect(edited != spec, "the spec has no '\(edit.old)'")
      try FileAccess.write(Array(edited.utf8), to: folder + "/edited.json")
      let trained = try BuiltCommand(["train", "edited.json", "--run", "run"], in: folder)
      #expect(trained.code == 3, "\(trained.output)")
      if edit.reason != "root" {
        #expect(trained.remarks.hasPrefix("assay: 'edited.json': "), "\(trained.remarks)")
      }
      #expect(trained.remarks.contains(edit.reason), "\(trained.remarks)")
    }
  }

  @Test func aTruncatedSpecIsRefusedWhereverItEnds() throws {
    try withTemporaryFolder { folder in
      let spec = Array(try writeSpec(in: folder).utf8)
      for length in stride(from: 0, to: spec.count - 2, by: 101) {
        try FileAccess.write(Array(spec[..<length]), to: folder + "/cut.json")
        let trained = try BuiltCommand(["train", "cut.json", "--run", "run"], in: folder)
        #expect(trained.code == 3, "\(length) bytes: \(trained.output)")
        #expect(trained.remarks.hasPrefix("assay: "), "\(length) bytes: \(trained.remarks)")
      }
    }
  }

  struct DataFile: CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let reason: String

    var testDescription: String { name }
  }

  @Test(arguments: [
    DataFile(name: "empty", bytes: [], reason: "it is empty"),
    DataFile(name: "wrong magic", bytes: Array("hello, world".utf8), reason: "unknown format"),
    DataFile(
      name: "header cut", bytes: [0, 0, 8, 3, 0, 0], reason: "examples.idx"),
    DataFile(
      name: "4 GB in the header", bytes: [0, 0, 8, 1, 255, 255, 255, 255, 1],
      reason: "examples.idx"),
    DataFile(
      name: "four dimensions of 4 G",
      bytes: [0, 0, 8, 4] + [UInt8](repeating: 255, count: 16), reason: "examples.idx"),
    DataFile(
      name: "gzip of nothing", bytes: [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3],
      reason: "examples.idx"),
  ])
  func aWrongDataFileIsNamed(file: DataFile) throws {
    try withTemporaryFolder { folder in
      try FileAccess.write(file.bytes, to: folder + "/examples.idx")
      try FileAccess.write([0, 0, 8, 1, 0, 0, 0, 1, 7], to: folder + "/labels.idx")
      let made = try BuiltCommand(
        ["spec", "new", "--out", "spec.json", "--data", "examples.idx", "--targets", "labels.idx"],
        in: folder)
      #expect(made.code == 3, "\(made.output)")
      #expect(made.remarks.contains(file.reason), "\(made.remarks)")
      #expect(!FileAccess.exists(folder + "/spec.json"))
    }
  }

  @Test func aLossThatIsNoNumberStopsTheRun() throws {
    try withTemporaryFolder { folder in
      let made = try BuiltCommand(
        [
          "spec", "new", "--out", "spec.json", "--examples", "100", "--optimizer", "sgd",
          "--learning-rate", "1000", "--steps", "60", "--interval", "10",
        ], in: folder)
      #expect(made.code == 0, "\(made.remarks)")
      let trained = try BuiltCommand(["train", "spec.json", "--run", "run"], in: folder)
      #expect(trained.code == 3)
      #expect(trained.remarks.contains("is not a finite number"), "\(trained.remarks)")
    }
  }

  @Test func aFolderThatIsNoRunIsNamed() throws {
    try withTemporaryFolder { folder in
      for command in ["inspect", "claim", "evaluate"] {
        let found = try BuiltCommand([command, "nothing"], in: folder)
        #expect(found.code == 3)
        #expect(found.remarks.contains("'nothing' holds no run"), "\(found.remarks)")
      }
    }
  }
}
