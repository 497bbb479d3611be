import AssayMerkle
import AssaySpecification
import AssayTestSupport
import Foundation
import Testing

@testable import AssayTraining

@Suite struct SafetensorsTests {
  private let spec: Spec

  init() throws {
    spec = try Samples.spec(try Samples.dataset(.label(classes: 4)))
  }

  @Test func aStateIsReadBackFromItsFile() throws {
    let state = try ModelState.initial(spec)
    let bytes = state.safetensors
    #expect(bytes.count == ModelState.safetensorsByteCount(step: 0, layout: spec.stateLayout))
    let back = try ModelState(safetensors: bytes, step: 0, layout: spec.stateLayout)
    #expect(back == state)
    #expect(throws: TrainingError.self) {
      try ModelState(safetensors: bytes, step: 1, layout: spec.stateLayout)
    }
  }

  @Test func anyChangeOfTheFileIsNoticed() throws {
    let state = try ModelState.initial(spec)
    let bytes = state.safetensors
    let root = state.commitment(PortableLeafHasher()).root
    for place in stride(from: 0, to: bytes.count, by: 13) {
      var changed = bytes
      changed[place] ^= 0x10
      let read = try? ModelState(safetensors: changed, step: 0, layout: spec.stateLayout)
      #expect(read?.commitment(PortableLeafHasher()).root != root, "byte \(place)")
    }
    for length in stride(from: 0, to: bytes.count, by: 97) {
      #expect(throws: TrainingError.self) {
        try ModelState(
          safetensors: Array(bytes[..<length]), step: 0, layout: spec.stateLayout)
      }
    }
  }

  @Test func pythonsSafetensorsOpensACheckpoint() throws {
    let script = """
      import sys
      from safetensors.numpy import load_file
      tensors = load_file(sys.argv[1])
      print(";".join(f"{n}:{list(t.shape)}:{float(t.sum(dtype='float64')):.6f}" \
      for n, t in sorted(tensors.items())))
      """
    guard (try? Tool.run("python3", ["-c", "import numpy, safetensors"], input: "")) != nil else {
      print("skipped: Python has no safetensors (pip install numpy safetensors)")
      return
    }
    try Samples.withFolder { folder in
      let state = try ModelState.initial(spec)
      let path = folder + "/state.safetensors"
      try Data(state.safetensors).write(to: URL(fileURLWithPath: path))
      let found = try Tool.run("python3", ["-c", script, path], input: "")
      let expected = state.layout.tensors.enumerated().map { index, tensor in
        let sum = state.floats(ofTensor: index).reduce(0.0) { $0 + Double($1) }
        let shape = tensor.shape.dimensions.map(String.init).joined(separator: ", ")
        return "\(tensor.name):[\(shape)]:\(String(format: "%.6f", sum))"
      }
      #expect(
        found.trimmingCharacters(in: .whitespacesAndNewlines) == expected.joined(separator: ";"))
    }
  }
}
