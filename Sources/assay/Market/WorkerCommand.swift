internal import AssayCryptography
internal import AssayEvidence
internal import AssayFiles
internal import AssayWire
internal import Foundation

/// `assay worker`: verifies what a service asks its key to verify.
struct WorkerCommand: Command {
  static let description = CommandDescription(
    name: "worker", abstract: "Audit the jobs of a service that name your key as a verifier.",
    discussion: """
      Leases a task, fetches terms, claim, draw, spec, data and the provider's answer, audits them
      as `assay audit` does, believing none of them, and hands in the signed verdict; where
      verifiers are drawn, it first binds itself and then shows what it is bound to. Where a
      provider has not answered by half of the time, its opening counts as withheld.

      Any number of workers, on any number of machines, may work with one key: a task is one
      worker's while its lease lasts, which it renews. Where a worker dies, another takes over when
      the lease ends. What fails three times is set aside until --retry names it.
      """,
    examples: [
      CommandExample(
        "assay worker --service http://127.0.0.1:8080 --key verifier.key",
        "Works until it is stopped."),
      CommandExample(
        "assay worker --service http://127.0.0.1:8080 --key verifier.key --retry job-7 --once",
        "Tries again what was set aside; ends after one task."),
    ])

  var market = MarketOptions()
  @Option("folder", help: "Where to keep what is being audited; removed when it is.")
  var work: String = "worker-work"
  @Option("seconds", in: 1...3_600, help: "How long a task is this worker's without a sign of it.")
  var leaseSeconds: Int = 60
  @Option("place", help: "Where steps run: cpu, cuda:0, opencl:0 …, or auto.")
  var device: BackendOptions.Place = .cpu
  @Option("count", in: 0...1024, help: "Threads to use; 0 is one per core.") var threads: Int = 0
  @Option("name", help: "A job whose task was set aside, to be tried again.") var retry: String?
  @Flag(help: "End after one task.") var once: Bool

  func run(_ console: Console) throws -> ExitCode {
    let client = try market.client()
    try FileAccess.makeFolder(work)
    if let retry { try client.post("/v1/tasks/\(retry)/retry", once: random) }
    while true {  // BOUND: until it is stopped, or after one task.
      do {
        if let task = try lease(client) {
          try perform(task, client, console)
          if once { return .success }
          continue
        }
      } catch let error where !(error is UsageError) {
        console.note("assay: \(error)")
      }
      market.pause()
    }
  }

  private var random: String { Hex.encode(RandomBytes.make(8)) }

  private func lease(_ client: ServiceClient) throws -> WorkerTask? {
    var answer = try client.post(
      "/v1/tasks", body: .object(["seconds": .integer(leaseSeconds)]), once: random)
    let task = try answer.value("task")
    return task == .null ? nil : try WorkerTask(JSONFields(task))
  }

  /// Does a task while its lease is renewed; what fails is said to the service.
  private func perform(
    _ task: WorkerTask, _ client: ServiceClient, _ console: Console
  ) throws {
    let seconds = leaseSeconds
    let pulse = Pulse(every: Double(seconds) / 3) {
      // Whose lease is lost finds its answer refused.
      _ = try? client.post(
        "/v1/tasks/\(task.job)/heartbeat",
        body: .object(["lease": .string(task.lease), "seconds": .integer(seconds)]),
        once: Hex.encode(RandomBytes.make(8)))
    }
    defer { withExtendedLifetime(pulse) {} }
    // One worker dies and another begins: each in a folder of its own.
    let folder = "\(work)/\(task.job)-\(task.lease)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    do {
      try FileAccess.makeFolder(folder)
      let verification = WorkerVerification(
        task: task, client: client, key: market.key, folder: folder,
        backend: ["--device", device.argumentText, "--threads", "\(threads)"])
      try verification.run { try console.print($0) }
    } catch {
      _ = try? client.post(
        "/v1/tasks/\(task.job)/fail",
        body: .object(["lease": .string(task.lease), "failure": .string("\(error)")]),
        once: random)
      throw OperationError("\(task.job), attempt \(task.attempt): \(error)")
    }
  }
}

/// A task that was leased.
struct WorkerTask {
  /// What is to be done.
  enum Kind: String {
    case verdict, answer, show
  }

  let job: String
  let kind: Kind
  let lease: String
  /// Whether the provider has not answered, and half of the time is over.
  let isWithheld: Bool
  let attempt: Int

  init(_ object: JSONFields) throws {
    var fields = object
    job = try fields.string("job")
    lease = try fields.string("lease")
    guard let kind = Kind(rawValue: try fields.string("kind")),
      [job, lease].allSatisfy({ !$0.hasPrefix(".") && !$0.contains("/") && $0.count <= 64 })
    else { throw OperationError("the service gives a task that is not known here.") }
    self.kind = kind
    isWithheld = try fields.bool("withheld")
    attempt = try fields.integer("attempt", in: 0...Int.max)
  }
}
