public import AssayCryptography
public import AssaySpecification
internal import AssayWire

/// What a verifier found when it executed the drawn intervals again, or checked proofs of them.
///
/// Signed as an in-toto statement in a DSSE envelope; its predicate has the fields of a SLSA
/// Verification Summary where they apply (`verifier.id`, `verificationResult`) and names exactly
/// what it covers: job, terms, claim, policy, seed and intervals. The subject is the claim.
///
/// Hardware and device are the verifier's own statement: nobody attests them.
public struct Verdict: Hashable, Sendable {
  /// The predicate's type.
  public static let predicateType = "https://assay.dev/verdict/v1"
  /// The most bytes of the note and of the device's name; what is longer is cut.
  public static let textLimit = 2000

  /// What was found.
  public enum Outcome: Hashable, Sendable {
    /// Every drawn interval was reproduced to the bit or is proved, as `executed` and `proved` say;
    /// start, joints and quality are right, and the artefact unless it `isArtefactUnchecked`.
    case accepted
    /// Something is wrong.
    case rejected(Rejection)
    /// Neither could be shown.
    case inconclusive(InconclusiveReason)
  }

  /// The job's name.
  public let job: String
  /// SHA-256 of the terms' exact bytes.
  public let terms: Digest
  /// The identity of the claim's envelope.
  public let claim: Digest
  /// The policy's digest.
  public let policy: Digest
  /// The seed of the draw.
  public let drawSeed: Digest
  /// The drawn intervals, ascending: what the verdict covers.
  public let intervals: [Int]
  /// What was found.
  public let outcome: Outcome
  /// Of an acceptance: the drawn intervals that were executed again, ascending.
  public let executed: [Int]
  /// Of an acceptance: the drawn intervals that rest on a proof, ascending.
  public let proved: [ProvedInterval]
  /// Whether an acceptance says nothing of the artefact, which the verifier did not have.
  public let isArtefactUnchecked: Bool
  /// What the verifier measured of the last state, where the spec asks for it and it came to that.
  public let quality: Quality?
  /// Of an acceptance: SHA-256 of the artefact as the verifier sealed it with the provider's key,
  /// where the claim says how it is delivered.
  public let delivery: Digest?
  /// Of an acceptance: what only the execution of the intervals yields, and the trace does not
  /// hold; the same for all who executed the same intervals of one draw. Nil where none was.
  public let work: Digest?
  /// What it was computed on, in words.
  public let device: String
  /// What kind of hardware that is.
  public let hardware: Hardware
  /// Anything else for people; nothing depends on it.
  public let note: String

  /// A verdict to be signed.
  ///
  /// - Parameter executed: every interval if left out.
  /// - Precondition: intervals ascending, as a draw gives them.
  public init(
    job: String, terms: Digest, claim: Digest, policy: Digest, drawSeed: Digest,
    intervals: [Int], outcome: Outcome, executed: [Int]? = nil, proved: [ProvedInterval] = [],
    isArtefactUnchecked: Bool = false, quality: Quality? = nil, delivery: Digest? = nil,
    work: Digest? = nil, device: String, hardware: Hardware = .processor, note: String = ""
  ) {
    precondition(zip(intervals, intervals.dropFirst()).allSatisfy { $0 < $1 }, "ascending")
    // What rests on no proof was executed again, or the verdict says nothing of it.
    precondition(executed == nil || !proved.isEmpty, "some of them executed, the others proved")
    self.executed = executed ?? intervals
    self.proved = proved
    self.isArtefactUnchecked = isArtefactUnchecked
    self.job = job
    self.terms = terms
    self.claim = claim
    self.policy = policy
    self.drawSeed = drawSeed
    self.intervals = intervals
    self.outcome = outcome
    self.quality = quality
    self.delivery = delivery
    self.work = work
    self.device = device.cut(toByteCount: Verdict.textLimit)
    self.hardware = hardware
    self.note = note.cut(toByteCount: Verdict.textLimit)
  }

  /// A verdict about everything that a challenge names.
  public init(
    on challenge: Challenge, outcome: Outcome, executed: [Int]? = nil,
    proved: [ProvedInterval] = [], isArtefactUnchecked: Bool = false, quality: Quality? = nil,
    delivery: Digest? = nil, work: Digest? = nil, device: String,
    hardware: Hardware = .processor, note: String = ""
  ) {
    self.init(
      job: challenge.job, terms: challenge.terms, claim: challenge.claim,
      policy: challenge.policy.digest, drawSeed: challenge.draw.seed,
      intervals: challenge.indices, outcome: outcome, executed: executed, proved: proved,
      isArtefactUnchecked: isArtefactUnchecked, quality: quality, delivery: delivery, work: work,
      device: device, hardware: hardware, note: note)
  }

  /// Whether an acceptance that rests on execution shows what only that yields.
  public var showsWork: Bool { outcome != .accepted || executed.isEmpty || work != nil }

  /// Signs the verdict.
  public func signed(by key: SigningKey) -> Envelope {
    let statement = Statement(
      subjects: [(name: "claim", digest: claim)], predicateType: Verdict.predicateType,
      predicate: predicate(verifier: key.verifyingKey))
    return Envelope.sign(payload: statement.encoded, with: key)
  }

  /// Reads a signed verdict and checks its signature with the key that it names.
  ///
  /// - Soundness: says who gave the verdict. Whether that key is admitted, and whether it is about
  ///   the right job, terms, claim and draw, is what `AdmittedVerdict.admit` checks.
  public static func open(_ envelopeBytes: [UInt8]) throws(EvidenceError) -> OpenedVerdict {
    let opened = try Envelope.openStatement(envelopeBytes, of: predicateType, decode: decode)
    return OpenedVerdict(
      verdict: opened.contents, verifier: opened.signer, identity: opened.identity)
  }
}

/// A verdict whose signature has been checked.
public struct OpenedVerdict: Hashable, Sendable {
  /// What was found.
  public let verdict: Verdict
  /// Who says so.
  public let verifier: VerifyingKey
  /// SHA-256 of the envelope's pre-authentication encoding.
  public let identity: Digest
}

extension String {
  /// The longest beginning of whole characters that has at most so many bytes of UTF-8.
  func cut(toByteCount limit: Int) -> String {
    var text = Substring(self)
    // BOUND: a character has at least one byte, so the prefix leaves at most `limit` of them.
    if text.utf8.count > limit { text = text.prefix(limit) }
    while text.utf8.count > limit { text.removeLast() }
    return String(text)
  }
}
