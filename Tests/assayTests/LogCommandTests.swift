import AssayCryptography
import AssayEvidence
import AssayFiles
import AssaySpecification
import AssayStorage
import AssayWire
import Testing

/// The transparency log by the built command: published, proved, verified and watched.
@Suite struct LogCommandTests {
  @discardableResult
  private func log(
    _ words: [String], in folder: String, code: Int32 = 0,
    location: SourceLocation = #_sourceLocation
  ) throws -> JSONFields {
    let done = try BuiltCommand(["log"] + words + ["--json"], in: folder)
    #expect(
      done.code == code, "\(words.joined(separator: " ")): \(done.output) \(done.remarks)",
      sourceLocation: location)
    return try JSONFields(JSONValue.parse(Array(done.output.utf8)))
  }

  /// Keys, and a database whose log has claims of these steps; each claim is a file `step.json`.
  private func prepare(_ database: String, steps: [UInt64], in folder: String) throws {
    let provider = try SigningKey(seed: [UInt8](repeating: 3, count: 32))
    let store = try SettlementStore(path: "\(folder)/\(database)")
    for step in steps {
      let claim = ProviderClaim(
        job: "job-1", terms: .zero, provider: provider.verifyingKey, spec: .zero, dataRoot: .zero,
        firstStep: 0, lastStep: step, firstRoot: .zero, lastRoot: .zero, traceSize: step + 1,
        traceRoot: .zero, artefact: .zero
      ).signed(by: provider).encoded
      _ = try store.appendToLog(.claim, envelope: claim)
      try FileAccess.write(claim, to: "\(folder)/\(step).json")
    }
    let signer = try SigningKey(seed: [UInt8](repeating: 4, count: 32))
    for (name, key) in [("operator", signer), ("provider", provider)] {
      try FileAccess.write(Array(key.pem.utf8), to: "\(folder)/\(name).key")
      try FileAccess.write(Array(key.verifyingKey.pem.utf8), to: "\(folder)/\(name).pub")
    }
  }

  private func export(
    _ database: String, to out: String, in folder: String, code: Int32 = 0
  ) throws {
    let words = ["export", "--database", database, "--key", "operator.key", "--out", out]
    let done = try BuiltCommand(
      ["log"] + words + ["--origin", "log.example/1", "--json"], in: folder)
    #expect(done.code == code, "\(done.output) \(done.remarks)")
  }

  @Test func aClaimIsProvedOfflineFromThePublishedFiles() throws {
    try withTemporaryFolder { folder in
      try prepare("a.db", steps: [1, 2, 3], in: folder)
      try export("a.db", to: "www", in: folder)
      // The origin is known by now.
      var again = try log(
        ["export", "--database", "a.db", "--key", "operator.key", "--out", "www"], in: folder)
      #expect(try again.integer("new") == 0)
      var shown = try log(["show", "--database", "a.db"], in: folder)
      #expect(try shown.objects("entries").count == 3)
      let verify = ["verify", "www", "--key", "operator.pub"]
      var whole = try log(verify, in: folder)
      #expect(try whole.integer("size") == 3)
      try log(["prove", "2.json", "--log", "www", "--out", "2.tlog-proof"], in: folder)
      let proof = ["verify", "2.tlog-proof", "--key", "operator.pub", "--statement"]
      var held = try log(proof + ["2.json"], in: folder)
      #expect(try held.integer("index") == 1)
      try log(proof + ["3.json"], in: folder, code: 1)
      try log(verify.dropLast() + ["provider.pub"], in: folder, code: 1)
      // Cosigned by whoever watches, and verified with it.
      try log(
        [
          "watch", "www", "--key", "operator.pub", "--copy", "watched", "--cosigner-key",
          "provider.key", "--cosigner-name", "witness.example/1",
        ], in: folder)
      let cosigner = ["--cosigner", "witness.example/1=provider.pub"]
      try log(verify + cosigner, in: folder, code: 1)
      let note = try FileAccess.read("\(folder)/watched/cosigned.note", limit: 1 << 16)
      try FileAccess.write(note, to: "\(folder)/www/checkpoint")
      var cosigned = try log(verify + cosigner, in: folder)
      #expect(try cosigned.objects("cosigned").count == 1)
    }
  }

  @Test func aLogThatShowsTwoHistoriesLeavesEvidenceThatVerifiesAnywhere() throws {
    try withTemporaryFolder { folder in
      try prepare("a.db", steps: [1, 2, 3], in: folder)
      try prepare("b.db", steps: [1, 9, 3, 4], in: folder)
      try export("a.db", to: "www", in: folder)
      try export("b.db", to: "other", in: folder)
      // Nothing is published over another history.
      try export("b.db", to: "www", in: folder, code: 3)
      let key = ["--key", "operator.pub", "--copy", "watched"]
      var first = try log(["watch", "www"] + key, in: folder)
      #expect(try first.integer("new") == 3)
      var found = try log(["watch", "other"] + key, in: folder, code: 1)
      #expect(try found.string("result") == "fork")
      let evidence = try found.string("evidence")
      try log(["verify", evidence, "--key", "operator.pub"], in: folder)
      try log(["verify", evidence, "--key", "provider.pub"], in: folder, code: 1)
      // A second look writes no second file; a proof's head from elsewhere shows the same.
      var second = try log(["watch", "other"] + key, in: folder, code: 1)
      #expect(try second.string("evidence") == evidence)
      let published = try FileAccess.read("\(folder)/www/checkpoint", limit: 1 << 16)
      try FileAccess.write(published, to: "\(folder)/seen.note")
      var split = try log(
        [
          "watch", "other", "--key", "operator.pub", "--copy", "fresh", "--head", "seen.note",
        ], in: folder, code: 1)
      #expect(try split.string("result") == "fork")
    }
  }

  @Test func aLogThatWasCutIsReportedAndNothingIsMistakenForALog() throws {
    try withTemporaryFolder { folder in
      try prepare("a.db", steps: [1, 2, 3], in: folder)
      try prepare("short.db", steps: [1], in: folder)
      try export("a.db", to: "www", in: folder)
      try export("short.db", to: "short", in: folder)
      let key = ["--key", "operator.pub", "--copy", "watched"]
      try log(["watch", "www"] + key, in: folder)
      var older = try log(["watch", "short"] + key, in: folder, code: 1)
      #expect(try older.string("result") == "older")
      try log(["watch", folder] + key, in: folder, code: 1)
      #expect(try BuiltCommand(["log", "verify", "gone"] + key.prefix(2), in: folder).code == 3)
      #expect(try BuiltCommand(["log", "verify", "1.json"] + key.prefix(2), in: folder).code == 1)
      let missing = try BuiltCommand(
        ["log", "prove", "operator.pub", "--log", "www", "--out", "p"], in: folder)
      #expect(missing.code == 3)
      #expect(
        try BuiltCommand(["log", "watch", "www", "--cosigner-name", "w"] + key, in: folder).code
          == 2)
    }
  }
}
