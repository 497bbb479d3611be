import AssayFiles
import AssayWire
import Foundation
import Testing

/// The way from a spec to a signed verdict, by the built command.
@Suite struct AuditCommandTests {
  /// Trains and claims a small run in `folder`.
  private func train(in folder: String, seed: Int = 1) throws {
    for words in [
      [
        "spec", "new", "--out", "spec.json", "--examples", "200", "--steps", "20", "--interval",
        "2", "--hidden", "8", "--batch", "10", "--seed", "\(seed)",
      ],
      ["train", "spec.json", "--run", "run", "--evaluations", "1"], ["claim", "run"],
    ] {
      let done = try BuiltCommand(words, in: folder)
      #expect(done.code == 0, "\(words): \(done.remarks)")
    }
  }

  private func audit(
    in folder: String, _ more: [String] = []
  ) throws -> (code: Int32, fields: JSONFields, remarks: String) {
    let done = try BuiltCommand(
      [
        "audit", "run/claim.json", "--challenge", "challenge.json", "--spec", "spec.json", "--json",
      ] + more, in: folder)
    return (done.code, try JSONFields(try JSONValue.parse(Array(done.output.utf8))), done.remarks)
  }

  @Test func anHonestRunIsAcceptedAndADamagedAnswerIsNot() throws {
    try withTemporaryFolder { folder in
      try train(in: folder)
      for words in [
        ["challenge", "run/claim.json", "--draw", "4"],
        ["open", "run", "--challenge", "challenge.json"], ["keygen", "--out", "verifier"],
      ] {
        let done = try BuiltCommand(words, in: folder)
        #expect(done.code == 0, "\(words): \(done.remarks)")
      }
      var accepted = try audit(
        in: folder, ["--bundle", "bundle", "--key", "verifier.key", "--out", "verdict.json"])
      #expect(accepted.code == 0, "\(accepted.remarks)")
      #expect(try accepted.fields.string("outcome") == "accepted")
      let verified = try BuiltCommand(
        ["verify", "verdict.json", "--signer", "verifier.pub", "--json"], in: folder)
      #expect(verified.code == 0, "\(verified.remarks)")
      var statement = try JSONFields(try JSONValue.parse(Array(verified.output.utf8)))
      #expect(try statement.string("outcome") == "accepted")

      var bytes = try FileAccess.read(folder + "/bundle", limit: 1 << 24)
      bytes[bytes.count - 1] ^= 1
      try FileAccess.write(bytes, to: folder + "/damaged")
      var rejected = try audit(in: folder, ["--bundle", "damaged"])
      #expect(rejected.code == 1)
      #expect(try rejected.fields.string("fault") == "wrongArtefact")

      var unanswered = try audit(in: folder)
      #expect(unanswered.code == 3)
      #expect(try unanswered.fields.string("reason") == "missingBundle")
    }
  }

  @Test(arguments: ["skippedIntervals", "stolenTrace", "replacedCheckpoint"])
  func aCheatPlayedByHandIsRejected(how: String) throws {
    try withTemporaryFolder { folder in
      try train(in: folder)
      for words in [
        ["cheat", "run", "--how", how, "--out", "cheat"],
        ["challenge", "cheat/claim.json", "--every"],
        ["cheat", "run", "--how", how, "--out", "cheat", "--challenge", "challenge.json"],
      ] {
        let done = try BuiltCommand(words, in: folder)
        #expect(done.code == 0, "\(words): \(done.remarks)")
      }
      let report = try BuiltCommand(
        [
          "audit", "cheat/claim.json", "--challenge", "challenge.json", "--spec", "spec.json",
          "--bundle", "cheat/bundle",
        ], in: folder)
      #expect(report.code == 1, "\(report.output) \(report.remarks)")
      let again = try BuiltCommand(
        ["cheat", "run", "--how", how, "--out", "cheat"], in: folder)
      #expect(again.code == 3)
    }
  }

  @Test func dataThatCannotBeReadMakeTheAuditInconclusive() throws {
    try withTemporaryFolder { folder in
      try train(in: folder)
      for words in [
        ["challenge", "run/claim.json", "--every"],
        ["open", "run", "--challenge", "challenge.json"],
      ] { #expect(try BuiltCommand(words, in: folder).code == 0) }
      var report = try audit(
        in: folder, ["--bundle", "bundle", "--data", "no.idx", "--targets", "none.idx"])
      #expect(report.code == 3)
      #expect(try report.fields.string("reason") == "missingData")
      #expect(report.remarks.contains("no.idx"))
    }
  }

  @Test func aClaimThatWasChangedIsRefused() throws {
    try withTemporaryFolder { folder in
      try train(in: folder)
      let path = folder + "/run/claim.json"
      var bytes = try FileAccess.read(path, limit: 1 << 20)
      let place = try #require(bytes.firstIndex(of: UInt8(ascii: "A")))
      bytes[place] = UInt8(ascii: "B")
      try FileAccess.write(bytes, to: path)
      #expect(try BuiltCommand(["verify", "run/claim.json"], in: folder).code == 1)
      #expect(try BuiltCommand(["challenge", "run/claim.json", "--every"], in: folder).code == 1)
      #expect(!FileAccess.exists(folder + "/challenge.json"))
    }
  }

  @Test func aFileThatIsNoStatementIsRefused() throws {
    try withTemporaryFolder { folder in
      for text in ["", "{}", "[1", String(repeating: "[", count: 5000)] {
        try FileAccess.write(Array(text.utf8), to: folder + "/file")
        #expect(try BuiltCommand(["verify", "file"], in: folder).code == 1, "\(text.prefix(9))")
        let challenge = try BuiltCommand(["challenge", "file", "--draw", "1"], in: folder)
        #expect(challenge.code == 1)
      }
      #expect(try BuiltCommand(["verify", "absent"], in: folder).code == 3)
    }
  }

  @Test(arguments: [
    (["--intervals", "1000"], "draw         43 of 1000 intervals"),
    (["--intervals", "1000", "--against", "targeted"], "draw         1000 of 1000 intervals"),
    (
      [
        "--intervals", "100", "--against", "rational", "--price", "1000", "--stake", "500",
        "--cost", "800", "--outside-gain", "30", "--finder", "0.5",
      ], "draw         4 of 100 intervals"
    ),
  ])
  func aPlanSaysHowManyIntervalsToDraw(words: [String], line: String) throws {
    let done = try BuiltCommand(["plan"] + words)
    #expect(done.code == 0, "\(done.remarks)")
    #expect(done.output.contains(line), "\(done.output)")
  }

  @Test func aPlanThatCannotBeMadeSaysWhy() throws {
    let pays = try BuiltCommand([
      "plan", "--intervals", "10", "--against", "rational", "--price", "10", "--cost", "20",
    ])
    #expect(pays.code == 3)
    #expect(pays.remarks.contains("no number of intervals deters"))
    for words in [
      ["plan"], ["plan", "--intervals", "0"], ["plan", "--intervals", "-4"],
      ["plan", "--intervals", "5", "--fraction", "0"],
      ["plan", "--intervals", "5", "--against", "rational"],
    ] {
      #expect(try BuiltCommand(words).code == 2, "\(words)")
    }
  }
}
