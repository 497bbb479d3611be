import AssayCryptography
import AssayEvidence
import AssaySpecification
import Testing

/// What is known of proofs that were checked, and what is not.
struct CheckedProofsTests {
  /// Accepts a proof of two bytes, the interval and a variant, of claims for one job.
  private struct Checker: ProofChecker {
    func check(_ proof: [UInt8], of claim: ProviderClaim) throws(EvidenceError) -> Int {
      guard claim.job == "job-1", proof.count == 2 else {
        throw .proof(.refused(reason: "no proof"))
      }
      return Int(proof[0])
    }
  }

  private let key: SigningKey

  init() throws { key = try SigningKey(seed: [UInt8](repeating: 1, count: 32)) }

  private func claim(_ job: String) -> [UInt8] {
    ProviderClaim(
      job: job, terms: .zero, provider: key.verifyingKey, spec: .zero, dataRoot: .zero,
      firstStep: 0, lastStep: 10, firstRoot: .zero, lastRoot: .zero, traceSize: 2,
      traceRoot: .zero, artefact: .zero
    ).signed(by: key).encoded
  }

  @Test func onlyWhatWasAcceptedIsKnown() throws {
    var checked = try CheckedProofs(claim: claim("job-1"), checker: Checker())
    let proved = try checked.check([3, 0])
    #expect(proved == ProvedInterval(interval: 3, proof: SHA256.digest(of: [3, 0])))
    let other = try checked.check([3, 1])
    // Two proofs of an interval are both proofs; neither is the other.
    #expect(checked.contains(proved) && checked.contains(other))
    #expect(throws: EvidenceError.proof(.refused(reason: "no proof"))) { try checked.check([4]) }
    let claim = checked.claim
    try CheckedProofs.require([proved, other], of: claim, in: checked)
    try CheckedProofs.require([], of: .zero, in: nil)
    for (wanted, of, known) in [
      ([ProvedInterval(interval: 4, proof: proved.proof)], claim, checked),
      ([ProvedInterval(interval: 3, proof: SHA256.digest(of: [4]))], claim, checked),
      ([proved], .zero, checked), ([proved], claim, nil),
    ] as [([ProvedInterval], Digest, CheckedProofs?)] {
      #expect(throws: EvidenceError.proof(.notChecked(interval: wanted[0].interval))) {
        try CheckedProofs.require(wanted, of: of, in: known)
      }
    }
  }

  @Test func proofsAreOfOneSignedClaim() throws {
    var other = try CheckedProofs(claim: claim("job-2"), checker: Checker())
    #expect(throws: EvidenceError.self) { try other.check([3, 0]) }
    var altered = claim("job-1")
    altered[altered.count / 2] ^= 1
    #expect(throws: EvidenceError.self) { try CheckedProofs(claim: altered, checker: Checker()) }
  }

  @Test func eachMethodSaysWhatIsEnough() {
    let table: [(EvidenceMethod, executed: Bool, proved: Bool, none: Bool, both: Bool)] = [
      (.recompute, true, false, false, true), (.proof, false, true, false, true),
      (.either, true, true, false, true), (.both, false, false, false, true),
    ]
    #expect(table.map(\.0) == EvidenceMethod.allCases)
    for (method, executed, proved, none, both) in table {
      #expect(method.isEnough(executed: true, proved: false) == executed, "\(method)")
      #expect(method.isEnough(executed: false, proved: true) == proved, "\(method)")
      #expect(method.isEnough(executed: false, proved: false) == none, "\(method)")
      #expect(method.isEnough(executed: true, proved: true) == both, "\(method)")
    }
  }
}
