import AssayCryptography
import AssaySpecification
import AssayTestSupport
import Foundation
import Testing

@testable import AssayTraining

@Suite struct WeightsFileTests {
  private let shape: Shape

  init() throws { shape = try Shape([2, 2]) }

  private func file(_ type: String, _ contents: [UInt8], shape: [Int] = [2, 2]) throws
    -> WeightsFile
  {
    try WeightsFile(
      Samples.safetensors([("z", "F32", [1], [0, 0, 128, 63]), ("w", type, shape, contents)]))
  }

  @Test func float32IsReadAsItIs() throws {
    let values: [Float] = [1.5, -0.0, .leastNonzeroMagnitude, 3e38]
    let weights = try file("F32", ModelState.littleEndianBytes(values))
    #expect(weights.digest == SHA256.digest(of: weights.bytes))
    let found = try weights.floats(of: "w", shape: shape)
    #expect(found.map(\.bitPattern) == values.map(\.bitPattern))
    #expect(try weights.floats(of: "z", shape: Shape([1])) == [1])
  }

  /// The values are IEEE 754's: largest and least of each kind, and one in between.
  @Test func halfPrecisionIsWidenedExactly() throws {
    let half: [UInt8] = [0xff, 0x7b, 0x01, 0x00, 0x00, 0x80, 0x55, 0xb5]
    #expect(
      try file("F16", half).floats(of: "w", shape: shape)
        == [65504, 0x1p-24, -0.0, -0.333251953125])
    let brain: [UInt8] = [0x7f, 0x7f, 0x01, 0x00, 0x00, 0x80, 0xab, 0xbe]
    #expect(
      try file("BF16", brain).floats(of: "w", shape: shape)
        == [0x1.fep127, 0x1p-133, -0.0, -0.333984375])
  }

  @Test func whatDoesNotFitIsRefusedWithItsName() throws {
    let weights = try file("I64", [UInt8](repeating: 0, count: 32))
    for (name, extents) in [("w", [2, 2]), ("z", [2]), ("none", [1])] {
      let error = #expect(throws: TrainingError.self) {
        try weights.floats(of: name, shape: Shape(extents))
      }
      #expect("\(try #require(error))".contains("\"\(name)\""))
    }
    for value in [Float.infinity, -.infinity, .nan] {
      let weights = try file("F32", ModelState.littleEndianBytes([0, value, 0, 0]))
      #expect(throws: TrainingError.self) { try weights.floats(of: "w", shape: shape) }
    }
  }

  @Test func damagedFilesAreRefusedOrReadWithoutATrap() throws {
    let whole = try file("F32", ModelState.littleEndianBytes([1, 2, 3, 4])).bytes
    for (name, bytes) in Mutations.truncations(of: whole) {
      #expect(throws: TrainingError.self, "\(name)") { try WeightsFile(bytes) }
    }
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<3000 {
      let edited = Mutations.edit(whole, with: &generator)
      _ = try? WeightsFile(edited).floats(of: "w", shape: shape)
    }
    for offsets in [
      "[0,20]", "[16,0]", "[4,21]", "[0,15]", "[0]", "[-4,12]", "[9223372036854775807,0]",
    ] {
      let header = #"{"w":{"dtype":"F32","shape":[4],"data_offsets":\#(offsets)}}"#
      let bytes = Samples.safetensors(header: header, [UInt8](repeating: 0, count: 20))
      #expect(throws: TrainingError.self, "\(offsets)") { try WeightsFile(bytes) }
    }
  }

  @Test func aFileThatPythonWritesIsRead() throws {
    let script = """
      import sys, numpy
      from safetensors.numpy import save_file
      t = {"b.weight": numpy.arange(6, dtype="f4").reshape(2, 3),
           "a.bias": numpy.array([0.5, -2], dtype="f2")}
      save_file(t, sys.argv[1], metadata={"format": "pt"})
      """
    guard (try? Tool.run("python3", ["-c", "import numpy, safetensors"], input: "")) != nil else {
      print("skipped: Python has no safetensors (pip install numpy safetensors)")
      return
    }
    try Samples.withFolder { folder in
      let path = folder + "/model.safetensors"
      _ = try Tool.run("python3", ["-c", script, path], input: "")
      let weights = try WeightsFile(Array(Data(contentsOf: URL(fileURLWithPath: path))))
      #expect(try weights.floats(of: "b.weight", shape: Shape([2, 3])) == [0, 1, 2, 3, 4, 5])
      #expect(try weights.floats(of: "a.bias", shape: Shape([2])) == [0.5, -2])
    }
  }
}
