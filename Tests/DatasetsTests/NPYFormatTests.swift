import AssaySpecification
import AssayWire
import Foundation
import Testing

@testable import AssayDatasets

@Suite struct NPYFormatTests {
  /// What NumPy 2.4 writes for `np.array([[1.5, -2, 3.25], [0.1, 1e-40, -0.0]], np.float32)`.
  @Test func readsWhatNumPyWrites() throws {
    let text =
      "934e554d5059010076007b276465736372273a20273c6634272c2027666f727472616e5f6f72646572273a"
      + "2046616c73652c20277368617065273a2028322c2033292c207d"
      + String(repeating: "20", count: 58)
      + "0a0000c03f000000c000005040cdcccc3dc216010000000080"
    let array = try Samples.array(Hex.decode(text))
    #expect(array.layout.dimensions == [2, 3])
    let numbers = try array.floats()
    let expected: [Float] = [1.5, -2, 3.25, 0.1, Float(bitPattern: 0x116c2), -0.0]
    #expect(numbers.map(\.bitPattern) == expected.map(\.bitPattern))
    let features = try array.features()
    #expect(features.type == .float32)
    #expect(features.bytes == Array(try Hex.decode(String(text.suffix(48)))))
  }

  @Test func readsEveryElementType() throws {
    func floats(_ descriptor: String, _ body: [UInt8]) throws -> [Float] {
      try Samples.array(Samples.npy(Samples.header(descriptor, "(2,)"), body: body)).floats()
    }
    #expect(try floats("|u1", [200, 1]) == [200, 1])
    #expect(try floats("|i1", [0xfe, 1]) == [-2, 1])
    #expect(try floats("<u2", [0xfe, 0xff, 1, 0]) == [65534, 1])
    #expect(try floats("<i2", [0xfe, 0xff, 1, 0]) == [-2, 1])
    #expect(try floats("<u4", [0, 0, 0, 0x80, 1, 0, 0, 0]) == [2_147_483_648, 1])
    #expect(try floats("<i4", [0xfd, 0xff, 0xff, 0xff, 0, 0, 1, 0]) == [-3, 65536])
    #expect(
      try floats("<i8", [0xfd] + [UInt8](repeating: 255, count: 7) + [1] + .zeros(7)) == [-3, 1])
    #expect(try floats("<f4", [0, 0, 0xc0, 0x3f, 0, 0, 0, 0xc0]) == [1.5, -2])
    #expect(
      try floats("<f8", [0x9a, 0x99, 0x99, 0x99, 0x99, 0x99, 0xb9, 0x3f] + .zeros(8)) == [0.1, 0])
  }

  @Test(arguments: [1, 2, 3] as [UInt8])
  func readsAllVersions(version: UInt8) throws {
    var bytes = Samples.npy(Samples.header("|u1", "(3,)"), version: 2, body: [7, 8, 9])
    if version == 1 { bytes = Samples.npy(Samples.header("|u1", "(3,)"), body: [7, 8, 9]) }
    bytes[6] = version
    #expect(try Samples.array(bytes).features().bytes == [7, 8, 9])
  }

  @Test func refusesOtherVersions() {
    var bytes = Samples.npy(Samples.header("|u1", "(1,)"), body: [1])
    bytes[6] = 4
    #expect(
      throws: DatasetError.unsupported(
        file: "sample", found: "NPY version 4.0", supported: "1.0, 2.0 or 3.0")
    ) { try Samples.array(bytes) }
  }

  @Test func refusesFortranOrder() {
    let bytes = Samples.npy(Samples.header("|u1", "(1,)", fortran: "True"), body: [1])
    #expect(
      throws: DatasetError.unsupported(
        file: "sample", found: "column-major order (fortran_order: True)",
        supported: "row-major order: save numpy.ascontiguousarray(a)")
    ) { try Samples.array(bytes) }
  }

  @Test(arguments: [">f4", "|O", "<U5", "|b1", "<c8", "<u8", "<f2", ""])
  func refusesOtherElementTypes(descriptor: String) {
    let bytes = Samples.npy(Samples.header(descriptor, "(1,)"), body: .zeros(16))
    #expect {
      try Samples.array(bytes)
    } throws: { error in
      guard case .unsupported(_, let found, _) = error as? DatasetError else { return false }
      return found == "element type '\(descriptor)'"
    }
  }

  @Test(arguments: [
    "", "{", "{}", "{'descr': '<f4'}", "[1]", "{'descr': '<f4', 'fortran_order': False}",
    "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}",
    "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1.0,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': [1]}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'extra': (1,)}",
    "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}",
    "{'descr: '<f4', 'fortran_order': False, 'shape': (1,)}",
    "{'descr': '<f4",
  ])
  func refusesAMalformedDictionary(dictionary: String) {
    #expect {
      try Samples.array(Samples.npy(dictionary, body: .zeros(4)))
    } throws: { error in
      guard case .header = error as? DatasetError else { return false }
      return true
    }
  }

  @Test func refusesEveryTruncation() {
    let whole = Samples.npy(Samples.header("<f4", "(2,)"), body: .zeros(8))
    for length in 0..<whole.count {
      #expect(throws: DatasetError.self, "length \(length)") {
        try Samples.array(Array(whole.prefix(length)))
      }
    }
  }

  @Test func refusesAHeaderLengthBeyondTheFile() {
    let bytes = NPYFormat.magic + [2, 0, 255, 255, 255, 255] + .zeros(100)
    #expect {
      try Samples.array(bytes)
    } throws: { error in
      guard case .header = error as? DatasetError else { return false }
      return true
    }
    #expect(throws: DatasetError.truncated(file: "sample", expected: 1010, found: 110)) {
      try Samples.array(NPYFormat.magic + [1, 0, 0xe8, 0x03] + .zeros(100))
    }
  }

  @Test func refusesZeroAndOverflowingExtents() {
    #expect(throws: DatasetError.emptyDimension(file: "sample", dimensions: [0, 3])) {
      try Samples.array(Samples.npy(Samples.header("<f4", "(0, 3)"), body: []))
    }
    let shape = "(4611686018427387904, 4611686018427387904)"
    #expect(throws: DatasetError.tooLarge(file: "sample", limit: 1 << 33, found: .max)) {
      try Samples.array(Samples.npy(Samples.header("<f4", shape), body: []))
    }
  }

  @Test func refusesInfinity() {
    let body: [UInt8] = .zeros(4) + [0, 0, 0x80, 0x7f]
    #expect(throws: DatasetError.notFinite(file: "sample", example: 1)) {
      try Samples.array(Samples.npy(Samples.header("<f4", "(2,)"), body: body)).features()
    }
  }

  /// Files written by NumPy itself, where Python has it.
  @Test(.enabled(if: Samples.hasNumPy, "python3 with numpy is not here"))
  func readsFilesThatNumPyHasJustWritten() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("assay-npy-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let script = """
      import numpy as np
      for t in ['u1', 'i1', 'u2', 'i2', 'u4', 'i4', 'i8', 'f4', 'f8']:
          a = (np.arange(60).reshape(5, 3, 4) * 3.7 + 0.1).astype(t)
          np.save('x' + t, a)
          a.astype('<f4').tofile('x' + t + '.raw')
      np.save('y', np.array([0, 4, 2, 1, 3]))
      np.save('fortran', np.asfortranarray(np.ones((3, 4), np.float32)))
      """
    try #require(try Samples.python(script, in: folder))
    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
    for type in ["u1", "i1", "u2", "i2", "u4", "i4", "i8", "f4", "f8"] {
      let dataset = try Dataset.load(
        .arrays(examples: path("x\(type).npy"), targets: path("y.npy")))
      #expect(dataset.exampleShape.dimensions == [3, 4])
      #expect(dataset.targets == .labels([0, 4, 2, 1, 3], classes: 5))
      let reader = BatchReader(dataset, scale: .init())
      var features: [Float] = []
      reader.gatherFeatures([0, 1, 2, 3, 4], into: &features)
      var bytes: [UInt8] = []
      for feature in features { bytes.append(float32: feature) }
      #expect(try Data(bytes) == Data(contentsOf: URL(fileURLWithPath: path("x\(type).raw"))))
    }
    #expect(throws: DatasetError.self) {
      try Dataset.load(.arrays(examples: path("fortran.npy"), targets: path("y.npy")))
    }
  }
}
