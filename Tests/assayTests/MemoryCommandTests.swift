import AssayWire
import Foundation
import Testing

@testable import assay

/// What a run says of its memory, and what it takes.
@Suite struct MemoryCommandTests {
  private func train(
    _ words: [String], in folder: String
  ) throws -> (stated: Double, measured: Double, root: String) {
    let done = try BuiltCommand(["train", "spec.json", "--json"] + words, in: folder)
    #expect(done.code == 0, "\(words): \(done.remarks)")
    var fields = try JSONFields(try JSONValue.parse(Array(done.output.utf8)))
    var plan = try fields.fields("plan")
    return (
      try plan.double("peakBytes"), try fields.double("peakBytes"),
      try fields.string("stateRoot")
    )
  }

  /// A run of some hundred megabytes, so that what a process takes anyway hardly counts.
  @Test func aRunTakesTheMemoryThatItSaid() throws {
    try withTemporaryFolder { folder in
      let made = try BuiltCommand(
        [
          "spec", "new", "--out", "spec.json", "--examples", "500", "--hidden", "1500,1500,1500",
          "--batch", "400", "--steps", "1", "--interval", "1",
        ], in: folder)
      #expect(made.code == 0, "\(made.remarks)")
      let run = try train(["--run", "run"], in: folder)
      #expect(run.stated > 100e6)
      #expect(abs(run.measured / run.stated - 1) < 0.15, "\(run.measured) of \(run.stated) bytes")
    }
  }
}
