extension Strategy {
  /// Every strategy, by role, the honest one of each role first.
  public static let all: [Strategy] = providers + collusions + buyers + verifiers + others

  private static let providers = [
    Strategy(.provider, "honest", "Does the work and claims it.", isBaseline: true),
    Strategy(
      .provider, "honest, in parts", "Does the work and claims it part by part.",
      needs: [.continuity], isFair: true
    ) { $0.delivery = .claims(parts: 4) },
    Strategy(
      .provider, "crash-prone", "Crashes in every fifth part; comes back, or another takes over.",
      needs: [.continuity], isFair: true
    ) {
      $0.delivery = .claims(parts: 4)
      $0.crashMillionths = 200_000
    },
    Strategy(
      .provider, "lazy tenth", "Leaves out a tenth of the intervals to save their cost."
    ) { $0.falsified = .share(millionths: 100_000) },
    Strategy(.provider, "lazy half", "Leaves out half of the intervals.") {
      $0.falsified = .share(millionths: 500_000)
    },
    Strategy(.provider, "fabricator", "Makes up the whole trace.") {
      $0.falsified = .everything
    },
    Strategy(
      .provider, "poisoner", "Falsifies the one interval that is worth something elsewhere."
    ) { $0.falsified = .intervals(1) },
    Strategy(
      .provider, "late cheat", "Works honestly for the first instalment, then makes up the rest.",
      needs: [.continuity]
    ) {
      $0.delivery = .claims(parts: 4)
      $0.falsified = .afterFirstClaim
    },
    Strategy(
      .provider, "piecemeal cheat", "Leaves out a tenth, in claims so small that few are drawn.",
      needs: [.continuity]
    ) {
      $0.delivery = .claims(parts: 64)
      $0.falsified = .share(millionths: 100_000)
    },
    Strategy(.provider, "vanisher", "Takes the job and is never heard of again.") {
      $0.delivery = .vanishes
    },
    Strategy(
      .provider, "quitter", "Takes the job and leaves with notice.", needs: [.continuity]
    ) { $0.delivery = .stops },
    Strategy(.provider, "latecomer", "Claims when the time to work is over.") {
      $0.delivery = .tooLate
      $0.attempts = [.claimLate]
    },
    Strategy(
      .provider, "key withholder", "Does the work, and keeps the key of the sealed artefact.",
      needs: [.delivery]
    ) { $0.delivery = .withoutKey },
    Strategy(
      .provider, "withholder", "Leaves out a tenth and opens nothing that was drawn."
    ) {
      $0.falsified = .share(millionths: 100_000)
      $0.openings = .none
    },
    Strategy(
      .provider, "picky opener", "Leaves out a tenth and opens only what is right."
    ) {
      $0.falsified = .share(millionths: 100_000)
      $0.openings = .onlyTrue
    },
    Strategy(
      .provider, "grinder",
      "Leaves out a tenth; claims again and reveals again until the draw suits it."
    ) {
      $0.falsified = .share(millionths: 100_000)
      $0.attempts = [.claimAgain, .drawAgain]
    },
    Strategy(
      .provider, "stake runner",
      "Makes up the trace; takes its stake out before the verdict, and the price twice."
    ) {
      $0.falsified = .everything
      $0.attempts = [.withdrawStake, .closeEarly, .closeAgain]
    },
    Strategy(
      .provider, "replayer",
      "Works honestly once, then makes up traces and hands in the verdict of that job."
    ) {
      $0.falsified = .afterFirstJob
      $0.attempts = [.replayVerdict]
    },
    Strategy(
      .provider, "Sybil", "Makes up the trace; once rejected, comes back under another key."
    ) {
      $0.falsified = .everything
      $0.isReborn = true
    },
    Strategy(
      .provider, "silencer",
      "Leaves out a tenth, and keeps every verifier from answering where that was drawn."
    ) {
      $0.falsified = .share(millionths: 100_000)
      $0.silencesVerifiers = true
    },
  ]

  private static let collusions = [
    Strategy(
      .provider, "verifier friend", "Makes up the trace; one verifier accepts it unseen.",
      members: [.provider, .verifier(0)]
    ) {
      $0.falsified = .everything
      $0.verifying = [.befriended]
    },
    Strategy(
      .provider, "verifier cartel", "Makes up the trace; two verifiers accept it unseen.",
      members: [.provider, .verifier(0), .verifier(1)], needs: [.verifiers(2)]
    ) {
      $0.falsified = .everything
      $0.verifying = [.befriended, .befriended]
    },
    Strategy(
      .provider, "linked cartel", "The same, where the terms know that they belong together.",
      members: [.provider, .verifier(0), .verifier(1)], needs: [.panel, .verifiers(3)]
    ) {
      $0.falsified = .everything
      $0.verifying = [.befriended, .befriended]
      $0.areLinked = true
    },
    Strategy(
      .provider, "challenger friend",
      "Leaves out a tenth; a friend challenges and loses, so that no other challenge is heard.",
      members: [.provider, .friend], needs: [.referee]
    ) {
      $0.falsified = .share(millionths: 100_000)
      $0.challenging = .inVain
    },
    Strategy(
      .provider, "finder friend",
      "With a verifier cartel; a friend finds the fault first, for the finder's share.",
      members: [.provider, .friend, .verifier(0), .verifier(1)],
      needs: [.referee, .verifiers(2)]
    ) {
      $0.falsified = .everything
      $0.verifying = [.befriended, .befriended]
      $0.challenging = .first
    },
    Strategy(
      .provider, "operator friend",
      "Makes up the trace; the operator, who cannot know the draw, reveals nothing.",
      members: [.provider, .treasury]
    ) {
      $0.falsified = .everything
      $0.operating = .neverReveals
    },
  ]

  private static let buyers = [
    Strategy(.buyer, "honest", "Funds, reveals, and has the model.", isBaseline: true),
    Strategy(
      .buyer, "never reveals",
      "Keeps its secret to save the fees; whoever knows that does no work."
    ) {
      $0.buying = .silent
      $0.falsified = .everything
    },
    Strategy(
      .buyer, "withholds the data", "Funds, and hands out no data; nobody takes such a job."
    ) { $0.buying = .withholding },
    Strategy(
      .buyer, "hinders heartbeats", "Cuts the provider off, so that it counts as gone."
    ) { $0.buying = .hindering },
    Strategy(
      .buyer, "contests everything", "Challenges every acceptance, to pay later or not at all.",
      members: [.buyer, .friend], needs: [.referee]
    ) { $0.challenging = .inVain },
  ]

  private static let verifiers = [
    Strategy(
      .verifier, "honest", "Executes what was drawn and says what it found.", isBaseline: true),
    Strategy(
      .verifier, "accepts unseen",
      "Saves the work, accepts, and makes up what the work would have yielded."
    ) {
      $0.verifying = [.unseen]
    },
    Strategy(
      .verifier, "copies", "Hands in what another one has answered.", needs: [.panel]
    ) { $0.verifying = [.copying] },
    Strategy(
      .verifier, "rejects everything", "Saves the work, rejects, and makes up what it found."
    ) {
      $0.verifying = [.rejecting]
    },
    Strategy(.verifier, "silent", "Says nothing.") { $0.verifying = [.silent] },
    Strategy(
      .verifier, "hides its answer", "Binds itself to an answer and does not show it.",
      needs: [.panel]
    ) { $0.verifying = [.hiding] },
    Strategy(
      .verifier, "rejecting cartel", "Rejects everything together with another verifier.",
      needs: [.verifiers(2)]
    ) { $0.verifying = [.rejecting, .rejecting] },
  ]

  private static let others = [
    Strategy(.challenger, "bystander", "Challenges nothing.", isBaseline: true),
    Strategy(
      .challenger, "spammer", "Challenges every acceptance, for nothing.", needs: [.referee]
    ) { $0.challenging = .inVain },
    Strategy(.operator, "honest", "Logs every claim and reveals its secret.", isBaseline: true),
    Strategy(.operator, "logs nothing", "Shows no claim in the log.") {
      $0.operating = .neverLogs
    },
    Strategy(.operator, "reveals nothing", "Keeps its secret.") {
      $0.operating = .neverReveals
    },
  ]
}
