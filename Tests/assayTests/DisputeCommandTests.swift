import AssayFiles
import AssayWire
import Foundation
import Testing

/// Disputes by the built command.
@Suite struct DisputeCommandTests {
  private func done(_ words: [String], in folder: String, code: Int32 = 0) throws -> BuiltCommand {
    let done = try BuiltCommand(words, in: folder)
    #expect(done.code == code, "\(words): \(done.output) \(done.remarks)")
    return done
  }

  /// An honest run, its replica, and one with an altered weight.
  private func prepare(in folder: String) throws {
    _ = try done(
      [
        "spec", "new", "--out", "spec.json", "--examples", "60", "--steps", "8", "--interval", "2",
        "--hidden", "8", "--batch", "10",
      ], in: folder)
    for run in ["run-a", "run-b"] {
      _ = try done(["train", "spec.json", "--run", run, "--evaluations", "1"], in: folder)
      _ = try done(["claim", run], in: folder)
    }
    _ = try done(["cheat", "run-a", "--how", "alteredWeight", "--out", "cheat"], in: folder)
  }

  @Test func theRunWithAnAlteredWeightIsFoundAmongReplicas() throws {
    try withTemporaryFolder { folder in
      try prepare(in: folder)
      let runs = ["dispute", "runs", "run-a", "cheat/run", "run-b"]
      let shown = try done(runs, in: folder, code: 1)
      #expect(shown.output.contains("operator"), "\(shown.output)")
      #expect(shown.output.contains("right        run-a, run-b"))
      let agreed = try done(["dispute", "runs", "run-a", "run-b"], in: folder)
      #expect(agreed.output.contains("agreed"))

      // The same between three processes, over files.
      _ = try done(
        [
          "dispute", "open", "quarrel", "--spec", "spec.json", "--challenger", "run-a/claim.json",
          "--defender", "cheat/claim.json",
        ], in: folder)
      let sides = [("run-a", "run-a/provider.key"), ("cheat/run", "cheat/provider.key")]
      for _ in 0..<100 {
        for (run, key) in sides {
          _ = try done(
            ["dispute", "answer", "quarrel", "--run", run, "--key", key], in: folder)
        }
        let open = try BuiltCommand(["dispute", "decide", "quarrel"], in: folder)
        if open.code == 1 { break }
        #expect(open.code == 0, "\(open.remarks)")
      }
      _ = try done(["keygen", "--out", "referee"], in: folder)
      let decided = try done(
        ["dispute", "decide", "quarrel", "--key", "referee.key", "--json"], in: folder, code: 1)
      var fields = try JSONFields(try JSONValue.parse(Array(decided.output.utf8)))
      #expect(try fields.string("loser") == "defender")
      #expect(try fields.string("fault") == "falseStatement")
      #expect(FileAccess.exists(folder + "/outcome.json"))
      // Another's key answers for nobody.
      _ = try done(
        ["dispute", "answer", "quarrel", "--run", "run-b", "--key", "run-b/provider.key"],
        in: folder, code: 3)
    }
  }
}
