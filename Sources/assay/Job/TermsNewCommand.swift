internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
internal import AssayFiles
internal import AssaySettlement
internal import AssaySpecification
internal import AssayVerification

/// `assay terms new`: writes a terms file.
struct TermsNewCommand: Command {
  static let description = CommandDescription(
    name: "new", abstract: "Write the terms of a job.",
    discussion: """
      What is to be computed is taken from the spec: the whole run, or with --up-to its beginning,
      or with --previous what follows the end of a claim that was verified, for another provider to
      go on from. Amounts are in the asset's usual unit, such as
      12.50. Shares are in millionths of the stake; what is left of a forfeited stake is the
      treasury's.

      The evidence is --draw intervals, or every one with --every. Each is executed again by a
      verifier, or with --evidence proof proved by the provider; either takes the one or the other,
      both takes both. A proof is checked again before money moves on it. Without
      --confidence-millionths the terms promise the probability that these draws give against the
      adversary.

      With --least-accuracy or --most-loss the price is for that quality, measured on the test set
      that the spec commits to; accepted work that misses it is paid --lower-price.
      """,
    examples: [
      CommandExample(
        """
        assay terms new --job job-1 --spec spec.json --price 100.00 --fee 5.00 --stake 60.00 \
        --work-cost 80.00 --buyer buyer.pub --operator operator.pub --verifier verifier.pub \
        --buyer-secret-hash buyer.hash --operator-secret-hash operator.hash --out terms.json
        """, "Terms for the whole run, 44 intervals drawn."),
      CommandExample(
        """
        assay terms new --job job-2 --spec provable.json --evidence proof --every --price 100.00 \
        --fee 5.00 --stake 60.00 --work-cost 80.00 --buyer buyer.pub --operator operator.pub \
        --verifier verifier.pub --buyer-secret-hash buyer.hash \
        --operator-secret-hash operator.hash --out terms.json
        """, "Every interval is to be proved."),
    ])

  @Option("name", help: "The job's name.") var job: String
  @Option("file", help: "The spec of the run.") var spec: String
  @Option("file", help: "Where to write the terms.") var out: String
  @Option("file", help: "The claim, verified before, that the work continues.")
  var previous: String?
  @Option("step", in: 1...1 << 40, help: "The last step of the work; the run's if left out.")
  var upTo: UInt64?
  var parties = TermsPartyOptions()
  var options = TermsOptions()
  @Flag(help: "Replace an existing file.") var force: Bool

  func run(_ console: Console) throws -> ExitCode {
    let spec = try InputFiles.spec(spec)
    let terms = try options.terms(
      job: job, spec: spec, work: work(spec), parties: parties.read(),
      buyerSecretHash: SecretFiles.hash(at: parties.buyerSecretHash),
      operatorSecretHash: SecretFiles.hash(at: parties.operatorSecretHash))
    try FileAccess.write(terms.bytes, to: out, replacing: force)
    try TermsText.print(terms, console, file: out)
    return .success
  }

  /// The segment of the run that is to be computed.
  private func work(_ spec: Spec) throws -> Terms.Work {
    let claim = try previous.map(InputFiles.claim)
    if let claim, claim.spec != spec.digest {
      throw OperationError("The claim in '\(previous ?? "")' is about another spec.")
    }
    let (first, last) = (claim?.lastStep ?? 0, upTo ?? spec.steps)
    guard let segment = spec.segment(from: first, to: last) else {
      throw OperationError(
        "There is no segment from step \(first) to \(last): the spec records a state every "
          + "\(spec.interval) steps and ends after \(spec.steps).")
    }
    return Terms.Work(
      spec: spec.digest, dataRoot: spec.data.root, firstStep: segment.firstStep,
      firstRoot: claim?.lastRoot, lastStep: segment.lastStep, interval: spec.interval)
  }
}

/// `assay terms show`: what terms say and promise.
struct TermsShowCommand: Command {
  static let description = CommandDescription(
    name: "show", abstract: "Check a terms file and show what it promises.",
    discussion: """
      Shows the detection probabilities over the fraction that is false, and the deterrence
      inequality with its numbers: terms under which cheating would pay are not accepted.
      """,
    examples: [CommandExample("assay terms show terms.json", "Changes nothing.")])

  @Argument(help: "The terms file.") var terms: String

  func run(_ console: Console) throws -> ExitCode {
    let bytes = try FileAccess.read(terms, limit: Terms.maximumByteCount)
    try TermsText.print(Terms(decoding: bytes), console, file: terms)
    return .success
  }
}

/// The money in terms.
struct TermsMoneyOptions: OptionGroup {
  @Option("name", help: "The asset, such as EUR.") var asset: String = "EUR"
  @Option("count", in: 0...Asset.decimalsLimit, help: "Digits after the asset's point.")
  var decimals: Int = 2
  @Option("amount", help: "What the provider is paid for accepted work.") var price: String
  @Option("amount", help: "What the verifier is paid, whatever it decides.") var fee: String
  @Option("amount", help: "What the provider puts up.") var stake: String
  @Option("amount", help: "What a challenger puts up; the fee if left out.") var bond: String?
  @Option("amount", help: "What the honest work costs the provider at most.")
  var workCost: String
  @Option("amount", help: "What a falsified interval is worth to the provider elsewhere.")
  var outsideGain: String = "0"
  @Flag(help: "Reckon with a provider that can silence every verifier.")
  var verifiersMayBeSilenced: Bool
  @Option("millionths", in: 0...1_000_000, help: "The buyer's share of a forfeited stake.")
  var damageMillionths: Int = 500_000
  @Option("millionths", in: 0...1_000_000, help: "The share of a challenger who shows a fault.")
  var finderMillionths: Int = 200_000
  @Option("millionths", in: 0...1_000_000, help: "What is lost of the stake for being late.")
  var livenessMillionths: Int = 100_000

  var slashing: Terms.Slashing {
    Terms.Slashing(
      damageMillionths: damageMillionths, finderMillionths: finderMillionths,
      livenessMillionths: livenessMillionths)
  }

  @Option("count", in: 0...1 << 31, help: "The version of the market's policy.")
  var policyVersion: Int = 0
  @Option("millionths", in: 0...MarketPolicy.feeLimit, help: "What the market takes in it.")
  var marketMillionths: Int = 0

  var policy: MarketPolicy {
    MarketPolicy(version: UInt32(policyVersion), feeMillionths: marketMillionths)
  }

  func readAsset() throws -> Asset { try Asset(named: asset, decimals: decimals) }

  func readEconomics(_ asset: Asset) throws -> Terms.Economics {
    Terms.Economics(
      workCost: try asset.amount(workCost, option: "--work-cost"),
      outsideGain: try asset.amount(outsideGain, option: "--outside-gain"),
      verifiersMayBeSilenced: verifiersMayBeSilenced)
  }
}

/// The quality that the full price is for.
struct TermsQualityOptions: OptionGroup {
  @Option("share", in: 0...1, help: "The accuracy on the spec's test set that the price is for.")
  var leastAccuracy: Double?
  @Option("loss", in: 0...1e6, help: "The loss on the spec's test set that the price is for.")
  var mostLoss: Double?
  @Option("amount", help: "What accepted work that misses it is paid; nothing if left out.")
  var lowerPrice: String?

  func read(_ spec: Spec, _ asset: Asset) throws -> QualityCondition? {
    let threshold: QualityCondition.Threshold
    switch (leastAccuracy, mostLoss) {
    case (let least?, nil):
      threshold = .accuracy(atLeastMillionths: Int((least * 1e6).rounded()))
    case (nil, let most?): threshold = .loss(atMostMillionths: Int((most * 1e6).rounded()))
    case (nil, nil):
      guard lowerPrice == nil else {
        throw UsageError(
          "There is a lower price, but nothing it depends on.", hint: "Add --least-accuracy 0.95.")
      }
      return nil
    default:
      throw UsageError(
        "Both --least-accuracy and --most-loss were named.", hint: "A spec measures one of them.")
    }
    let condition = QualityCondition(
      threshold: threshold,
      lowerPrice: try lowerPrice.map { try asset.amount($0, option: "--lower-price") } ?? .zero)
    guard spec.quality?.metric == condition.metric else {
      throw UsageError(
        "The spec does not measure the \(condition.metric.rawValue) of its last state.",
        hint: "Make one that does: assay spec new --measure \(condition.metric.rawValue)")
    }
    return condition
  }
}

/// Who takes part.
struct TermsPartyOptions: OptionGroup {
  @Option("file", help: "The buyer's public key.") var buyer: String
  @Option("file", help: "The public key of the log's operator.") var `operator`: String
  @Option("name", help: "The origin of the log's heads.") var logOrigin: String = "assay.local/log"
  @Option("file", help: "A verifier's public key; may be given several times.")
  var verifier: [String]
  @Option("file", help: "The public key of the referee who decides disputes.")
  var referee: String?
  @Option("file", help: "The provider's public key; whoever accepts first if left out.")
  var provider: String?
  @Option("file", help: "The hash of the buyer's secret.") var buyerSecretHash: String
  @Option("file", help: "The hash of the operator's secret.") var operatorSecretHash: String

  func read() throws -> Terms.Parties {
    Terms.Parties(
      buyer: try KeyFiles.verifyingKey(at: buyer),
      log: LogIdentity(origin: logOrigin, key: try KeyFiles.verifyingKey(at: `operator`)),
      verifiers: try verifier.map { try KeyFiles.verifyingKey(at: $0) },
      referee: try referee.map { try KeyFiles.verifyingKey(at: $0) },
      provider: try provider.map { try KeyFiles.verifyingKey(at: $0) })
  }
}

/// Whom the evidence policy is made against.
enum AdversaryKind: String, ArgumentValue, CaseIterable {
  /// Leaves out a fraction of the work.
  case lazy
  /// Falsifies one interval.
  case targeted
}

extension HardwareRequirement: ArgumentValue {}

/// Which evidence counts.
struct TermsEvidenceOptions: OptionGroup {
  @Option("method", help: "recompute, proof, either or both: what each interval must rest on.")
  var evidence: EvidenceMethod = .recompute
  @Option("count", in: 1...EvidencePolicy.drawnLimit, help: "How many intervals are drawn.")
  var draw: Int = 44
  @Flag(help: "Check every interval instead of drawing.") var every: Bool
  @Option("kind", help: "Whom the policy is made against.") var adversary: AdversaryKind = .lazy
  @Option("millionths", in: 1...1_000_000, help: "How much a lazy provider leaves out at least.")
  var fractionMillionths: Int = 100_000
  @Option("millionths", in: 0...1_000_000, help: "How likely that adversary is to be found.")
  var confidenceMillionths: Int?
  @Option("kind", help: "What they must be executed again on: gpu; any hardware if left out.")
  var hardware: HardwareRequirement?

  func read(_ spec: Spec, intervals: Int) throws -> EvidencePolicy {
    if evidence.admitsProofs {
      do {
        _ = try SpecSettings(spec: spec)
      } catch {
        throw UsageError(
          "The steps of this spec cannot be proved: \(error).",
          hint: "Make one that can be: assay spec new --numerics integer --provable")
      }
    }
    let selection: EvidencePolicy.Selection = every ? .every : .drawn(min(draw, intervals))
    let whom: EvidencePolicy.Adversary =
      adversary == .lazy ? .lazy(fractionMillionths: fractionMillionths) : .targeted
    let policy = EvidencePolicy(
      method: evidence, selection: selection, adversary: whom,
      confidenceMillionths: confidenceMillionths ?? 0, hardware: hardware)
    guard confidenceMillionths == nil, (1...Detection.intervalLimit).contains(intervals) else {
      return policy
    }
    let given = Detection.probability(
      intervals: intervals, drawn: policy.drawnCount(of: intervals),
      falseIntervals: policy.falseIntervals(of: intervals))
    return EvidencePolicy(
      method: evidence, selection: selection, adversary: whom,
      confidenceMillionths: given.millionths, hardware: hardware)
  }
}

/// How long each state may last.
struct TermsDeadlineOptions: OptionGroup {
  @Option("seconds", help: "From the offer to the funding.") var fundingSeconds: Int?
  @Option("seconds", help: "From the funding to the acceptance.") var acceptanceSeconds: Int?
  @Option("seconds", help: "From the acceptance to the claim.") var workSeconds: Int?
  @Option("seconds", help: "From the claim to its log entry.") var loggingSeconds: Int?
  @Option("seconds", help: "For the operator's reveal.") var operatorRevealSeconds: Int?
  @Option("seconds", help: "For the buyer's reveal.") var buyerRevealSeconds: Int?
  @Option("seconds", help: "For a verifier's answer.") var verificationSeconds: Int?
  @Option("seconds", help: "For another verifier's answer.") var retrySeconds: Int?
  @Option("seconds", help: "The challenge window.") var challengeWindowSeconds: Int?
  @Option("seconds", help: "For the referee's answer.") var disputeSeconds: Int?

  func read() -> Deadlines {
    let usual = Deadlines.usual
    return Deadlines(
      fundingSeconds: fundingSeconds ?? usual.fundingSeconds,
      acceptanceSeconds: acceptanceSeconds ?? usual.acceptanceSeconds,
      workSeconds: workSeconds ?? usual.workSeconds,
      loggingSeconds: loggingSeconds ?? usual.loggingSeconds,
      operatorRevealSeconds: operatorRevealSeconds ?? usual.operatorRevealSeconds,
      buyerRevealSeconds: buyerRevealSeconds ?? usual.buyerRevealSeconds,
      verificationSeconds: verificationSeconds ?? usual.verificationSeconds,
      retrySeconds: retrySeconds ?? usual.retrySeconds,
      challengeWindowSeconds: challengeWindowSeconds ?? usual.challengeWindowSeconds,
      disputeSeconds: disputeSeconds ?? usual.disputeSeconds)
  }
}
