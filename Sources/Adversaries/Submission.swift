public import AssayAuditing
public import AssayCryptography
public import AssayEvidence
internal import AssaySpecification
internal import AssayTraining

/// What a provider hands in: a signed claim, and later the answer to a challenge.
public struct Submission: Sendable {
  /// How it cheats; nil for honest work.
  public let cheat: Cheat?
  /// The signed claim's bytes.
  public let claim: [UInt8]
  /// The identity of the claim's envelope.
  public let identity: Digest
  /// The run behind the claim: what the provider wants believed.
  public let run: MemoryRun
  /// The intervals whose drawing shows the cheat, ascending. Empty for honest work, and for a cheat
  /// that every audit sees.
  public let falseIntervals: [Int]
  /// The run that answers are taken from.
  let answer: MemoryRun

  init(
    cheat: Cheat?, envelope: Envelope, run: MemoryRun, falseIntervals: [Int],
    answer: MemoryRun? = nil
  ) {
    self.cheat = cheat
    claim = envelope.encoded
    identity = envelope.identity
    self.run = run
    self.falseIntervals = falseIntervals
    self.answer = answer ?? run
  }

  /// An honest provider's submission.
  public static func honest(
    _ run: MemoryRun, job: String, terms: Digest, key: SigningKey
  ) -> Submission {
    Submission(
      cheat: nil, envelope: run.claim(job: job, terms: terms).signed(by: key), run: run,
      falseIntervals: [])
  }

  /// The intervals that could be drawn.
  public var intervalCount: Int { run.spec.intervalCount }

  /// How likely an audit of `drawn` intervals rejects it.
  ///
  /// - Precondition: `drawn` is at most `intervalCount`.
  public func catchProbability(drawn: Int) -> Probability {
    guard let cheat else { return .zero }
    if cheat.scope == .notComputational { return .one }
    return Detection.probability(
      intervals: intervalCount, drawn: drawn, falseIntervals: falseIntervals.count)
  }

  /// Whether the draw of `challenge` shows the cheat.
  public func isCaught(by challenge: Challenge) -> Bool {
    guard let cheat else { return false }
    return cheat.scope == .notComputational
      || !Set(falseIntervals).isDisjoint(with: challenge.indices)
  }

  /// Answers a challenge, piece by piece, whether or not the answer is right.
  public func answer(
    _ challenge: Challenge, to sink: ([UInt8]) throws(AuditingError) -> Void
  ) throws(AuditingError) {
    let writer = BundleWriter(
      BundleLayout(
        spec: run.spec, segment: run.spec.wholeRun, intervals: challenge.indices))
    try writer.writeHeader(
      challenge: challenge, records: answer.records, saltOpening: answer.saltOpening, to: sink)
    for interval in challenge.indices {
      try writer.writeInterval(
        interval, start: answer.states[interval],
        end: answer.commitments[interval + 1], to: sink)
    }
    try writer.writeArtefact(answer.states[answer.states.count - 1], to: sink)
  }

  /// The answer to a challenge.
  public func bundle(for challenge: Challenge) throws(AuditingError) -> [UInt8] {
    var bytes: [UInt8] = []
    try answer(challenge) { (part) throws(AuditingError) in bytes += part }
    return bytes
  }
}
