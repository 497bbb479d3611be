internal import AssayCryptography
internal import AssayEvidence
internal import AssayFiles
internal import AssaySettlement
internal import AssaySpecification
internal import AssayVerification
internal import AssayWire

/// Checks a receipt against the terms, and the proofs that it names where they are at hand.
struct ReceiptChecking {
  let file: String
  let terms: String
  let proofs: String?
  let claim: String?
  let spec: String?

  /// Prints what the receipt shows, or why it does not hold.
  func run(_ bytes: [UInt8], _ console: Console) throws -> ExitCode {
    let terms = try InputFiles.terms(terms)
    do {
      let receipt = try Receipt.open(bytes, terms: terms)
      let checked = try checkProofs(of: receipt, terms)
      try console.print(
        "the receipt holds: \(receipt.job) ended as \(receipt.ending.name), "
          + "\(receipt.ending.settlement.rawValue), with \(receipt.postings.count) postings")
      for (number, segment) in receipt.segments.enumerated() where receipt.segments.count > 1 {
        try console.print("claim \(number + 1): up to step \(segment.lastStep)")
      }
      if let quality = receipt.segments.last?.quality {
        try console.print("quality: \(quality)")
      }
      let proved = receipt.segments.flatMap(\.proved)
      if !proved.isEmpty {
        try console.print(
          "proofs: \(proved.count), "
            + (checked
              ? "checked again with GMP"
              : "not checked here; name them with --proofs, --claim and --spec"))
      }
      for ruling in receipt.segments.flatMap(\.rulings) {
        try console.print(
          "dispute: the \(ruling.challengerLost ? "challenger" : "defender") lost, "
            + "\(ruling.fault.rawValue); "
            + (ruling.transcript.map { "transcript \($0)" } ?? "by the referee's word"))
      }
      for posting in receipt.postings {
        try console.print("  \(posting.amount)  \(posting.debit) → \(posting.credit)")
      }
      try console.json(
        .object([
          "holds": .bool(true), "kind": .string("receipt"), "job": .string(receipt.job),
          "ending": .string(receipt.ending.name),
          "proofs": .array(proved.map(\.json)), "proofsChecked": .bool(checked),
        ]))
      return .success
    } catch let error as UsageError {
      throw error
    } catch let error as FileError {
      throw error
    } catch {
      console.note("assay: '\(file)' does not hold: \(error)")
      try console.json(.object(["holds": .bool(false), "reason": .string("\(error)")]))
      return .rejected
    }
  }

  /// Whether the proofs were there and hold.
  private func checkProofs(of receipt: Receipt, _ terms: Terms) throws -> Bool {
    switch (proofs, claim, spec) {
    case (nil, nil, nil): return false
    case (let proofs?, let claim?, let spec?):
      guard receipt.segments.contains(where: { !$0.proved.isEmpty }) else {
        throw UsageError("The receipt names no proofs.", hint: "Leave out --proofs.")
      }
      return try check(receipt, terms, ProofFolder(proofs), claim: claim, spec: spec)
    default:
      throw UsageError(
        "Proofs are checked against their claim and its spec.",
        hint: "Add --proofs proofs --claim claim.json --spec spec.json.")
    }
  }

  private func check(
    _ receipt: Receipt, _ terms: Terms, _ folder: ProofFolder, claim: String, spec: String
  ) throws -> Bool {
    let bytes = try FileAccess.read(spec, limit: Spec.byteCountLimit)
    guard SHA256.digest(of: bytes) == terms.contents.work.spec else {
      throw OperationError("'\(spec)' is not the spec in the terms")
    }
    var checked = try CheckedProofs(
      claim: FileAccess.read(claim, limit: Envelope.maximumByteCount),
      checker: IntervalVerifier(spec: bytes))
    guard
      let segment = receipt.segments.first(where: { $0.claim.identity == checked.claim })
    else {
      throw OperationError("'\(claim)' is not the claim that the receipt names")
    }
    for proved in segment.proved {
      if let proof = try folder.proof(proved.interval) { try checked.check(proof) }
    }
    try CheckedProofs.require(segment.proved, of: checked.claim, in: checked)
    return true
  }
}
