public import AssayCryptography
public import AssaySpecification

/// Checks that bytes prove an interval of a claim about one spec.
///
/// Declared here, where money asks for it; implemented by who knows a proof system, in GMP's
/// arithmetic.
public protocol ProofChecker: Sendable {
  /// Checks a proof of an interval, whose records it shows under the claim's trace root.
  ///
  /// - Returns: the interval, numbered in the claim's segment from 0.
  /// - Throws: `EvidenceError.proof`, also for a claim about another spec.
  func check(_ proof: [UInt8], of claim: ProviderClaim) throws(EvidenceError) -> Int
}

/// Why proofs do not carry a verdict.
public enum ProofRefusal: Error, Hashable, Sendable {
  /// The proof does not hold, or is about something else.
  case refused(reason: String)
  /// The proof that the verdict names was not checked here.
  case notChecked(interval: Int)
  /// The interval does not rest on what the policy asks for.
  case insufficient(interval: Int, method: EvidenceMethod)
  /// Proofs would count of more intervals than a verdict can list.
  case tooMany(limit: Int, found: Int)
}

extension ProofRefusal: CustomStringConvertible {
  public var description: String {
    switch self {
    case .refused(let reason): "the proof is refused: \(reason)"
    case .notChecked(let interval):
      "the verdict rests on a proof of interval \(interval) that was not checked here; hand in "
        + "the proof that the verdict names, and the spec"
    case .insufficient(let interval, let method):
      "the terms ask for \(method.rawValue): interval \(interval) does not rest on that"
    case .tooMany(let limit, let found):
      "proofs count of at most \(limit) intervals, found \(found); draw fewer, or make "
        + "intervals longer"
    }
  }
}

/// The proofs of one claim's intervals that were checked in this process.
///
/// Grows by checking alone, so that whoever holds it knows that each proof in it was accepted.
public struct CheckedProofs: Sendable {
  /// The identity of the claim's envelope.
  public let claim: Digest
  /// SHA-256 of the accepted proofs of each interval.
  private var accepted: [Int: Set<Digest>] = [:]
  private let contents: ProviderClaim
  private let checker: any ProofChecker

  /// Prepares to check proofs of a signed claim.
  public init(
    claim envelopeBytes: [UInt8], checker: any ProofChecker
  ) throws(EvidenceError) {
    do throws(SpecificationError) {
      let opened = try ProviderClaim.open(envelopeBytes)
      claim = opened.identity
      contents = opened.claim
    } catch { throw .claim(error) }
    self.checker = checker
  }

  /// Prepares to check proofs of a claim that a job goes on with.
  public init(claim: AdmittedClaim, checker: any ProofChecker) {
    self.claim = claim.identity
    contents = claim.contents
    self.checker = checker
  }

  /// Checks a proof and keeps that it holds.
  ///
  /// - Throws: `proof` with why it is refused.
  @discardableResult
  public mutating func check(_ proof: [UInt8]) throws(EvidenceError) -> ProvedInterval {
    let interval = try checker.check(proof, of: contents)
    let proved = ProvedInterval(interval: interval, proof: SHA256.digest(of: proof))
    accepted[interval, default: []].insert(proved.proof)
    return proved
  }

  /// Whether this proof of this interval was accepted.
  public func contains(_ proved: ProvedInterval) -> Bool {
    accepted[proved.interval]?.contains(proved.proof) ?? false
  }

  /// Refuses unless every one of these proofs of a claim was checked here.
  ///
  /// - Throws: `proof(.notChecked)` for the first that was not.
  public static func require(
    _ proved: [ProvedInterval], of claim: Digest, in checked: CheckedProofs?
  ) throws(EvidenceError) {
    for proof in proved {
      guard let checked, checked.claim == claim, checked.contains(proof) else {
        throw .proof(.notChecked(interval: proof.interval))
      }
    }
  }
}
