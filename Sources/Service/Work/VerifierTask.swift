internal import AssayCryptography
internal import AssayEvidence
internal import AssaySettlement

/// What a job needs of one verifier now.
struct VerifierTask {
  /// What is to be done.
  enum Kind: String {
    /// Audit, and hand in the verdict.
    case verdict
    /// Audit, and be bound to the verdict.
    case answer
    /// Show the verdict that one is bound to.
    case show
  }

  let job: String
  let kind: Kind
  /// How many claims were accepted before the one that is to be verified.
  let claim: Int
  let round: Int
  /// When the state's time is over, in seconds.
  let deadline: UInt64
  /// The name of the file that answers the challenge.
  let answerName: String
  /// Who must have handed it in.
  let provider: VerifyingKey
  /// When half of the state's time will be over, in seconds.
  let halfTime: UInt64

  /// The task of a verifier or referee in a job; nil where there is none now.
  init?(of verifier: VerifyingKey, in job: Job) {
    let contents = job.terms.contents
    guard let deadline = job.phase.deadline, let provider = job.provider,
      let challenge = job.challenge
    else { return nil }
    let examination = job.examination
    var seconds = contents.deadlines.verificationSeconds
    let own = examination.seats.last {
      $0.verifier == verifier && $0.round == examination.round
    }
    switch job.phase.name {
    case .verifying, .inconclusive:
      if job.phase.name == .inconclusive { seconds = contents.deadlines.retrySeconds }
      if contents.panel != nil {
        guard job.panelists.contains(verifier), own == nil else { return nil }
        kind = .answer
      } else {
        guard contents.parties.verifiers.contains(verifier),
          !examination.inconclusiveVerifiers.contains(verifier)
        else { return nil }
        kind = .verdict
      }
    case .revealing:
      guard let own, own.verdict == nil else { return nil }
      kind = .show
    case .disputed:
      guard contents.parties.referee == verifier else { return nil }
      seconds = contents.deadlines.disputeSeconds
      kind = .verdict
    default: return nil
    }
    self.job = job.id
    self.deadline = deadline
    self.provider = provider
    claim = job.progress.acceptedClaims
    round = examination.round
    halfTime = deadline - min(deadline, UInt64(clamping: seconds) / 2)
    answerName = "answer-\(SHA256.digest(of: challenge.encoded).hex.prefix(16))"
  }

  /// The states in which verifiers have something to do.
  static let phases: [PhaseName] = [.verifying, .inconclusive, .revealing, .disputed]

  /// What tells the task from the others of its verifier.
  var name: String { "\(job)/\(claim)/\(round)/\(kind.rawValue)" }
}
