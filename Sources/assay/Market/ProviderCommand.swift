internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
internal import AssayFiles
internal import AssaySettlement
internal import AssaySpecification

/// `assay provider`: takes jobs from a service, trains them, and answers what is drawn.
struct ProviderCommand: Command {
  static let description = CommandDescription(
    name: "provider", abstract: "Take jobs from a service, train them, and answer what is drawn.",
    discussion: """
      Looks for funded jobs that suit, fetches spec and data, and trains the first interval; only if
      that works is the job accepted, and the stake held. Then it trains the rest, says that it is
      at work where the terms ask for that, claims, and answers the challenge. Where the terms allow
      several claims, the work is claimed in as many parts, and what others have left is taken over
      from the last verified state.

      Every job has a folder of its own: started again, also after kill -9 in the middle of the
      training, it goes on where it was. One job is trained at a time; challenges are answered
      beside. The key must have the stakes.
      """,
    examples: [
      CommandExample(
        "assay provider --service http://127.0.0.1:8080 --key provider.key",
        "Works until it is stopped."),
      CommandExample(
        "assay provider --service https://market.example --key provider.key --least-price 50.00 "
          + "--most-stake 500.00 --device auto", "Takes only jobs that pay enough; on a GPU."),
    ])

  var market = MarketOptions()
  @Option("folder", help: "Where to keep jobs.") var work: String = "provider-work"
  @Option("name", help: "The asset to be paid in; any if left out.") var asset: String?
  @Option("amount", help: "The least price, in the asset's usual unit.") var leastPrice: String?
  @Option("amount", help: "The most stake, in the asset's usual unit.") var mostStake: String?
  @Option("file", help: "A spec to train; any if left out; may be given several times.")
  var spec: [String]
  @Option("place", help: "Where steps run: cpu, cuda:0, opencl:0 …, or auto.")
  var device: BackendOptions.Place = .cpu
  @Option("count", in: 0...1024, help: "Threads to use; 0 is one per core.") var threads: Int = 0
  @Flag(help: "End when one job is settled.") var once: Bool

  func run(_ console: Console) throws -> ExitCode {
    let client = try market.client()
    let taking = try Taking(self)
    let work = try ProviderWork(
      client, key: market.key, folder: work,
      backend: ["--device", device.argumentText, "--threads", "\(threads)"])
    let answers = Pulse(every: market.poll) { work.answerChallenges() }
    defer { withExtendedLifetime(answers) {} }
    var failures = 0
    while true {  // BOUND: until it is stopped, or one job is settled.
      do {
        for line in work.takeRemarks() { console.note("assay: \(line)") }
        let isIdle = try !work.goOn { try console.print($0) }
        for (job, settlement) in try work.takeSettled() {
          try console.print("settled      \(job), \(settlement)")
          if once { return .success }
        }
        if isIdle, !once || work.isFree { try take(taking, work, client, console) }
        failures = 0
      } catch let error where !(error is UsageError) {
        // Another try may succeed: the service was away, or a disk full.
        failures = min(failures + 1, 6)
        console.note("assay: \(error)")
      }
      for _ in 0..<(1 << failures) { market.pause() }
    }
  }

  /// Takes one job that suits, if there is one.
  private func take(
    _ taking: Taking, _ work: ProviderWork, _ client: ServiceClient, _ console: Console
  ) throws {
    for state in [PhaseName.funded, .vacant] {
      for job in try client.jobs(in: state) where work.mayTake(job) {
        guard let obstacle = try taking.obstacle(to: job, client.terms(of: job.name)) else {
          try work.take(job) { try console.print($0) }
          return
        }
        console.note("assay: \(job.name) is left to others: \(obstacle)")
        work.leave(job.name)
      }
    }
  }
}

/// Which jobs suit a provider.
private struct Taking {
  let asset: String?
  let leastPrice: String?
  let mostStake: String?
  let specs: Set<Digest>

  init(_ command: ProviderCommand) throws {
    asset = command.asset
    leastPrice = command.leastPrice
    mostStake = command.mostStake
    specs = Set(try command.spec.map { try InputFiles.spec($0).digest })
  }

  /// Why a job does not suit; nil where it does.
  func obstacle(to job: MarketJob, _ terms: Terms) throws -> String? {
    let contents = terms.contents
    if let asset, contents.asset.id != asset { return "it is paid in \(contents.asset.id)" }
    if let leastPrice,
      try contents.price < contents.asset.amount(leastPrice, option: "--least-price")
    {
      return "it pays too little"
    }
    if let mostStake, try contents.stake > contents.asset.amount(mostStake, option: "--most-stake")
    {
      return "it asks for too high a stake"
    }
    if contents.delivery != nil { return "it asks for a sealed delivery" }
    if !specs.isEmpty, !specs.contains(contents.work.spec) { return "it is about another spec" }
    return nil
  }
}
