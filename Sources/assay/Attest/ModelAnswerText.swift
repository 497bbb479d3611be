internal import AssayAttestations
internal import AssayBeacons
internal import AssayCryptography
internal import AssayEvidence
internal import AssayMerkle
internal import AssaySpecification
internal import AssayWire
internal import Foundation

/// Where a model is from, on one screen and for programs.
enum ModelAnswerText {
  static func show(_ answer: ModelAnswer, file: String, _ console: Console) throws {
    let claim = answer.provenance.claim.claim
    let isState = answer.digest == claim.artefact
    try console.print("model        \(file), SHA-256 \(answer.digest)")
    try console.print(
      "             "
        + (isState
          ? "the last state, with everything that training needs"
          : "the weights alone, exported from the last state"))
    try console.print("trained by   \(name(claim.provider, answer.trusted.provider != nil))")
    try console.print("spec         \(claim.spec), steps \(claim.firstStep) to \(claim.lastStep)")
    try console.print("data         root \(claim.dataRoot)")
    try console.print(
      "started from \(answer.provenance.weights.map { "weights \($0)" } ?? start(claim))")
    try console.print("trace        \(claim.traceSize) records, root \(claim.traceRoot)")
    if !claim.job.isEmpty {
      try console.print("job          \(AuditText.printable(claim.job)), terms \(claim.terms)")
    }
    if let quality = claim.quality { try console.print("quality      \(quality)") }
    if let (head, index) = answer.logged {
      try console.print(
        "logged       entry \(index) of \(AuditText.printable(head.origin)), \(head.size) entries")
    }
    for summary in answer.summaries { try show(summary, answer.trusted, console) }
    try console.print()
    try console.print(conclusion(answer))
  }

  private static func show(
    _ summary: VerificationSummary, _ trusted: Trusted, _ console: Console
  ) throws {
    let date = Date(timeIntervalSince1970: Double(summary.time)).formatted(.iso8601)
    let verdict = summary.verdict.verdict
    try console.print()
    try console.print(
      "verified by  \(name(summary.verdict.verifier, !trusted.verifiers.isEmpty)), \(date)")
    switch verdict.outcome {
    case .accepted:
      try console.print("found        PASSED: \(work(summary))")
    case .rejected(let rejection):
      try console.print(
        "found        FAILED: \(rejection.fault.rawValue)"
          + (rejection.interval.map { ", interval \($0)" } ?? ""))
    case .inconclusive: break
    }
    try console.print("drawn        \(draw(summary, trusted))")
    try console.print("strength     \(strength(summary))")
  }

  /// What was done with the drawn intervals.
  private static func work(_ summary: VerificationSummary) -> String {
    let verdict = summary.verdict.verdict
    let count = summary.challenge.draw.intervalCount
    var parts: [String] = []
    if !verdict.executed.isEmpty {
      parts.append("\(verdict.executed.count) of \(count) intervals executed again, the same bits")
    }
    if !verdict.proved.isEmpty {
      parts.append("\(verdict.proved.count) of \(count) intervals proved")
    }
    return parts.joined(separator: "; ")
  }

  private static func draw(_ summary: VerificationSummary, _ trusted: Trusted) -> String {
    switch summary.challenge.source {
    case .secrets:
      trusted.terms == nil
        ? "from two secrets; compare them with the terms: --terms"
        : "from the secrets that buyer and operator committed to in the terms"
    case .delay(let delay):
      "by the provider, from a delay of \(delay.squarings) squarings: weaker, as it can try again"
    }
  }

  private static func strength(_ summary: VerificationSummary) -> String {
    let count = summary.challenge.draw.intervalCount
    guard summary.challenge.indices.count < count else {
      return "every interval: no false one could be missed"
    }
    return "a tenth falsified is found with \(percent(summary, 100_000)), one interval of \(count) "
      + "with \(percent(summary, 1))"
  }

  private static func percent(_ summary: VerificationSummary, _ millionths: Int) -> String {
    Quantity.percent(Double(summary.detection(falseMillionths: millionths).millionths) / 1e6)
  }

  private static func start(_ claim: ProviderClaim) -> String {
    claim.firstStep == 0 ? "the spec's seed" : "the state \(claim.firstRoot)"
  }

  private static func name(_ key: VerifyingKey, _ isNamed: Bool) -> String {
    "key \(key.keyID.prefix(16))…" + (isNamed ? "" : " (not compared with one that you trust)")
  }

  private static func conclusion(_ answer: ModelAnswer) -> String {
    let isTrusted = answer.trusted.provider != nil && !answer.trusted.verifiers.isEmpty
    if answer.summaries.isEmpty {
      return answer.trusted.verifiers.isEmpty
        ? "Nobody has verified this model." : "Nobody that you trust has verified this model."
    }
    if !answer.isGood { return "A verifier rejected this model." }
    return isTrusted
      ? "Trained and verified by the keys that you named."
      : "Nobody vouches for these keys here: name whom you trust with --provider and --verifier."
  }

  static func json(_ answer: ModelAnswer) -> JSONValue {
    let claim = answer.provenance.claim
    return .object([
      "holds": .bool(answer.isGood), "model": .string(answer.digest.hex),
      "isState": .bool(answer.digest == claim.claim.artefact),
      "provider": .string(claim.claim.provider.keyID),
      "isProviderCompared": .bool(answer.trusted.provider != nil),
      "claim": .string(claim.identity.hex), "spec": .string(claim.claim.spec.hex),
      "dataRoot": .string(claim.claim.dataRoot.hex),
      "weights": answer.provenance.weights.map { .string($0.hex) } ?? .null,
      "firstStep": .integer(claim.claim.firstStep), "lastStep": .integer(claim.claim.lastStep),
      "traceRoot": .string(claim.claim.traceRoot.hex), "job": .string(claim.claim.job),
      "logIndex": answer.logged.map { .integer($0.index) } ?? .null,
      "summaries": .array(answer.summaries.map { json($0, answer.trusted) }),
    ])
  }

  private static func json(_ summary: VerificationSummary, _ trusted: Trusted) -> JSONValue {
    let verdict = summary.verdict.verdict
    let isDelay = if case .delay = summary.challenge.source { true } else { false }
    return .object([
      "verifier": .string(summary.verdict.verifier.keyID),
      "isVerifierCompared": .bool(!trusted.verifiers.isEmpty),
      "hasPassed": .bool(summary.hasPassed), "time": .integer(summary.time),
      "intervalCount": .integer(summary.challenge.draw.intervalCount),
      "drawn": .integer(summary.challenge.indices.count),
      "executed": .integer(verdict.executed.count), "proved": .integer(verdict.proved.count),
      "drawnFrom": .string(isDelay ? "delay" : "secrets"),
      "detectionMillionths": .object([
        "tenth": .integer(summary.detection(falseMillionths: 100_000).millionths),
        "one": .integer(summary.detection(falseMillionths: 1).millionths),
      ]),
    ])
  }
}
