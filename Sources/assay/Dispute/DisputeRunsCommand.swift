internal import AssayAuditing
internal import AssayCryptography
internal import AssayDisputes
internal import AssayEvidence
internal import AssaySpecification
internal import AssayWire

/// `assay dispute runs`: holds disputes between run folders.
struct DisputeRunsCommand: Command {
  static let description = CommandDescription(
    name: "runs",
    abstract: "Compare runs of one spec, and find who is wrong where they differ.",
    discussion: """
      Each run must have been claimed. Where two differ, both are asked for what they hold, from the
      trace down to one step, one operator, one tensor, one element and one value of it; that value
      is computed, and whose it is not has lost. With more than two runs, each is compared with the
      one that has not lost so far.

      Whose signatures count where the parties do not trust one another: see `assay dispute open`.
      """,
    examples: [
      CommandExample("assay dispute runs run-a run-b", "Finds the operator that one got wrong."),
      CommandExample("assay dispute runs a b c", "Compares replicas, and names those that lie."),
    ])

  @Argument(help: "Two or more run folders.") var runs: [String]
  var files = DataOptions()
  var options = BackendOptions()

  func run(_ console: Console) throws -> ExitCode {
    guard runs.count >= 2 else {
      throw UsageError("assay dispute runs: expected two or more runs, found \(runs.count).")
    }
    let opened = try runs.map { path in
      try DisputingRun(path, claim: nil, files: files, options: options, clock: console.elapsed)
    }
    var standing: [DisputingRun] = []
    var wrong: [DisputingRun] = []
    var held: [JSONValue] = []
    for run in opened {
      guard let other = standing.first else {
        standing = [run]
        continue
      }
      let (finding, report) = try hold(other, run, console)
      held.append(report)
      if finding.faults.challenger != nil {
        wrong += standing
        standing = []
      }
      if finding.faults.defender != nil { wrong.append(run) } else { standing.append(run) }
    }
    if runs.count > 2 || wrong.isEmpty {
      let right = standing.map(\.path).joined(separator: ", ")
      try console.print("right        \(right.isEmpty ? "none of them" : right)")
    }
    try console.json(
      .object([
        "right": .array(standing.map { .string($0.path) }),
        "wrong": .array(wrong.map { .string($0.path) }), "disputes": .array(held),
      ]))
    return wrong.isEmpty ? .success : .rejected
  }

  private func hold(
    _ challenger: DisputingRun, _ defender: DisputingRun, _ console: Console
  ) throws -> (Finding, JSONValue) {
    let runs = Pair(challenger: challenger, defender: defender)
    let began = console.elapsed()
    var dispute = try Dispute(
      spec: challenger.spec, challenger: challenger.claim, defender: defender.claim,
      rules: Dispute.Rules(allowanceSeconds: 1), now: 0)
    var refereeSeconds = console.elapsed() - began
    var lastSeconds = 0.0
    while let question = dispute.question {
      for party in Party.allCases {
        do {
          let answer = try runs[party].answer(question)
          let began = console.elapsed()
          try dispute.take(answer, from: party, now: 0)
          lastSeconds = console.elapsed() - began
          refereeSeconds += lastSeconds
        } catch {
          console.note("\(runs[party].path) cannot answer (\(question)): \(error)")
        }
      }
      // Who could not answer has stalled.
      if dispute.question == question { dispute.expire(now: 2) }
    }
    guard let finding = dispute.finding else { throw OperationError("the dispute has no end.") }
    let cost = dispute.cost
    try show(finding, runs, dispute, console)
    if cost.valueCount > 0 {
      try console.print(
        "referee      \(Quantity.bytes(cost.openedByteCount)) opened, \(cost.valueCount) value "
          + "computed, \(Quantity.milliseconds(lastSeconds)); all \(cost.questionCount) questions: "
          + "\(Quantity.bytes(cost.byteCount)), \(Quantity.milliseconds(refereeSeconds))")
    }
    if defender.intervalSeconds > 0 {
      try console.print(
        "parties      the interval's steps again: "
          + "\(Quantity.milliseconds(defender.intervalSeconds)); all answers: "
          + "\(Quantity.milliseconds(challenger.seconds)) and "
          + "\(Quantity.milliseconds(defender.seconds))")
    }
    return (
      finding,
      .object([
        "challenger": .string(challenger.path), "defender": .string(defender.path),
        "subject": .string(finding.subject), "explanation": .string(finding.explanation),
        "challengerFault": finding.faults.challenger.map { .string($0.rawValue) } ?? .null,
        "defenderFault": finding.faults.defender.map { .string($0.rawValue) } ?? .null,
        "questions": .integer(cost.questionCount), "bytes": .integer(cost.byteCount),
        "openedBytes": .integer(cost.openedByteCount), "refereeSeconds": .double(refereeSeconds),
        "intervalSeconds": .double(defender.intervalSeconds),
      ])
    )
  }

  private func show(
    _ finding: Finding, _ runs: Pair<DisputingRun>, _ dispute: Dispute, _ console: Console
  ) throws {
    for party in Party.allCases {
      let name = (party.rawValue + ":").padding(to: 13)
      try console.print(
        name + "\(runs[party].path), claim \(dispute.claims[party].identity.hex.prefix(16))…")
    }
    let names = Pair(
      challenger: runs.challenger.path + " (challenger)",
      defender: runs.defender.path + " (defender)")
    for line in finding.lines(names) { try console.print(line) }
    for party in Party.allCases {
      for interval in runs[party].answerer.unreproducedIntervals {
        try console.print(
          "note         \(runs[party].path), computed again, does not lead to its own record of "
            + "interval \(interval)")
      }
    }
  }
}

extension String {
  /// The text with spaces behind it up to a number of characters.
  fileprivate func padding(to count: Int) -> String {
    self + String(repeating: " ", count: max(0, count - self.count))
  }
}
