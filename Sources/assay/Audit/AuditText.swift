internal import AssayAuditing
internal import AssayCryptography
internal import AssayEvidence
internal import AssaySpecification
internal import AssayWire
internal import Foundation

/// What an audit found, for people and for programs.
enum AuditText {
  static func name(of outcome: Verdict.Outcome) -> String {
    switch outcome {
    case .accepted: "accepted"
    case .rejected: "rejected"
    case .inconclusive: "inconclusive"
    }
  }

  static func milliseconds(_ seconds: Double) -> String {
    seconds < 1 ? String(format: "%.1f ms", seconds * 1000) : Quantity.seconds(seconds)
  }

  /// What somebody else wrote, without characters that could change what a terminal shows.
  static func printable(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          switch scalar.properties.generalCategory {
          case .control, .format, .lineSeparator, .paragraphSeparator: "\u{FFFD}"
          default: scalar
          }
        }))
  }

  /// What passed, what did not, and what it took.
  ///
  /// - Parameter signed: where the signed verdict was written.
  static func show(
    _ report: AuditReport, signed: String? = nil, _ console: Console
  ) throws {
    for check in report.passedChecks { try console.print("✓ \(check.explanation)") }
    if let failed = report.failedCheck { try console.print("✗ \(failed.explanation)") }
    try console.print()
    try console.print("verdict      \(name(of: report.outcome))")
    try console.print("             \(printable(report.sentence))")
    if let conjecture = report.conjecture { try console.print("             \(conjecture)") }
    if case .rejected(let rejection) = report.outcome {
      try console.print("fault        \(rejection.fault.rawValue)")
      if let interval = rejection.interval { try console.print("interval     \(interval)") }
      if let tensor = rejection.tensor { try console.print("tensor       \(tensor)") }
      if let root = rejection.claimedRoot { try console.print("claimed      \(root)") }
      if let root = rejection.computedRoot { try console.print("computed     \(root)") }
    }
    if let quality = report.quality { try console.print("quality      \(quality)") }
    if !report.proved.isEmpty {
      try console.print("proofs       \(report.proved.count) checked with GMP")
    }
    let seconds = report.timings.map(\.seconds).sorted()
    if let slowest = seconds.last {
      try console.print(
        "intervals    \(seconds.count) executed again, \(Quantity.seconds(seconds.reduce(0, +)))"
          + "; one takes \(milliseconds(seconds[seconds.count / 2])), the slowest "
          + milliseconds(slowest))
    }
    try console.print("time         \(Quantity.seconds(report.seconds))")
    if let signed { try console.print("signed       \(signed)") }
    try DetectionText.show(report, console)
  }

  /// - Parameter verdict: where the signed verdict was written.
  static func json(_ report: AuditReport, verdict: String?) -> JSONValue {
    var members: [JSONMember] = [
      JSONMember(name: "outcome", value: .string(name(of: report.outcome))),
      JSONMember(name: "sentence", value: .string(report.sentence)),
    ]
    func add(_ name: String, _ value: JSONValue?) {
      if let value { members.append(JSONMember(name: name, value: value)) }
    }
    add("conjecture", report.conjecture.map { .string($0) })
    switch report.outcome {
    case .accepted: break
    case .rejected(let rejection):
      add("fault", .string(rejection.fault.rawValue))
      add("interval", rejection.interval.map { .integer($0) })
      add("tensor", rejection.tensor.map { .string($0) })
      add("claimedRoot", rejection.claimedRoot.map { .string($0.hex) })
      add("computedRoot", rejection.computedRoot.map { .string($0.hex) })
    case .inconclusive(let reason):
      add("reason", .string(reason.rawValue))
    }
    add("passed", .array(report.passedChecks.map { .string($0.rawValue) }))
    add("quality", report.quality?.json)
    add("intervalCount", .integer(report.challenge.draw.intervalCount))
    add("drawn", .array(report.challenge.indices.map { .integer($0) }))
    add(
      "intervals",
      .array(
        report.timings.map {
          .object(["interval": .integer($0.interval), "seconds": .double($0.seconds)])
        }))
    add("proofs", report.proved.isEmpty ? nil : .array(report.proved.map(\.json)))
    add("artefact", report.isArtefactUnchecked ? .string("unchecked") : nil)
    add("seconds", .double(report.seconds))
    add("detection", DetectionText.json(report.detection))
    add("verdict", verdict.map { .string($0) })
    return .object(members)
  }
}
