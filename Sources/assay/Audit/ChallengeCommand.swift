internal import AssayAuditing
internal import AssayCryptography
internal import AssayEvidence
internal import AssayFiles
internal import AssaySettlement
internal import AssaySpecification
internal import AssayWire

/// `assay challenge`: draws the intervals that a provider must open.
struct ChallengeCommand: Command {
  static let description = CommandDescription(
    name: "challenge",
    abstract: "Draw the intervals that a provider must open.",
    discussion: """
      The draw follows from the job, its terms, the claim, the evidence policy and two secrets, so
      that anyone can repeat it. It is fair when the provider could know neither secret before it
      claimed.

      For a job, give its terms and both secrets: the policy is that of the terms, and the secrets
      must have the hashes that stand there. Without terms, fresh secrets are made here, which
      convinces whoever runs this command.
      """,
    examples: [
      CommandExample(
        "assay challenge run/claim.json --draw 44 --out challenge.json", "Draws 44 intervals."),
      CommandExample(
        "assay challenge run/claim.json --every --evidence proof", "Asks for proofs of all."),
      CommandExample(
        "assay challenge claim.json --terms terms.json --buyer-secret buyer.secret "
          + "--operator-secret operator.secret --out challenge.json", "Draws what the terms ask."),
    ])

  @Argument(help: "The signed claim.") var claim: String
  @Option("file", help: "The terms of the job.") var terms: String?
  @Option("count", in: 1...EvidencePolicy.drawnLimit, help: "Intervals to draw, without terms.")
  var draw: Int?
  @Flag(help: "Draw every interval, without terms.") var every: Bool
  @Option(
    "method", help: "Without terms: recompute, proof, either or both; recompute if left out.")
  var evidence: EvidenceMethod?
  @Option("file", help: "The buyer's secret, as `assay terms secret` writes it.")
  var buyerSecret: String?
  @Option("file", help: "The operator's secret.") var operatorSecret: String?
  @Option("file", help: "Where to write the challenge.") var out: String = "challenge.json"

  func run(_ console: Console) throws -> ExitCode {
    let opened: OpenedClaim
    do {
      opened = try ProviderClaim.open(
        FileAccess.read(claim, limit: Envelope.maximumByteCount))
    } catch let error as SpecificationError {
      console.note("assay: '\(claim)' is refused: \(error)")
      return .rejected
    }
    let challenge = try makeChallenge(opened)
    try FileAccess.write(challenge.encoded, to: out)
    let drawn = challenge.indices
    try console.print("challenge    \(out)")
    try console.print("seed         \(challenge.draw.seed)")
    try console.print(
      "intervals    \(drawn.count) of \(challenge.draw.intervalCount): "
        + drawn.prefix(40).map(String.init).joined(separator: " ")
        + (drawn.count > 40 ? " …" : ""))
    try DetectionText.show(
      Detection.table(intervals: challenge.draw.intervalCount, drawn: drawn.count), console)
    try console.json(
      .object([
        "challenge": .string(out), "claim": .string(challenge.claim.hex),
        "seed": .string(challenge.draw.seed.hex),
        "intervalCount": .integer(challenge.draw.intervalCount),
        "intervals": .array(drawn.map { .integer($0) }),
      ]))
    return .success
  }

  private func makeChallenge(_ opened: OpenedClaim) throws -> Challenge {
    let claim = opened.claim
    guard claim.traceSize >= 2, claim.traceSize <= UInt64(Detection.intervalLimit) + 1 else {
      throw OperationError(
        "the claim covers \(claim.traceSize) states; expected 2 to \(Detection.intervalLimit + 1).")
    }
    let intervalCount = Int(claim.traceSize) - 1
    guard let terms else {
      return try Challenge(
        job: claim.job, terms: claim.terms, claim: opened.identity,
        policy: try policy(intervalCount),
        source: .secrets(
          buyer: try buyerSecret.map(SecretFiles.secret) ?? RandomBytes.make(32),
          operator: try operatorSecret.map(SecretFiles.secret) ?? RandomBytes.make(32)),
        intervalCount: intervalCount)
    }
    let agreed = try InputFiles.terms(terms)
    guard draw == nil, !every, evidence == nil else {
      throw UsageError(
        "The terms say what to draw.",
        hint: "Leave out --draw, --every and --evidence, or the terms.")
    }
    guard let buyerSecret, let operatorSecret else {
      throw UsageError(
        "For a job both secrets are needed.", hint: "Give --buyer-secret and --operator-secret.")
    }
    let challenge = try Challenge(
      job: agreed.contents.job, terms: agreed.digest, claim: opened.identity,
      policy: agreed.contents.evidence,
      source: .secrets(
        buyer: try secret(buyerSecret, .buyer, agreed.contents.buyerSecretHash),
        operator: try secret(operatorSecret, .operator, agreed.contents.operatorSecretHash)
      ), intervalCount: intervalCount)
    try challenge.checkSecrets(
      buyerSecretHash: agreed.contents.buyerSecretHash,
      operatorSecretHash: agreed.contents.operatorSecretHash)
    return challenge
  }

  /// The secret behind the hash in the terms: that of a job's first claim.
  private func secret(_ path: String, _ role: RevealRole, _ hash: Digest) throws -> [UInt8] {
    let last = try SecretFiles.secret(at: path)
    return try Randomness.secret(behind: hash, from: last, by: role) ?? last
  }

  private func policy(_ intervalCount: Int) throws -> EvidencePolicy {
    let selection: EvidencePolicy.Selection
    switch (draw, every) {
    case (let count?, false):
      guard count <= intervalCount else {
        throw UsageError("--draw \(count): the claim has \(intervalCount) intervals.")
      }
      selection = .drawn(count)
    case (nil, true): selection = .every
    default:
      throw UsageError(
        "Say how many intervals to draw: --draw COUNT, --every, or --terms FILE.",
        hint: "`assay plan` says how many are needed.")
    }
    let count = draw ?? intervalCount
    let policy = EvidencePolicy(
      method: evidence ?? .recompute, selection: selection, adversary: .targeted,
      confidenceMillionths: Detection.probability(
        intervals: intervalCount, drawn: count, falseIntervals: 1
      ).millionths)
    try policy.check(intervals: intervalCount)
    return policy
  }
}
