import AssayFiles
import AssayWire
import Foundation
import Testing

@testable import assay

/// Text, from a file to a trained model that writes.
@Suite struct TextCommandTests {
  private func write(_ text: String, _ name: String, in folder: String) throws {
    try FileAccess.write(Array(text.utf8), to: folder + "/" + name)
  }

  private func succeed(_ words: [String], in folder: String) throws -> JSONFields {
    let done = try BuiltCommand(words + ["--json"], in: folder)
    #expect(done.code == 0, "\(words): \(done.remarks)")
    return try JSONFields(try JSONValue.parse(Array(done.output.utf8)))
  }

  private static let model = [
    "--template", "gpt", "--layers", "1", "--width", "8", "--heads", "2", "--steps", "4",
    "--batch", "4", "--interval", "2",
  ]

  @Test func aTextIsTrainedOnEvaluatedAndContinued() throws {
    try withTemporaryFolder { folder in
      try write(String(repeating: "abcd efgh ", count: 40), "text", in: folder)
      var spec = try succeed(
        ["spec", "new", "--out", "spec.json", "--text", "text", "--context", "8"] + Self.model,
        in: folder)
      // 360 of 400 bytes are trained on: (360 − 9) / 8 + 1 rows.
      #expect(try spec.integer("examples", in: 0...1000) == 44)
      _ = try succeed(
        ["train", "spec.json", "--run", "run", "--text", "text", "--evaluations", "1"],
        in: folder)
      var following = try succeed(["evaluate", "run", "--text", "text"], in: folder)
      #expect(try following.double("loss") > 0)
      try write(String(repeating: "abcd efgh ", count: 40), "other", in: folder)
      _ = try succeed(["evaluate", "run", "--test-text", "other"], in: folder)

      func generate(_ more: [String]) throws -> (text: String, count: Int) {
        var fields = try succeed(
          ["generate", "run", "--prompt", "abcd", "--length", "12"] + more, in: folder)
        return (try fields.string("text"), try fields.array("tokens").count)
      }
      let greedy = try generate(["--temperature", "0"])
      #expect(try greedy == generate(["--temperature", "0", "--seed", "2"]))
      #expect(greedy.count == 12)
      #expect(try generate(["--seed", "1"]) == generate([]))
      #expect(try generate(["--seed", "2"]).text != generate(["--seed", "3"]).text)

      let shown = try BuiltCommand(
        ["generate", "run", "--prompt", "abcd", "--length", "12", "--temperature", "0"],
        in: folder)
      #expect(shown.code == 0 && shown.output.hasPrefix("abcd") && shown.output.hasSuffix("\n"))
      for words in [
        ["--prompt", ""], ["--step", "3"], ["--temperature", "-1"], ["--length", "0"],
        ["--vocabulary", "spec.json"],
      ] {
        let refused = try BuiltCommand(["generate", "run"] + words, in: folder)
        #expect([2, 3].contains(refused.code), "\(words)")
        #expect(refused.remarks.hasPrefix("assay: "), "\(words): \(refused.remarks)")
      }
    }
  }

  @Test func aSpecKnowsHowFarApartTheRowsBegin() throws {
    try withTemporaryFolder { folder in
      try write(String(repeating: "abcd efgh ", count: 40), "text", in: folder)
      let text = ["--text", "text"]
      var spec = try succeed(
        ["spec", "new", "--out", "spec.json", "--context", "8", "--stride", "3"] + text
          + Self.model, in: folder)
      // (360 − 9) / 3 + 1 rows.
      #expect(try spec.integer("examples", in: 0...1000) == 118)
      _ = try succeed(["train", "spec.json", "--run", "run"] + text, in: folder)
      _ = try succeed(["evaluate", "run"] + text, in: folder)
      let refused = try BuiltCommand(
        ["train", "spec.json", "--run", "again", "--stride", "8"] + text, in: folder)
      #expect(refused.code == 2, "\(refused.remarks)")
      #expect(refused.remarks.contains("3 tokens apart"), "\(refused.remarks)")
    }
  }

  @Test func aTextIsReadByItsVocabulary() throws {
    try withTemporaryFolder { folder in
      try write(String(repeating: "to be or not ", count: 20), "text", in: folder)
      try write(#"["to ", "be ", "or ", "not "]"#, "words.json", in: folder)
      let reading = ["--text", "text", "--vocabulary", "words.json"]
      var spec = try succeed(
        ["spec", "new", "--out", "spec.json", "--context", "4", "--test-share", "0"] + reading
          + Self.model, in: folder)
      // 80 tokens: (80 − 5) / 4 + 1 rows.
      #expect(try spec.integer("examples", in: 0...1000) == 19)
      _ = try succeed(["train", "spec.json", "--run", "run"] + reading, in: folder)
      let generated = try BuiltCommand(
        [
          "generate", "run", "--vocabulary", "words.json", "--prompt", "to be ", "--length", "3",
        ], in: folder)
      #expect(generated.code == 0, "\(generated.remarks)")
      #expect(generated.output.split(separator: " ").count == 6, "\(generated.output)")
      for words in [
        ["generate", "run"], ["generate", "run", "--vocabulary", "words.json", "--prompt", "x"],
        // Nothing follows the trained part.
        ["evaluate", "run"] + reading,
        // Another stride, other rows.
        ["train", "spec.json", "--run", "again", "--stride", "1"] + reading,
        ["train", "spec.json", "--run", "again", "--text", "text"],
      ] {
        let refused = try BuiltCommand(words, in: folder)
        #expect([2, 3].contains(refused.code), "\(words)")
        #expect(refused.remarks.hasPrefix("assay: "), "\(words): \(refused.remarks)")
      }
    }
  }

  @Test(arguments: [
    (["--text", "text"], "--context"), (["--context", "4"], "--text"),
    (["--text", "absent", "--context", "4"], "no such file"),
    (["--text", "text", "--context", "40"], "tokens are too few"),
    (["--text", "text", "--context", "0"], "--context"),
    (["--text", "text", "--context", "4", "--test-share", "1"], "--test-share"),
    (["--text", "text", "--context", "4", "--vocabulary", "text"], "JSON list of strings"),
    (["--text", "text", "--context", "4", "--data", "table.csv"], "other data"),
    (["--text", "text", "--context", "4"], "gpt"),
    (["--text", "text", "--context", "4", "--template", "lenet"], "lenet"),
    (["--test-share", "0.5"], "--test-share"), (["--template", "gpt"], "--text"),
    (["--text", "text", "--context", "4", "--flip", "--template", "gpt"], "augment"),
    (["--crop", "16"], "crop"),
  ])
  func whatMakesNoSenseIsRefused(words: [String], reason: String) throws {
    try withTemporaryFolder { folder in
      try write("twenty bytes of text", "text", in: folder)
      let made = try BuiltCommand(["spec", "new", "--out", "spec.json"] + words, in: folder)
      #expect([2, 3].contains(made.code))
      #expect(made.remarks.contains(reason), "\(made.remarks)")
    }
  }

  /// The example whose last token is changed is in every step's batch, so every interval is false.
  @Test func aRunOnTextIsAuditedAndAnotherTextIsNotAccepted() throws {
    try withTemporaryFolder { folder in
      try write(String(repeating: "abcd efgh ", count: 5), "text", in: folder)
      let audit = [
        "audit", "--challenge", "challenge.json", "--spec", "spec.json", "--text", "text",
      ]
      for words in [
        ["spec", "new", "--out", "spec.json", "--text", "text", "--context", "8"] + Self.model,
        ["train", "spec.json", "--run", "run", "--text", "text"], ["claim", "run"],
        ["challenge", "run/claim.json", "--every"],
        ["open", "run", "--challenge", "challenge.json", "--text", "text"],
        audit + ["run/claim.json", "--bundle", "bundle", "--instructions", "portable"],
        ["cheat", "run", "--how", "flippedLabel", "--out", "cheat", "--text", "text"],
        ["challenge", "cheat/claim.json", "--every", "--out", "challenge.json"],
        [
          "cheat", "run", "--how", "flippedLabel", "--out", "cheat", "--text", "text",
          "--challenge", "challenge.json",
        ],
      ] {
        let done = try BuiltCommand(words, in: folder)
        #expect(done.code == 0, "\(words): \(done.remarks)")
      }
      let rejected = try BuiltCommand(
        audit + ["cheat/claim.json", "--bundle", "cheat/bundle"], in: folder)
      #expect(rejected.code == 1, "\(rejected.output)\(rejected.remarks)")
      try write(String(repeating: "abcd efgi ", count: 5), "text", in: folder)
      let other = try BuiltCommand(
        audit + ["run/claim.json", "--bundle", "bundle"], in: folder)
      #expect(other.code != 0)
    }
  }

  @Test func augmentedTrainingIsReproducedByAnAudit() throws {
    try withTemporaryFolder { folder in
      for words in [
        [
          "spec", "new", "--out", "spec.json", "--examples", "100", "--steps", "6", "--interval",
          "2", "--hidden", "8", "--batch", "10", "--crop", "2", "--flip",
        ],
        ["train", "spec.json", "--run", "run", "--evaluations", "1", "--threads", "1"],
        ["claim", "run"], ["challenge", "run/claim.json", "--every"],
        ["open", "run", "--challenge", "challenge.json"],
        [
          "audit", "run/claim.json", "--challenge", "challenge.json", "--spec", "spec.json",
          "--bundle", "bundle", "--instructions", "portable",
        ],
      ] {
        let done = try BuiltCommand(words, in: folder)
        #expect(done.code == 0, "\(words): \(done.remarks)")
      }
    }
  }
}

@Suite struct TextStreamTests {
  @Test func aCharacterIsShownOnceItIsWhole() {
    let text = "a é € 𝄞 z"
    for size in 1...5 {
      var stream = TextStream()
      var shown = ""
      let bytes = Array(text.utf8)
      for start in stride(from: 0, to: bytes.count, by: size) {
        shown += stream.take(Array(bytes[start..<min(start + size, bytes.count)]))
        #expect(text.hasPrefix(shown), "\(size) bytes at a time")
      }
      #expect(shown + stream.finish() == text)
    }
  }

  @Test func whatIsNoTextIsMarked() {
    var stream = TextStream()
    #expect(stream.take([0x61, 0xff, 0x62]) == "a\u{fffd}b")
    #expect(stream.take([0xe2, 0x82]) == "")
    #expect(stream.take([0x41]) == "\u{fffd}A")
    #expect(stream.take([0xf0]) == "")
    #expect(stream.finish() == "\u{fffd}")
    #expect(stream.take([0x1b, 0x5b, 0x32, 0x4a, 0x0a, 0x09]) == "\u{fffd}[2J\n\t")
    #expect(stream.take([]) == "" && stream.finish() == "")
  }
}
