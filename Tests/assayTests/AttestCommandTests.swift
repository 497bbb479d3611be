import AssayFiles
import AssayWire
import Foundation
import Testing

/// Where a model is from, stated and read with the built command.
@Suite struct AttestCommandTests {
  private func assay(
    _ words: [String], in folder: String, code: Int32 = 0,
    location: SourceLocation = #_sourceLocation
  ) throws -> BuiltCommand {
    let done = try BuiltCommand(words, in: folder)
    #expect(
      done.code == code, "\(words.joined(separator: " ")): \(done.output) \(done.remarks)",
      sourceLocation: location)
    return done
  }

  @Test func aModelIsTracedToItsDataItsProviderAndItsVerifier() throws {
    try withTemporaryFolder { folder in
      for words in [
        [
          "spec", "new", "--out", "spec.json", "--examples", "200", "--steps", "20", "--interval",
          "2", "--hidden", "8", "--batch", "10",
        ],
        ["train", "spec.json", "--run", "run", "--evaluations", "1"], ["claim", "run"],
        ["challenge", "run/claim.json", "--draw", "4"],
        ["open", "run", "--challenge", "challenge.json"], ["keygen", "--out", "verifier"],
        [
          "audit", "run/claim.json", "--challenge", "challenge.json", "--spec", "spec.json",
          "--bundle", "bundle", "--key", "verifier.key", "--out", "verdict.json",
        ],
        ["export", "run", "--out", "model.safetensors"],
      ] {
        _ = try assay(words, in: folder)
      }
      let state = try #require(
        FileAccess.names(in: folder + "/run/checkpoints").last { $0.hasSuffix("20.safetensors") })
      let new = [
        "attest", "new", "run/claim.json", "--spec", "spec.json", "--state",
        "run/checkpoints/\(state)", "--out", "model.safetensors.intoto.jsonl", "--key",
      ]
      let verify = ["attest", "verify", "model.safetensors"]
      let summary = ["--verdict", "verdict.json", "--challenge", "challenge.json"]
      // Nobody states another's work.
      _ = try assay(new + ["verifier.key"], in: folder, code: 3)
      _ = try assay(new + ["run/provider.key"], in: folder)
      let alone = try assay(verify, in: folder, code: 1)
      #expect(alone.output.contains("Nobody has verified this model."))
      _ = try assay(new + ["run/provider.key"] + summary, in: folder, code: 3)
      _ = try assay(new + ["verifier.key"] + summary + ["--now", "1769860800"], in: folder)
      let shown = try assay(verify, in: folder)
      #expect(shown.output.contains("4 of 10 intervals executed again, the same bits"))
      #expect(shown.output.contains("2026-01-31T12:00:00Z"))
      #expect(shown.output.contains("Nobody vouches for these keys here"))
      #expect(shown.output.split(separator: "\n").count < 24)
      let key = ["--verifier", "verifier.pub"]
      let named = try assay(verify + key + ["--json"], in: folder)
      var answer = try JSONFields(JSONValue.parse(Array(named.output.utf8)))
      #expect(try answer.bool("holds"))
      #expect(try answer.objects("summaries").count == 1)
      // The state's own file is a subject, too.
      let own = ["--bundle", "model.safetensors.intoto.jsonl"] + key
      _ = try assay(["attest", "verify", "run/checkpoints/\(state)"] + own, in: folder)
      // Another model, another verifier, another provider, a flipped byte.
      let other = ["attest", "verify", "spec.json"] + own
      #expect(try assay(other, in: folder, code: 1).remarks.contains("is it the file"))
      _ = try assay(["keygen", "--out", "stranger"], in: folder)
      _ = try assay(verify + ["--verifier", "stranger.pub"], in: folder, code: 1)
      _ = try assay(verify + ["--provider", "stranger.pub"], in: folder, code: 1)
      let path = folder + "/model.safetensors.intoto.jsonl"
      var bytes = try FileAccess.read(path, limit: 1 << 24)
      bytes[bytes.count / 2] ^= 1
      try FileAccess.write(bytes, to: path)
      _ = try assay(verify, in: folder, code: 1)
      _ = try assay(verify + ["--bundle", "gone"], in: folder, code: 3)
    }
  }
}
