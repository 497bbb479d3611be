import AssayTestSupport
import AssayWire
import Testing

@testable import AssayTolerance

/// Checkpoints of torch.save are read without executing anything, and nothing else is.
@Suite struct TorchCheckpointTests {
  @Test func whatPyTorchWroteIsRead() throws {
    let samples = try TorchSample.all().filter { $0.state != nil }
    #expect(samples.count == 4)
    for sample in samples {
      let state = try TorchSample.read(sample.file)
      #expect(state.tensors == sample.state?.tensors, "\(sample.name)")
      #expect(state.values == sample.state?.values, "\(sample.name)")
    }
  }

  @Test func whateverCouldRunCodeIsRefusedWithItsReason() throws {
    let samples = try TorchSample.all().filter { $0.state == nil }
    #expect(samples.count == 8)
    for sample in samples {
      do {
        _ = try TorchSample.read(sample.file)
        Issue.record("\(sample.name) was read")
      } catch {
        #expect("\(error)".contains(sample.reason ?? "?"), "\(sample.name): \(error)")
      }
    }
  }

  @Test func damagedFilesAreRefusedOrReadAndNeverTrap() throws {
    var generator = SeededGenerator()
    let samples = try TorchSample.all().map(\.file)
    var accepted = 0
    for _ in 0..<Rounds.of(300) {
      let file = samples[Int.random(in: 0..<samples.count, using: &generator)]
      if (try? TorchSample.read(Mutations.edit(file, with: &generator))) != nil { accepted += 1 }
    }
    // Padding is not checked; everything else is under a checksum.
    #expect(accepted < Rounds.of(300), "seed \(generator.seed)")
  }

  @Test func aChangedNumberIsNoticedByTheChecksum() throws {
    let sample = try #require(try TorchSample.all().first)
    let weight = try #require(sample.state?.tensors.last { $0.type == .float32 })
    let place = try #require(
      sample.file.indices.first { sample.file[$0...].starts(with: weight.contents) })
    var changed = sample.file
    changed[place] ^= 1
    #expect(throws: ToleranceError.self) { try TorchSample.read(changed) }
  }

  @Test func tensorsThatShareNumbersCannotMakeASmallFileLarge() throws {
    // A view of one number, repeated 2²⁴ times by a stride of zero.
    func text(_ text: String) -> String {
      "X\(Character(UnicodeScalar(UInt8(text.count))))\0\0\0" + text
    }
    let storage =
      "(" + text("storage") + "ctorch\nFloatStorage\n" + text("0") + text("cpu") + "K\u{1}tQ"
    let view = "K\0(J\0\0\0\u{1}t(K\0t\u{89}ccollections\nOrderedDict\n)R"
    let program = "ctorch._utils\n_rebuild_tensor_v2\n(" + storage + view + "tR."
    do {
      _ = try TorchSample.read(Zip.archive(program))
      Issue.record("it was read")
    } catch {
      #expect("\(error)".contains("4 times the file's bytes"), "\(error)")
    }
  }

  @Test func picklesNeverTrap() throws {
    var generator = SeededGenerator()
    let pickles = try TorchSample.all().compactMap { pickle(of: $0.file) }
    #expect(pickles.count >= 6)
    var decoded = 0
    for _ in 0..<Rounds.of(2000) {
      let pickle = pickles[Int.random(in: 0..<pickles.count, using: &generator)]
      var decoder = PickleDecoder(Mutations.edit(pickle, with: &generator))
      if (try? decoder.decode()) != nil { decoded += 1 }
    }
    #expect(decoded > 0, "seed \(generator.seed)")
    for _ in 0..<Rounds.of(2000) {
      var decoder = PickleDecoder([0x80, 2] + generator.bytes(40))
      _ = try? decoder.decode()
    }
  }

  @Test(arguments: [
    ("no value", [UInt8(ascii: ".")]), ("no end", [UInt8(ascii: "N")]),
    ("a list without itself", [UInt8(ascii: "a"), UInt8(ascii: ".")]),
    ("an empty memo", [UInt8(ascii: "h"), 7, UInt8(ascii: ".")]),
    ("a value below the mark", Array("(N(a.".utf8)), ("a mark left over", Array("N(.".utf8)),
    ("a key without a value", Array("}(Nu.".utf8)), ("an unknown instruction", Array("I1\n.".utf8)),
    ("bytes after the end", Array("N.N".utf8)),
  ])
  func brokenProgramsAreRefused(name: String, program: [UInt8]) {
    var decoder = PickleDecoder([0x80, 2] + program)
    #expect(throws: PickleDecoder.Failure.self, "\(name)") { try decoder.decode() }
  }

  @Test func valuesThatContainThemselvesAreRefused() throws {
    // A list that holds itself: ] q0 h0 a
    var decoder = PickleDecoder([0x80, 2] + Array("]q\0h\0a.".utf8))
    _ = try decoder.decode()
    #expect(throws: ToleranceError.self) {
      try TorchSample.read(Zip.archive("]q\0h\0a."))
    }
  }

  @Test func valuesThatDoubleAtEachLevelAreRefused() throws {
    // Each list holds the one before it ten times: 10¹⁴ values in a few hundred bytes.
    var program = "]"
    for level in 0..<14 {
      program += "q\(Character(UnicodeScalar(UInt8(level))))"
      program += "](" + String(repeating: "h\(Character(UnicodeScalar(UInt8(level))))", count: 10)
      program += "e"
    }
    let archive = Zip.archive(program + ".")
    #expect(throws: ToleranceError.self) { try TorchSample.read(archive) }
  }

  /// The pickle in an archive that torch.save wrote; nil where there is none.
  private func pickle(of file: [UInt8]) -> [UInt8]? {
    guard let start = file.indices.first(where: { file[$0...].starts(with: [0x80, 2, 0x7d]) }),
      let end = file.indices[start...].first(where: {
        file[$0...].starts(with: [0x50, 0x4b, 7, 8])
      })
    else { return nil }
    return Array(file[start..<end])
  }
}

/// Archives as small as they can be.
enum Zip {
  /// An archive whose `data.pkl` is a pickle of protocol 2 with this program.
  static func archive(_ program: String) -> [UInt8] {
    let name = Array("a/data.pkl".utf8)
    let contents = [0x80, 2] + Array(program.unicodeScalars.map { UInt8($0.value) })
    var fields = WireWriter()
    fields.write(UInt16(20))
    fields.write(UInt16(0))
    fields.write(UInt16(0))
    fields.write(UInt32(0))
    fields.write(Checksum.crc32(contents))
    fields.write(UInt32(contents.count))
    fields.write(UInt32(contents.count))
    fields.write(UInt16(name.count))
    fields.write(UInt16(0))
    var file = WireWriter()
    file.write(raw: [0x50, 0x4b, 3, 4] + fields.bytes + name + contents)
    let directory = file.bytes.count
    file.write(raw: [0x50, 0x4b, 1, 2, 20, 0] + fields.bytes)
    file.write(raw: [UInt8](repeating: 0, count: 10))
    file.write(UInt32(0))
    file.write(raw: name)
    let size = file.bytes.count - directory
    file.write(raw: [0x50, 0x4b, 5, 6, 0, 0, 0, 0, 1, 0, 1, 0])
    file.write(UInt32(size))
    file.write(UInt32(directory))
    file.write(UInt16(0))
    return file.bytes
  }
}
