internal import AssayCryptography
internal import AssayDisputes
internal import AssayEvidence
internal import AssaySpecification
internal import AssayWire

/// Holds a dispute again from its transcript, and says who lost.
struct TranscriptChecking {
  let file: String

  func run(_ bytes: [UInt8], _ console: Console) throws -> ExitCode {
    let began = console.elapsed()
    let dispute: Dispute
    do throws(DisputeError) {
      dispute = try TranscriptReferee.held(bytes)
    } catch {
      return try refuse("\(error)", console)
    }
    let seconds = console.elapsed() - began
    guard let finding = dispute.finding else {
      return try refuse(
        "its answers end at question \(dispute.number), before anybody has lost", console)
    }
    try console.print("transcript   \(SHA256.digest(of: bytes))")
    for party in Party.allCases {
      let claim = dispute.claims[party]
      let name = party.rawValue + String(repeating: " ", count: 13 - party.rawValue.count)
      try console.print("\(name)\(claim.claim.provider.keyID), claim \(claim.identity)")
    }
    for line in finding.lines() { try console.print(line) }
    let cost = dispute.cost
    try console.print(
      "held again   \(cost.questionCount) questions, \(Quantity.bytes(cost.byteCount)), "
        + "\(cost.valueCount) value computed, \(Quantity.milliseconds(seconds))")
    try console.json(
      .object([
        "valid": .bool(true), "kind": .string("dispute transcript"),
        "challengerClaim": .string(dispute.claims.challenger.identity.hex),
        "defenderClaim": .string(dispute.claims.defender.identity.hex),
        "subject": .string(finding.subject), "explanation": .string(finding.explanation),
        "loser": finding.loser.map { .string($0.rawValue) } ?? .null,
        "fault": finding.loser.flatMap { finding.faults[$0] }.map { .string($0.rawValue) } ?? .null,
      ]))
    return .success
  }

  private func refuse(_ reason: String, _ console: Console) throws -> ExitCode {
    console.note("assay: '\(file)' is refused: \(AuditText.printable(reason))")
    try console.json(.object(["valid": .bool(false), "reason": .string(reason)]))
    return .rejected
  }
}
