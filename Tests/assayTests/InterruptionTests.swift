import AssayFiles
import AssayTestSupport
import AssayWire
import Foundation
import Testing

@Suite struct InterruptionTests {
  /// The root of the last state and the records of the trace.
  private func inspect(_ run: String, in folder: String) throws -> (root: String, records: Int) {
    let inspected = try BuiltCommand(["inspect", run, "--json"], in: folder)
    #expect(inspected.code == 0, "\(inspected.remarks)")
    let json = try JSONValue.parse(Array(inspected.output.utf8))
    var fields = try JSONFields(json)
    return (try fields.string("stateRoot"), try fields.integer("traceSize", in: 0...Int.max))
  }

  private func size(of path: String) -> Int {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return (attributes?[.size] as? NSNumber)?.intValue ?? 0
  }

  @Test func aRunThatIsKilledTwentyTimesEndsWithTheSameBits() throws {
    try withTemporaryFolder { folder in
      let made = try BuiltCommand(
        [
          "spec", "new", "--out", "spec.json", "--examples", "300", "--hidden", "16", "--batch",
          "32", "--steps", "6000", "--interval", "20",
        ], in: folder)
      #expect(made.code == 0, "\(made.remarks)")
      let options = ["--threads", "1", "--evaluations", "1"]
      let whole = try BuiltCommand(["train", "spec.json", "--run", "whole"] + options, in: folder)
      #expect(whole.code == 0, "\(whole.remarks)")

      var generator = SeededGenerator()
      for life in 0..<20 {
        // Every other life is cut short wherever it is, and the rest once the trace has grown.
        let before = size(of: folder + "/broken/trace.log")
        let begins = !FileAccess.exists(folder + "/broken/spec.json")
        try BuiltCommand.kill(
          (begins
            ? ["train", "spec.json", "--run", "broken"]
            : ["train", "--run", "broken", "--resume"]) + options,
          in: folder, afterMilliseconds: Int.random(in: 0...80, using: &generator)
        ) {
          life % 2 == 0 || size(of: folder + "/broken/trace.log") > before
        }
      }
      let last = try BuiltCommand(["train", "--run", "broken", "--resume"] + options, in: folder)
      #expect(last.code == 0, "seed \(generator.seed): \(last.remarks)")

      let (expected, found) = (try inspect("whole", in: folder), try inspect("broken", in: folder))
      #expect(found == expected, "seed \(generator.seed)")
      let losses = try ["whole", "broken"].map {
        try FileAccess.read(folder + "/\($0)/losses.f32", limit: 1 << 20)
      }
      #expect(losses[0] == losses[1], "seed \(generator.seed)")
      let claim = try BuiltCommand(["claim", "broken"], in: folder)
      #expect(claim.code == 0, "seed \(generator.seed): \(claim.remarks)")
    }
  }
}
