import AssayFiles
import AssayWire
import Foundation
import Testing

/// Runs that start from given weights or from another provider's checkpoint, by the built command.
@Suite struct ContinuationCommandTests {
  /// Runs a command that must end with a code, and gives its JSON object.
  @discardableResult
  private func assay(
    _ line: String, in folder: String, code: Int32 = 0,
    location: SourceLocation = #_sourceLocation
  ) throws -> JSONFields? {
    let done = try BuiltCommand(
      line.split(separator: " ").map(String.init) + ["--json"], in: folder)
    #expect(done.code == code, "\(line): \(done.remarks)", sourceLocation: location)
    return try? JSONFields(JSONValue.parse(Array(done.output.utf8)))
  }

  private let last = "checkpoints/step-000000000020.safetensors"

  private func trainBase(in folder: String) throws {
    try assay(
      "spec new --out spec.json --examples 200 --steps 20 --interval 2 --hidden 8 --batch 10",
      in: folder)
    try assay("train spec.json --run run --evaluations 1", in: folder)
  }

  @Test func adaptersOnATrainedModelAreTrainedAndAudited() throws {
    try withTemporaryFolder { folder in
      try trainBase(in: folder)
      let new =
        "spec new --template lora --base spec.json --examples 100 --seed 3 --steps 10 "
        + "--interval 2 --out lora.json"
      try assay(new, in: folder, code: 2)
      try assay(new + " --weights run/\(last)", in: folder)
      try assay("train lora.json --run lora", in: folder, code: 2)
      let other = "run/checkpoints/step-000000000000.safetensors"
      try assay("train lora.json --run lora --weights \(other)", in: folder, code: 3)
      try assay("train lora.json --run lora --weights run/\(last)", in: folder)
      try assay("train --run lora --resume", in: folder)
      try assay("evaluate lora", in: folder)
      try assay("inspect lora", in: folder)
      var exported = try #require(
        try assay("export lora --out merged.safetensors", in: folder))
      #expect(try exported.integer("mergedAdapters", in: 0...9) == 2)
      try assay(
        "spec new --base spec.json --weights merged.safetensors --examples 100 --out on.json",
        in: folder)
      try assay("claim lora", in: folder)
      try assay("challenge lora/claim.json --draw 2", in: folder)
      try assay("open lora --challenge challenge.json", in: folder)
      let audit =
        "audit lora/claim.json --challenge challenge.json --bundle bundle --spec lora.json"
      try assay(audit, in: folder, code: 3)
      try assay(audit + " --weights \(other)", in: folder, code: 3)
      try assay(audit + " --weights run/\(last)", in: folder)
      try assay("cheat lora --how wrongLearningRate --out cheat", in: folder)
    }
  }

  @Test func whatDoesNotFitTheModelIsSaid() throws {
    try withTemporaryFolder { folder in
      try trainBase(in: folder)
      let new = "spec new --out wide.json --examples 100 --hidden 9 --weights run/\(last)"
      let refused = try BuiltCommand(new.split(separator: " ").map(String.init), in: folder)
      #expect(refused.code == 3)
      for word in ["hidden1.weight", "[8, 256]", "--partial"] {
        #expect(refused.remarks.contains(word), "\(refused.remarks)")
      }
      let taken = try BuiltCommand(
        new.split(separator: " ").map(String.init) + ["--partial"], in: folder)
      #expect(taken.code == 0, "\(taken.remarks)")
      #expect(taken.output.contains("from seed    hidden1.weight: the file's has the shape"))
      try assay("train wide.json --run wide --weights run/\(last) --up-to 10", in: folder, code: 3)
      try FileAccess.write(
        Array(#"{"output.bias": "hidden1.bias"}"#.utf8), to: folder + "/names.json")
      try assay(new + " --names names.json", in: folder, code: 3)
    }
  }

  @Test func aSecondProviderGoesOnWhereTheFirstOneStopped() throws {
    try withTemporaryFolder { folder in
      try assay(
        "spec new --out spec.json --examples 200 --steps 20 --interval 2 --hidden 8 --batch 10",
        in: folder)
      for name in ["buyer", "operator", "verifier", "second"] {
        try assay("keygen --out \(name)", in: folder)
      }
      for role in ["buyer", "operator"] {
        try assay("terms secret --by \(role) --out \(role)", in: folder)
      }
      try assay("train spec.json --run run --up-to 8 --evaluations 1", in: folder)
      try assay("claim run", in: folder)
      let checkpoint = "run/checkpoints/step-000000000008.safetensors"
      try assay(
        "train spec.json --run rest --provider second.pub --from \(checkpoint)", in: folder, code: 2
      )
      try assay(
        "train spec.json --run rest --provider second.pub --from \(checkpoint) --previous "
          + "run/claim.json", in: folder)
      try assay(
        "terms new --job rest --spec spec.json --previous run/claim.json --price 100.00 --fee 5.00 "
          + "--stake 60.00 --work-cost 80.00 --draw 3 --buyer buyer.pub --operator operator.pub "
          + "--verifier verifier.pub --buyer-secret-hash buyer.hash --operator-secret-hash "
          + "operator.hash --out terms.json", in: folder)
      var claimed = try #require(
        try assay("claim rest --key second.key --terms terms.json", in: folder))
      #expect(try claimed.integer("firstStep", in: 0...100) == 8)
      try assay("job deposit --party buyer.pub --asset EUR --amount 150.00 --now 1", in: folder)
      try assay("job deposit --party second.pub --asset EUR --amount 60.00 --now 1", in: folder)
      for line in [
        "offer terms.json", "fund rest --key buyer.key", "accept rest --key second.key",
        "commit rest rest/claim.json", "log rest --key operator.key",
        "reveal rest --by operator --secret operator.secret",
        "reveal rest --by buyer --secret buyer.secret", "draw rest --out challenge.json",
      ] {
        try assay("job \(line) --now 2", in: folder)
      }
      try assay("open rest --challenge challenge.json", in: folder)
      let audit =
        "audit rest/claim.json --challenge challenge.json --bundle bundle --spec spec.json"
      try assay(
        audit + " --terms terms.json --key verifier.key --out verdict.json", in: folder)
      try assay(audit + " --previous run/claim.json", in: folder)
      // The whole run was not claimed.
      try assay(audit, in: folder, code: 1)
      try assay("job verdict rest verdict.json --key operator.key --now 3", in: folder)
      // An uninterrupted run ends in the same state.
      let whole = try assay("train --run run --resume", in: folder)
      var ended = try #require(whole)
      #expect(try claimed.string("lastRoot") == ended.string("stateRoot"))
    }
  }
}
