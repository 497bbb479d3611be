internal import AssayAccounting
internal import AssayCryptography
public import AssayEvidence
internal import AssaySettlement
public import AssaySpecification

/// A proof system that proves nothing: a proof is a text that names the interval and the job.
public struct NamedProofs: ProofChecker {
  /// The proof of an interval of a job's claim; different bytes for each variant.
  public static func proof(of interval: Int, in job: String, variant: Int = 0) -> [UInt8] {
    Array("proof \(interval) \(job) \(variant)".utf8)
  }

  public init() {}

  public func check(_ proof: [UInt8], of claim: ProviderClaim) throws(EvidenceError) -> Int {
    let parts = String(decoding: proof, as: UTF8.self).split(separator: " ")
    guard parts.count == 4, parts[0] == "proof", parts[2] == claim.job, let interval = Int(parts[1])
    else { throw .proof(.refused(reason: "no proof of an interval of \(claim.job)")) }
    return interval
  }
}

/// A checker that refuses every proof.
public struct RefusingProofs: ProofChecker {
  public init() {}

  public func check(_ proof: [UInt8], of claim: ProviderClaim) throws(EvidenceError) -> Int {
    throw .proof(.refused(reason: "forged"))
  }
}

extension Market {
  /// The drawn intervals of a job with their proofs.
  public func proved(_ job: String) throws -> [ProvedInterval] {
    try require(machine.jobs[job]?.draw, "the draw").indices.map { interval in
      ProvedInterval(
        interval: interval,
        proof: SHA256.digest(of: NamedProofs.proof(of: interval, in: job)))
    }
  }

  /// What the terms' method asks each drawn interval to rest on: under `either`, the even ones are
  /// proved.
  public func basis(_ job: String) throws -> (executed: [Int]?, proved: [ProvedInterval]) {
    let proved = try proved(job)
    let drawn = proved.map(\.interval)
    let method = machine.jobs[job]?.terms.contents.evidence.method
    switch method {
    case .recompute, nil: return (nil, [])
    case .proof: return ([], proved)
    case .both: return (drawn, proved)
    case .either:
      let even = proved.filter { $0.interval.isMultiple(of: 2) }
      return even.isEmpty ? (nil, []) : (drawn.filter { !$0.isMultiple(of: 2) }, even)
    }
  }

  /// The proofs of a job's drawn intervals, checked; nil before the draw.
  ///
  /// - Parameter variant: gives the proofs other bytes.
  public func checkedProofs(
    _ job: String, without missing: Int? = nil, variant: Int = 0
  ) throws -> CheckedProofs? {
    guard let open = machine.jobs[job], let claim = open.claim, let draw = open.draw else {
      return nil
    }
    var checked = CheckedProofs(claim: claim, checker: NamedProofs())
    for interval in draw.indices where interval != missing {
      try checked.check(NamedProofs.proof(of: interval, in: job, variant: variant))
    }
    return checked
  }
}
