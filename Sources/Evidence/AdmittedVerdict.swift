public import AssayCryptography
public import AssaySpecification

/// What a verdict must be about before money may move on it.
public struct VerdictExpectation: Hashable, Sendable {
  /// The job's name.
  public let job: String
  /// SHA-256 of the terms' exact bytes.
  public let terms: Digest
  /// The identity of the logged claim's envelope.
  public let claim: Digest
  /// The quality in the logged claim: what an acceptance must have measured.
  public let quality: Quality?
  /// SHA-256 of the sealed artefact in the logged claim: what an acceptance must have sealed, too.
  public let delivery: Digest?
  /// The policy in the terms.
  public let policy: EvidencePolicy
  /// The draw that followed from the revealed secrets.
  public let draw: Draw
  /// The keys that may give a verdict.
  public let admittedKeys: [VerifyingKey]

  /// What a verdict must be about.
  public init(
    job: String, terms: Digest, claim: Digest, quality: Quality?, delivery: Digest? = nil,
    policy: EvidencePolicy, draw: Draw, admittedKeys: [VerifyingKey]
  ) {
    self.job = job
    self.terms = terms
    self.claim = claim
    self.quality = quality
    self.delivery = delivery
    self.policy = policy
    self.draw = draw
    self.admittedKeys = admittedKeys
  }

  /// A verdict on everything that a challenge names, by one of these keys.
  public init(
    challenge: Challenge, quality: Quality? = nil, delivery: Digest? = nil,
    admittedKeys: [VerifyingKey]
  ) {
    self.init(
      job: challenge.job, terms: challenge.terms, claim: challenge.claim, quality: quality,
      delivery: delivery,
      policy: challenge.policy, draw: challenge.draw, admittedKeys: admittedKeys)
  }
}

/// A verdict on which money may move: this room alone makes one, by `admit`.
///
/// - Soundness: an admitted key says so about exactly this job, terms, claim, policy and draw, and
///   a rejection shows what its fault must show. Where intervals rest on proofs, each was checked
///   in this process; that the verifier did the rest of the work is its word.
public struct AdmittedVerdict: Hashable, Sendable {
  /// What was found.
  public let verdict: Verdict
  /// Who says so.
  public let verifier: VerifyingKey
  /// SHA-256 of the envelope's pre-authentication encoding.
  public let identity: Digest

  private init(_ opened: OpenedVerdict) {
    verdict = opened.verdict
    verifier = opened.verifier
    identity = opened.identity
  }

  /// Admits a signed verdict, or says why not.
  ///
  /// - Parameter proofs: the proofs of the claim that were checked in this process.
  /// - Throws: `signature` or `malformed` for the envelope; `keyNotAdmitted`; `mismatch` naming the
  ///   field that is about something else; `rejectionWithoutEvidence`; `artefactUnchecked`; `proof`
  ///   where an interval does not rest on what the policy asks for, or on a proof that was not
  ///   checked; `hardware`.
  public static func admit(
    _ envelopeBytes: [UInt8], expecting expected: VerdictExpectation, proofs: CheckedProofs? = nil
  ) throws(EvidenceError) -> AdmittedVerdict {
    let admitted = try readmit(envelopeBytes, expecting: expected)
    try CheckedProofs.require(admitted.verdict.proved, of: expected.claim, in: proofs)
    return admitted
  }

  /// Admits a verdict that was admitted before, checking everything again but the proofs.
  ///
  /// - Soundness: for replaying a journal, in which the verdict's admission is recorded. Money that
  ///   has not moved yet needs `CheckedProofs.require` in the process that moves it.
  public static func readmit(
    _ envelopeBytes: [UInt8], expecting expected: VerdictExpectation
  ) throws(EvidenceError) -> AdmittedVerdict {
    let opened = try Verdict.open(envelopeBytes)
    let verdict = opened.verdict
    guard expected.admittedKeys.contains(opened.verifier) else {
      throw .keyNotAdmitted(found: opened.verifier.description)
    }
    guard verdict.job.utf8.elementsEqual(expected.job.utf8) else {
      throw .mismatch(field: "job", expected: expected.job, found: verdict.job)
    }
    try match("terms", expected.terms, verdict.terms)
    try match("claim", expected.claim, verdict.claim)
    try match("policy", expected.policy.digest, verdict.policy)
    try match("draw seed", expected.draw.seed, verdict.drawSeed)
    guard verdict.intervals == expected.draw.indices else {
      throw .mismatch(
        field: "intervals", expected: abbreviated(expected.draw.indices),
        found: abbreviated(verdict.intervals))
    }
    switch verdict.outcome {
    case .accepted:
      guard verdict.quality == expected.quality else {
        throw .mismatch(
          field: "quality", expected: expected.quality?.description ?? "none",
          found: verdict.quality?.description ?? "none")
      }
      guard verdict.delivery == expected.delivery else {
        throw .mismatch(
          field: "delivery", expected: expected.delivery?.hex ?? "none",
          found: verdict.delivery?.hex ?? "none")
      }
      guard !verdict.isArtefactUnchecked else { throw .artefactUnchecked }
      try verdict.checkBasis(expected.policy.method)
      try verdict.checkHardware(expected.policy.hardware)
    case .rejected(let rejection):
      try rejection.checkEvidence(drawn: verdict.intervals)
      try rejection.checkQuality(claimed: expected.quality, measured: verdict.quality)
    case .inconclusive: break
    }
    return AdmittedVerdict(opened)
  }
}

extension Verdict {
  /// Every drawn interval rests on what the method asks for, and nothing else is said to.
  fileprivate func checkBasis(_ method: EvidenceMethod) throws(EvidenceError) {
    let drawn = Set(intervals)
    let again = Set(executed)
    let shown = Set(proved.map(\.interval))
    guard again.isSubset(of: drawn), shown.isSubset(of: drawn) else {
      throw .mismatch(
        field: "executed or proved", expected: abbreviated(intervals),
        found: abbreviated(again.union(shown).sorted()))
    }
    guard method.admitsProofs || proved.isEmpty else {
      throw .mismatch(
        field: "proofs", expected: "none, since they do not count", found: "\(proved.count)")
    }
    for interval in intervals
    where !method.isEnough(executed: again.contains(interval), proved: shown.contains(interval)) {
      throw .proof(.insufficient(interval: interval, method: method))
    }
  }

  /// Refuses an acceptance on hardware on which no number of them would be enough.
  fileprivate func checkHardware(_ required: HardwareRequirement?) throws(EvidenceError) {
    guard let required, required.leastVerifiers == 1, !required.isMet(by: [hardware]) else {
      return
    }
    throw .hardware(required: required, found: hardware)
  }
}

/// Refuses a digest that is not the expected one.
func match(_ field: String, _ expected: Digest, _ found: Digest) throws(EvidenceError) {
  guard expected == found else {
    throw .mismatch(field: field, expected: expected.hex, found: found.hex)
  }
}
