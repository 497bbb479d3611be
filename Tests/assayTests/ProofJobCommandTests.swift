import AssayFiles
import AssayWire
import Testing

/// Jobs whose terms ask for proofs, driven by hand with the built command.
@Suite struct ProofJobCommandTests {
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

  private static let terms =
    "--price 100.00 --fee 5.00 --stake 60.00 --work-cost 80.00 --buyer buyer.pub "
    + "--operator operator.pub --verifier verifier.pub --buyer-secret-hash buyer.hash "
    + "--operator-secret-hash operator.hash"

  /// A job with a claimed run of three intervals, all of them drawn.
  private func prepare(in folder: String) throws {
    for name in ["buyer", "operator", "verifier", "provider"] {
      try assay("keygen --out \(name)", in: folder)
    }
    for role in ["buyer", "operator"] {
      try assay("terms secret --by \(role) --out \(role)", in: folder)
    }
    let shape = "--examples 24 --batch 4 --hidden 4 --steps 6 --interval 2"
    try assay("spec new --out plain.json \(shape)", in: folder)
    try assay("spec new --out spec.json --numerics integer --provable \(shape)", in: folder)
    // Terms that ask for proofs of what cannot be proved are refused.
    for method in ["proof", "either", "both"] {
      try assay(
        "terms new --job job-1 --spec plain.json --every --out no.json --evidence \(method) "
          + Self.terms, in: folder, code: 2)
    }
    try assay(
      "terms new --job job-1 --spec spec.json --every --out terms.json --evidence proof "
        + Self.terms, in: folder)
    try assay("job deposit --party buyer.pub --asset EUR --amount 105.00 --now 1", in: folder)
    try assay("job deposit --party provider.pub --asset EUR --amount 60.00 --now 1", in: folder)
    try assay("job offer terms.json --now 2", in: folder)
    try assay("job fund job-1 --key buyer.key --now 3", in: folder)
    try assay("job accept job-1 --key provider.key --now 4", in: folder)
    try assay("train spec.json --run run --provider provider.pub --evaluations 1", in: folder)
    try assay("claim run --key provider.key --terms terms.json", in: folder)
    try assay("job commit job-1 run/claim.json --now 5", in: folder)
    try assay("job log job-1 --key operator.key --now 6", in: folder)
    for role in ["operator", "buyer"] {
      try assay("job reveal job-1 --by \(role) --secret \(role).secret --now 7", in: folder)
    }
    try assay("job draw job-1 --out challenge.json", in: folder)
  }

  private static let audit =
    "audit run/claim.json --challenge challenge.json --spec spec.json --terms terms.json "
    + "--key verifier.key"

  @Test func aJobIsPaidOnProofsAndNotWithoutThem() throws {
    try withTemporaryFolder { folder in
      try prepare(in: folder)
      // Nothing is proved yet: nobody's fault, until the time is over.
      var report = try assay(Self.audit, in: folder, code: 3)
      #expect(try report.string("reason") == "missingBundle")
      report = try assay(Self.audit + " --withheld --out late.json", in: folder, code: 1)
      #expect(try report.string("fault") == "withheldOpening")
      try assay("prove run --challenge challenge.json", in: folder)
      try assay("prove run --challenge challenge.json --intervals all", in: folder, code: 2)
      let hand = { (file: String) in "job verdict job-1 \(file) --key operator.key --now 8 " }
      let artefact = " --artefact run/checkpoints/step-000000000006.safetensors"
      report = try assay(Self.audit + artefact, in: folder)
      #expect(try report.objects("proofs").count == 3)
      // A verdict moves no money without its proofs, or with others.
      try assay(hand("verdict.json"), in: folder, code: 1)
      try assay(hand("verdict.json") + "--proofs run/proofs", in: folder, code: 2)
      try assay(
        hand("verdict.json") + "--proofs run/proofs --spec plain.json", in: folder, code: 3)
      try assay(hand("verdict.json") + "--proofs run --spec spec.json", in: folder, code: 3)
      // Nor does one that says nothing of the artefact.
      let proofs = "--proofs run/proofs --spec spec.json"
      report = try assay(Self.audit + " --out blind.json", in: folder)
      #expect(try report.string("artefact") == "unchecked")
      try assay(hand("blind.json") + proofs, in: folder, code: 1)
      try assay(hand("verdict.json") + proofs, in: folder)
      try assay("job close job-1 --now 9", in: folder, code: 1)
      try assay("job close job-1 --now 90000", in: folder)
      var status = try assay("job status job-1", in: folder)
      #expect(try status.string("settlement") == "paid")
      #expect(try status.objects("proofs").count == 3)
      try checkReceipt(in: folder)
    }
  }

  /// The receipt names the proofs, and they are checked again.
  private func checkReceipt(in folder: String) throws {
    try assay("receipt write job-1 --key operator.key --out receipt.json", in: folder)
    let verify = "verify receipt.json --terms terms.json"
    var receipt = try assay(verify, in: folder)
    #expect(try !receipt.bool("proofsChecked"))
    let proofs = " --proofs run/proofs --claim run/claim.json --spec spec.json"
    receipt = try assay(verify + proofs, in: folder)
    #expect(try receipt.bool("proofsChecked"))
    try assay(verify + " --proofs run/proofs", in: folder, code: 2)
    try assay("verify receipt.json", in: folder, code: 2)
    let file = folder + "/run/proofs/interval-1.proof"
    var bytes = try FileAccess.read(file, limit: 1 << 24)
    bytes[bytes.count / 2] ^= 1
    try FileAccess.write(bytes, to: file)
    try assay(verify + proofs, in: folder, code: 1)
    try assay(
      "verify run/proofs/interval-1.proof --claim run/claim.json --spec spec.json", in: folder,
      code: 1)
  }

  @Test func aForgedProofIsRejectedWhoeverHandsItIn() throws {
    try withTemporaryFolder { folder in
      try prepare(in: folder)
      try assay("prove run --challenge challenge.json", in: folder)
      let proof = { (interval: Int) in folder + "/run/proofs/interval-\(interval).proof" }
      try FileAccess.write(FileAccess.read(proof(0), limit: 1 << 24), to: proof(2))
      var report = try assay(Self.audit, in: folder, code: 1)
      #expect(try report.string("fault") == "wrongProof")
      #expect(try report.integer("interval") == 2)
      try assay("job verdict job-1 verdict.json --key operator.key --now 8", in: folder)
      try assay("job close job-1 --now 90000", in: folder)
      var status = try assay("job status job-1", in: folder)
      #expect(try status.string("ending") == "rejected:wrongProof")
    }
  }

  @Test func aFileIsLookedAtBeforeItIsVerified() throws {
    try withTemporaryFolder { folder in
      try assay(
        "spec new --out spec.json --examples 24 --batch 4 --hidden 4 --steps 6 --interval 2",
        in: folder)
      try assay("train spec.json --run run --evaluations 1", in: folder)
      try assay("claim run", in: folder)
      try assay("challenge run/claim.json --draw 1 --evidence either", in: folder)
      for (file, kind) in [("run/claim.json", "claim"), ("challenge.json", "challenge")] {
        var shown = try assay("verify \(file)", in: folder)
        #expect(try shown.string("kind") == kind)
      }
      var altered = String(
        decoding: try FileAccess.read(folder + "/challenge.json", limit: 1 << 20), as: UTF8.self)
      altered.replace("either", with: "recompute")
      try FileAccess.write(Array(altered.utf8), to: folder + "/altered.json")
      try assay("verify altered.json", in: folder, code: 1)
      // What other commands look at is named.
      try FileAccess.write(Array("assay.bundle.v1\0".utf8), to: folder + "/bundle")
      for file in ["spec.json", "bundle"] { try assay("verify \(file)", in: folder, code: 2) }
    }
  }
}
