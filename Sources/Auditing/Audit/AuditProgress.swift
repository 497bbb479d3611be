internal import AssayCryptography
internal import AssayEvidence
internal import AssaySpecification

/// What has passed so far, kept for the report and told to whoever watches.
final class AuditProgress {
  private(set) var passed: [AuditCheck] = []
  private(set) var timings: [AuditReport.IntervalTiming] = []
  private(set) var proved: [ProvedInterval] = []
  private(set) var work: [(interval: Int, value: Digest)] = []
  var quality: Quality?
  var delivery: Digest?
  private var skipped: Set<AuditCheck> = []
  private let onEvent: (AuditEvent) -> Void

  init(_ onEvent: @escaping (AuditEvent) -> Void) { self.onEvent = onEvent }

  /// The first check that neither passed nor was left out: the one that failed.
  var failed: AuditCheck? {
    AuditCheck.allCases.first { !passed.contains($0) && !skipped.contains($0) }
  }

  func pass(_ check: AuditCheck) {
    passed.append(check)
    onEvent(.passed(check))
  }

  /// Leaves checks out that do not apply.
  func skip(_ checks: Set<AuditCheck>) { skipped.formUnion(checks) }

  func reproduce(_ interval: Int, seconds: Double, work value: Digest, of count: Int) {
    timings.append(AuditReport.IntervalTiming(interval: interval, seconds: seconds))
    work.append((interval, value))
    onEvent(.reproduced(interval: interval, count: timings.count, of: count))
  }

  func prove(_ interval: ProvedInterval) {
    proved.append(interval)
    onEvent(.proved(interval: interval.interval, count: proved.count))
  }

  /// What an acceptance rests on, in a sentence.
  func acceptance(of challenge: Challenge) -> String {
    let count = challenge.indices.count
    let of = "of \(challenge.draw.intervalCount)"
    guard !proved.isEmpty else {
      return "all \(count) drawn intervals \(of) were reproduced to the bit"
    }
    let intervals =
      switch (proved.count, timings.count) {
      case (count, 0): "all \(count) drawn intervals \(of) are proved"
      case (count, count):
        "all \(count) drawn intervals \(of) are proved, and were reproduced to the bit"
      default:
        "of \(count) drawn intervals \(of), \(proved.count) are proved and \(timings.count) were "
          + "reproduced to the bit"
      }
    let artefact =
      passed.contains(.artefact)
      ? "the artefact is the last one"
      : "nobody compared the artefact with the last one, which is the provider's word"
    return "\(intervals); the first state is the right one, \(artefact)"
  }
}
