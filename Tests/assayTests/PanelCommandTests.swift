import AssayFiles
import AssayWire
import Foundation
import Testing

/// Drawn verifiers, a challenge and guardians, by hand with the built command.
@Suite struct PanelCommandTests {
  /// Runs a command that must end with a code, and gives its JSON object.
  @discardableResult
  private func assay(
    _ line: String, in folder: String, code: Int32 = 0, location: SourceLocation = #_sourceLocation
  ) throws -> JSONFields {
    let done = try BuiltCommand(
      line.split(separator: " ").map(String.init) + ["--json"], in: folder)
    #expect(done.code == code, "\(line): \(done.remarks)", sourceLocation: location)
    return try JSONFields(JSONValue.parse(Array((done.output.isEmpty ? "{}" : done.output).utf8)))
  }

  /// A funded job that draws two of two verifiers, and names a referee and two guardians.
  private func fund(in folder: String) throws {
    let names = ["buyer", "operator", "provider", "first", "second", "referee", "g1", "g2"]
    for name in names { try assay("keygen --out \(name)", in: folder) }
    for role in ["buyer", "operator"] {
      try assay("terms secret --by \(role) --out \(role)", in: folder)
    }
    try assay(
      "spec new --out spec.json --examples 60 --steps 12 --interval 2 --hidden 8 --batch 10",
      in: folder)
    try assay(
      "terms new --job job-1 --spec spec.json --price 100 --fee 5 --stake 60 --work-cost 80 "
        + "--draw 3 --quorum 2 --verifier first.pub --verifier second.pub --referee referee.pub "
        + "--guardian g1.pub --guardian g2.pub --guardian-quorum 2 --buyer buyer.pub "
        + "--operator operator.pub --buyer-secret-hash buyer.hash "
        + "--operator-secret-hash operator.hash --out terms.json", in: folder)
    for (party, amount) in [("buyer", 120), ("provider", 60), ("first", 5), ("second", 5)] {
      try assay(
        "job deposit --party \(party).pub --asset EUR --amount \(amount) --now 100", in: folder)
    }
    try assay("job offer terms.json --now 101", in: folder)
    try assay("job fund job-1 --key buyer.key --now 102", in: folder)
  }

  /// Claims and draws; every party audits.
  private func audit(in folder: String) throws {
    try assay("job accept job-1 --key provider.key --now 103", in: folder)
    try assay("train spec.json --run run --provider provider.pub --evaluations 1", in: folder)
    try assay("claim run --key provider.key --terms terms.json", in: folder)
    try assay("job commit job-1 run/claim.json --now 104", in: folder)
    try assay("job log job-1 --key operator.key --now 104", in: folder)
    for role in ["operator", "buyer"] {
      try assay("job reveal job-1 --by \(role) --secret \(role).secret --now 105", in: folder)
    }
    try assay("job draw job-1 --out challenge.json", in: folder)
    try assay("open run --challenge challenge.json", in: folder)
    for party in ["first", "second", "referee"] {
      try assay(
        "audit run/claim.json --challenge challenge.json --bundle bundle --spec spec.json "
          + "--terms terms.json --key \(party).key --out \(party).json", in: folder)
    }
  }

  private func state(in folder: String) throws -> String {
    var status = try assay("job status job-1", in: folder)
    return try status.string("state")
  }

  private func balances(in folder: String) throws -> [String] {
    var ledger = try assay("ledger", in: folder)
    #expect(try ledger.bool("balances"))
    return try ledger.objects("accounts").map { account in
      var account = account
      return try account.string("balance")
    }
  }

  @Test func drawnVerifiersAnswerUnderSealAndAreUpheldAgainstAChallenge() throws {
    try withTemporaryFolder { folder in
      try fund(in: folder)
      try audit(in: folder)
      let show = { (party: String, nonce: String) in
        "job verdict job-1 \(party).json --key operator.key --now 107 --nonce \(nonce).nonce"
      }
      let answer = { (party: String, key: String) in
        "job answer job-1 \(party).json --key \(key).key --nonce \(party).nonce --now 106"
      }
      // Nobody shows before both are bound, and nobody binds another.
      try assay(
        "job verdict job-1 first.json --key operator.key --now 106", in: folder, code: 1)
      try assay(answer("first", "second"), in: folder, code: 3)
      try assay(answer("referee", "referee"), in: folder, code: 1)
      try assay(answer("first", "first"), in: folder)
      #expect(try state(in: folder) == "verifying")
      try assay(show("first", "first"), in: folder, code: 1)
      // Answered twice: what one is bound to can still be shown.
      try assay(answer("first", "first"), in: folder, code: 1)
      try assay(answer("second", "second"), in: folder)
      #expect(try state(in: folder) == "revealing")
      try assay(show("first", "second"), in: folder, code: 1)
      try assay(show("second", "second"), in: folder)
      try assay(show("second", "second"), in: folder, code: 1)
      try assay(show("first", "first"), in: folder)
      #expect(try state(in: folder) == "challengeOpen")
      try assay("job dispute job-1 --key buyer.key --now 108", in: folder)
      #expect(try state(in: folder) == "disputed")
      let work = "dispute work first.json --executed referee.json --challenger buyer.pub "
      try assay(work + "--key second.key", in: folder, code: 3)
      try assay(work + "--key referee.key", in: folder)
      // A word on the challenge by anybody else is none.
      try assay(
        "dispute work first.json --executed second.json --challenger buyer.pub --key second.key "
          + "--out other.json", in: folder)
      let ruling = { (file: String) in "job ruling job-1 \(file) --key operator.key --now 109" }
      for (file, code) in [("other.json", 1), ("terms.json", 3), ("none.json", 3)] {
        try assay(ruling(file), in: folder, code: Int32(code))
      }
      try assay(ruling("outcome.json"), in: folder)
      #expect(try state(in: folder) == "challengeOpen")
      try assay(ruling("outcome.json"), in: folder, code: 1)
      try assay("job close job-1 --now \(107 + 86_400)", in: folder)
      var status = try assay("job status job-1", in: folder)
      #expect(try status.string("settlement") == "paid")
      // The buyer's bond is the first verifier's and the referee's.
      let found = try balances(in: folder)
      #expect(found.contains("16000") && !found.contains("1500"), "\(found)")
    }
  }

  @Test func aQuorumOfGuardiansGivesEverybodyHisOwnBack() throws {
    try withTemporaryFolder { folder in
      try fund(in: folder)
      let vote = { (guardian: String, reason: String) in
        "job quarantine job-1 --reason \(reason) --guardian \(guardian).key --key operator.key "
          + "--now 103"
      }
      try assay(vote("buyer", "forkedLog"), in: folder, code: 3)
      try assay(vote("g1", "forkedlog"), in: folder, code: 2)
      try assay(vote("g1", "forkedLog"), in: folder)
      try assay(vote("g1", "forkedLog"), in: folder, code: 1)
      #expect(try state(in: folder) == "funded")
      try assay(vote("g2", "forkedLog"), in: folder)
      var status = try assay("job status job-1", in: folder)
      #expect(try status.string("settlement") == "systemRefund")
      #expect(try balances(in: folder).contains("12000"))
    }
  }
}
