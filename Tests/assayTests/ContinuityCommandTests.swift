import AssayFiles
import AssayWire
import Foundation
import Testing

/// A job whose provider crashes and whose work another finishes, by hand with the built command.
@Suite struct ContinuityCommandTests {
  @Test func aCrashedProviderIsPaidForWhatWasVerifiedAndAnotherGoesOn() throws {
    try withTemporaryFolder { try run(in: $0) }
  }

  private func run(in folder: String) throws {
    for name in ["buyer", "operator", "verifier", "first", "second"] {
      try assay("keygen --out \(name)", in: folder)
    }
    for role in ["buyer", "operator"] {
      try assay("terms secret --by \(role) --out \(role) --claims 4", in: folder)
    }
    try assay(
      "spec new --out spec.json --examples 60 --steps 12 --interval 2 --hidden 8 --batch 10",
      in: folder)
    try assay(
      "terms new --job job-1 --spec spec.json --price 100.00 --fee 5.00 --stake 60.00 "
        + "--work-cost 80.00 --draw 3 --claims 4 --heartbeat-seconds 3600 --grace-seconds 3600 "
        + "--buyer buyer.pub --operator operator.pub --verifier verifier.pub "
        + "--buyer-secret-hash buyer.hash --operator-secret-hash operator.hash --out terms.json",
      in: folder)
    for (party, amount) in [("buyer", 120), ("first", 60), ("second", 60)] {
      try assay(
        "job deposit --party \(party).pub --asset EUR --amount \(amount) --now 100",
        in: folder)
    }
    try assay("job offer terms.json --now 101", in: folder)
    try assay("job fund job-1 --key buyer.key --now 102", in: folder)
    try assay("job accept job-1 --key first.key --now 103", in: folder)
    try assay("job heartbeat job-1 --key first.key --now 150", in: folder)
    try assay(
      "train spec.json --run first --provider first.pub --up-to 8 --evaluations 1",
      in: folder)
    try claim("first", "--up-to 8", at: 200, in: folder)
    // Nothing more is heard of the first; the second goes on from the verified state.
    for now in [200_000, 210_000] { try assay("job expire --now \(now)", in: folder) }
    try assay("job resume job-1 --key second.key --now 210001", in: folder)
    try assay(
      "train spec.json --run second --provider second.pub "
        + "--from first/checkpoints/step-000000000008.safetensors --previous first/claim.json "
        + "--evaluations 1", in: folder)
    try claim("second", "--previous first/claim.json", at: 210_100, in: folder)
    var job = try assay("job status job-1", in: folder)
    #expect(try job.string("ending") == "accepted")
    // 8 of 12 steps are the first's, 4 the second's; vanishing costs a tenth of the stake.
    var balances: [String] = []
    var ledger = try assay("ledger", in: folder)
    for var account in try ledger.objects("accounts") {
      balances.append(try account.string("balance"))
    }
    for balance in ["12066", "9334", "1000", "600"] { #expect(balances.contains(balance)) }
    try assay("receipt write job-1 --key operator.key --out receipt.json", in: folder)
    try assay("receipt verify receipt.json --terms terms.json", in: folder)
  }

  /// Claims what a run has done, and takes the claim through draw, audit, verdict and window.
  private func claim(_ run: String, _ scope: String, at now: Int, in folder: String) throws {
    let part = scope.hasPrefix("--up-to") ? scope : ""
    try assay("claim \(run) --key \(run).key --terms terms.json \(part)", in: folder)
    try assay("job commit job-1 \(run)/claim.json --now \(now)", in: folder)
    try assay("job log job-1 --key operator.key --now \(now)", in: folder)
    for role in ["operator", "buyer"] {
      try assay("job reveal job-1 --by \(role) --secret \(role).secret --now \(now)", in: folder)
    }
    try assay("job draw job-1 --out \(run).challenge", in: folder)
    try assay("open \(run) --challenge \(run).challenge --out \(run).bundle", in: folder)
    try assay(
      "audit \(run)/claim.json --challenge \(run).challenge --bundle \(run).bundle "
        + "--spec spec.json --terms terms.json --key verifier.key --out \(run).verdict \(scope)",
      in: folder)
    try assay("job verdict job-1 \(run).verdict --key operator.key --now \(now)", in: folder)
    try assay("job close job-1 --now \(now + 86_400)", in: folder)
  }

  /// Runs a command that must succeed, and gives its JSON object.
  @discardableResult
  private func assay(
    _ words: String, in folder: String, location: SourceLocation = #_sourceLocation
  ) throws -> JSONFields {
    let arguments = words.split(separator: " ").map(String.init)
    let done = try BuiltCommand(arguments + ["--json"], in: folder)
    #expect(done.code == 0, "\(words): \(done.remarks)", sourceLocation: location)
    return try JSONFields(JSONValue.parse(Array(done.output.utf8)))
  }
}
