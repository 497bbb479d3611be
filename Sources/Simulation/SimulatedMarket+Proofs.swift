internal import AssayCryptography
internal import AssayEvidence
internal import AssaySettlement
internal import AssaySpecification

/// A proof system of which nothing is known but that it is sound: a false interval has no proof.
private struct SoundProofs: ProofChecker {
  func check(_ proof: [UInt8], of claim: ProviderClaim) throws(EvidenceError) -> Int {
    guard let interval = Int(String(decoding: proof, as: UTF8.self)) else {
      throw .proof(.refused(reason: "no number of an interval"))
    }
    return interval
  }
}

// Proofs, where the terms ask for them.
extension SimulatedMarket {
  /// The proofs of what is right of the draw; nil where the terms ask for none, or before it.
  func proofs(of open: Job) -> CheckedProofs? {
    guard contents.evidence.method != .recompute, let claim = open.claim, let draw = open.draw
    else { return nil }
    var checked = CheckedProofs(claim: claim, checker: SoundProofs())
    let wrong = falseDrawn(open: open)
    for interval in draw.indices where !wrong.contains(interval) {
      guard (try? checked.check(Self.proof(of: interval))) != nil else {
        preconditionFailure("a number proves its interval")
      }
    }
    return checked
  }

  /// What an acceptance says that it rests on.
  func provedIntervals(_ open: Job) -> [ProvedInterval] {
    (open.draw?.indices ?? []).map {
      ProvedInterval(interval: $0, proof: SHA256.digest(of: Self.proof(of: $0)))
    }
  }

  private static func proof(of interval: Int) -> [UInt8] { Array("\(interval)".utf8) }
}
