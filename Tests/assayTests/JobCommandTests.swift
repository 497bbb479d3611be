import AssayFiles
import AssayWire
import Foundation
import Testing

/// Jobs driven by hand with the built command, from keys to receipts.
@Suite struct JobCommandTests {
  /// Runs a command that must end with a code, and gives its JSON object.
  @discardableResult
  private func assay(
    _ words: [String], in folder: String, code: Int32 = 0,
    location: SourceLocation = #_sourceLocation
  ) throws -> JSONFields {
    let done = try BuiltCommand(words + ["--json"], in: folder)
    #expect(
      done.code == code, "\(words.joined(separator: " ")): \(done.remarks)",
      sourceLocation: location)
    return try JSONFields(JSONValue.parse(Array(done.output.utf8)))
  }

  private func job(
    _ words: [String], in folder: String, at now: Int, code: Int32 = 0,
    location: SourceLocation = #_sourceLocation
  ) throws -> JSONFields {
    try assay(
      ["job"] + words + ["--now", "\(now)"], in: folder, code: code, location: location)
  }

  /// Keys, secrets, a trained run and the terms of a job that a provider has accepted.
  private func prepare(in folder: String, draw: Int = 4) throws {
    for name in ["buyer", "operator", "verifier", "referee", "provider"] {
      try assay(["keygen", "--out", name], in: folder)
    }
    for role in ["buyer", "operator"] {
      try assay(["terms", "secret", "--by", role, "--out", role], in: folder)
    }
    try assay(
      [
        "spec", "new", "--out", "spec.json", "--examples", "100", "--steps", "20", "--interval",
        "2", "--hidden", "8", "--batch", "10",
      ], in: folder)
    var terms = try assay(
      [
        "terms", "new", "--job", "job-1", "--spec", "spec.json", "--price", "100.00", "--fee",
        "5.00", "--stake", "60.00", "--work-cost", "80.00", "--draw", "\(draw)", "--buyer",
        "buyer.pub", "--operator", "operator.pub", "--verifier", "verifier.pub", "--referee",
        "referee.pub", "--buyer-secret-hash", "buyer.hash", "--operator-secret-hash",
        "operator.hash", "--out", "terms.json",
      ], in: folder)
    #expect(try terms.integer("drawn") == draw)
    for (party, amount) in [("buyer", "150.00"), ("provider", "60.00")] {
      _ = try job(
        ["deposit", "--party", "\(party).pub", "--asset", "EUR", "--amount", amount], in: folder,
        at: 100)
    }
    _ = try job(["offer", "terms.json"], in: folder, at: 101)
    _ = try job(["fund", "job-1", "--key", "buyer.key"], in: folder, at: 102)
    _ = try job(["accept", "job-1", "--key", "provider.key"], in: folder, at: 103)
  }

  private func commit(in folder: String) throws {
    let train = [
      "train", "spec.json", "--run", "run", "--provider", "provider.pub", "--evaluations", "1",
    ]
    for words in [train, ["claim", "run", "--key", "provider.key", "--terms", "terms.json"]] {
      let done = try BuiltCommand(words, in: folder)
      #expect(done.code == 0, "\(done.remarks)")
    }
    _ = try job(["commit", "job-1", "run/claim.json"], in: folder, at: 200)
  }

  private func draw(in folder: String) throws {
    // Nothing is revealed before the claim is logged, and the operator comes first.
    let reveal = { (role: String) in
      ["reveal", "job-1", "--by", role, "--secret", "\(role).secret"]
    }
    _ = try job(reveal("operator"), in: folder, at: 201, code: 1)
    _ = try job(["log", "job-1", "--key", "operator.key"], in: folder, at: 201)
    _ = try job(reveal("buyer"), in: folder, at: 202, code: 1)
    _ = try job(reveal("operator"), in: folder, at: 202)
    let early = try BuiltCommand(["job", "draw", "job-1", "--out", "c.json"], in: folder)
    #expect(early.code == 3)
    _ = try job(reveal("buyer"), in: folder, at: 203)
    try assay(["job", "draw", "job-1", "--out", "challenge.json"], in: folder)
  }

  private func audit(in folder: String, _ words: [String], code: Int32) throws {
    let done = try BuiltCommand(
      [
        "audit", "run/claim.json", "--challenge", "challenge.json", "--spec", "spec.json",
        "--terms", "terms.json", "--provider", "provider.pub", "--key", "verifier.key",
      ] + words, in: folder)
    #expect(done.code == code, "\(done.output) \(done.remarks)")
  }

  private func balances(in folder: String) throws -> [String: String] {
    var ledger = try assay(["ledger"], in: folder)
    #expect(try ledger.bool("balances"))
    var balances: [String: String] = [:]
    for var account in try ledger.objects("accounts") {
      balances[try account.string("name")] = try account.string("balance")
    }
    return balances
  }

  private func account(_ party: String, in folder: String) throws -> String {
    let pem = String(
      decoding: try FileAccess.read(folder + "/\(party).pub", limit: 4096), as: UTF8.self)
    let body = pem.split(separator: "\n").dropFirst().dropLast().joined()
    // The key is the last 32 bytes of its SubjectPublicKeyInfo (RFC 8410).
    return "party/\(Hex.encode(Array(try Base64.decode(body).suffix(32))))/EUR"
  }

  @Test func anHonestJobIsPaidToTheUnitAndItsReceiptHolds() throws {
    try withTemporaryFolder { folder in
      try prepare(in: folder)
      try commit(in: folder)
      try draw(in: folder)
      let opened = try BuiltCommand(
        ["open", "run", "--challenge", "challenge.json"], in: folder)
      #expect(opened.code == 0, "\(opened.remarks)")
      try audit(in: folder, ["--bundle", "bundle"], code: 0)
      _ = try job(
        ["verdict", "job-1", "verdict.json", "--key", "operator.key"], in: folder, at: 300)
      _ = try job(["close", "job-1"], in: folder, at: 301, code: 1)
      _ = try job(["close", "job-1"], in: folder, at: 300 + 86_400)
      var status = try assay(["job", "status", "job-1"], in: folder)
      #expect(try status.string("settlement") == "paid")
      let balances = try balances(in: folder)
      #expect(balances[try account("buyer", in: folder)] == "4500")
      #expect(balances[try account("provider", in: folder)] == "16000")
      #expect(balances[try account("verifier", in: folder)] == "500")
      try assay(
        [
          "receipt", "write", "job-1", "--key", "operator.key", "--out", "receipt.json",
          "--log-proof", "receipt.tlog-proof",
        ], in: folder)
      try assay(["receipt", "verify", "receipt.json", "--terms", "terms.json"], in: folder)
      // Claim, verdict and receipt, in this order.
      var logged = try assay(
        [
          "log", "verify", "receipt.tlog-proof", "--statement", "receipt.json", "--key",
          "operator.pub",
        ], in: folder)
      #expect(try logged.integer("index") == 2)
      // Changed terms are other terms.
      var terms = try FileAccess.read(folder + "/terms.json", limit: 1 << 20)
      terms.append(UInt8(ascii: "\n"))
      try FileAccess.write(terms, to: folder + "/other.json")
      try assay(
        ["receipt", "verify", "receipt.json", "--terms", "other.json"], in: folder, code: 1)
    }
  }

  @Test func aWithheldOpeningCostsTheStake() throws {
    try withTemporaryFolder { folder in
      try prepare(in: folder)
      try commit(in: folder)
      try draw(in: folder)
      try audit(in: folder, ["--withheld"], code: 1)
      _ = try job(
        ["verdict", "job-1", "verdict.json", "--key", "operator.key"], in: folder, at: 300)
      _ = try job(["expire", "job-1"], in: folder, at: 300 + 86_400)
      var status = try assay(["job", "status", "job-1"], in: folder)
      #expect(try status.string("ending") == "rejected:withheldOpening")
      let balances = try balances(in: folder)
      // Price and half the stake back, the fee gone; the rest is the treasury's.
      #expect(balances[try account("buyer", in: folder)] == "17500")
      #expect(balances[try account("provider", in: folder)] == "0")
      #expect(balances["treasury/EUR"] == "3000")
    }
  }

  @Test func everythingOverdueIsEndedAtOnceAndEverybodyHasHisOwnBack() throws {
    try withTemporaryFolder { folder in
      try prepare(in: folder)
      var none = try job(["expire"], in: folder, at: 104)
      #expect(try none.array("expired").isEmpty)
      try commit(in: folder)
      var ended = try job(["expire"], in: folder, at: 10_000_000)
      #expect(try ended.array("expired").count == 1)
      var status = try assay(["job", "status", "job-1"], in: folder)
      #expect(try status.string("settlement") == "systemRefund")
      let balances = try balances(in: folder)
      #expect(balances[try account("buyer", in: folder)] == "15000")
      #expect(balances[try account("provider", in: folder)] == "6000")
    }
  }

  @Test func aRequestUnderOneKeyIsAppliedOnce() throws {
    try withTemporaryFolder { folder in
      try assay(["keygen", "--out", "buyer"], in: folder)
      let deposit = [
        "deposit", "--party", "buyer.pub", "--asset", "EUR", "--amount", "1.50", "--request-key",
        "first",
      ]
      var first = try job(deposit, in: folder, at: 5)
      var again = try job(deposit, in: folder, at: 50)
      #expect(try first.integer("sequence") == 0)
      #expect(try again.integer("sequence") == 0)
      #expect(try again.integer("time") == 5)
      let balances = try balances(in: folder)
      #expect(balances[try account("buyer", in: folder)] == "150")
      var changed = try job(
        deposit.map { $0 == "1.50" ? "2.50" : $0 }, in: folder, at: 51, code: 1)
      #expect(try changed.string("outcome") == "refused")
    }
  }

  @Test func wrongInputHasItsExitCodeAndChangesNothing() throws {
    try withTemporaryFolder { folder in
      try prepare(in: folder)
      let before = try balances(in: folder)
      let money = ["--asset", "EUR", "--amount"]
      let wrong: [(Int32, [String])] = [
        (2, ["job", "deposit", "--party", "buyer.pub"] + money + ["-5"]),
        (2, ["job", "deposit", "--party", "buyer.pub"] + money + ["1.234"]),
        (2, ["job", "deposit", "--party", "buyer.pub"] + money + ["1e5"]),
        (3, ["job", "deposit", "--party", "missing.pub"] + money + ["1"]),
        (1, ["job", "deposit", "--party", "buyer.pub"] + money + ["0"]),
        (2, ["job", "deposit", "--party", "buyer.pub", "--asset", "EUR"]),
        (1, ["job", "offer", "terms.json"]),
        (1, ["job", "offer", "spec.json"]),
        (2, ["job", "expire", "--request-key", "k"]), (3, ["job", "offer", "missing.json"]),
        (1, ["job", "commit", "job-1", "terms.json"]), (1, ["job", "close", "job-9"]),
        (3, ["job", "log", "job-1", "--key", "operator.key"]),
        (3, ["job", "status", "job-9"]), (3, ["job", "list", "--database", "none.db"]),
        (3, ["job", "list", "--database", "spec.json"]), (2, ["job", "close"]),
        (2, ["job", "close", "job-1", "--now", "-1"]),
        (3, ["job", "reveal", "job-1", "--by", "buyer", "--secret", "buyer.pub"]),
        (2, ["job", "reveal", "job-1", "--by", "nobody", "--secret", "buyer.secret"]),
      ]
      for (code, words) in wrong {
        let done = try BuiltCommand(words, in: folder)
        #expect(
          done.code == code, "\(words.joined(separator: " ")): \(done.output)\(done.remarks)")
        #expect(done.remarks.hasPrefix("assay: "), "\(words)")
      }
      #expect(try balances(in: folder) == before)
    }
  }
}
