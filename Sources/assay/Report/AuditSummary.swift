internal import AssayAuditing
internal import AssayCryptography
internal import AssayEvidence
internal import AssayReports
internal import AssaySpecification

/// What an audit asked and found, for a report.
struct AuditSummary {
  var challenge: Challenge
  var outcome: Verdict.Outcome
  var sentence: String
  /// The intervals that an acceptance rests on proofs of.
  var proved: [ProvedInterval]
  /// Whether an acceptance says nothing of the artefact.
  var isArtefactUnchecked: Bool
  /// What the verifier measured of the last state, if anything.
  var quality: Quality?
  var device: String
  /// Seconds that the audit took; nil when nobody measured.
  var seconds: Double?

  /// What a signed verdict on a challenge says.
  init(_ verdict: Verdict, on challenge: Challenge, seconds: Double?) {
    self.challenge = challenge
    outcome = verdict.outcome
    sentence = verdict.note
    proved = verdict.proved
    isArtefactUnchecked = verdict.isArtefactUnchecked
    quality = verdict.quality
    device = verdict.device
    self.seconds = seconds
  }

  init(_ report: AuditReport, device: String) {
    self.init(
      report.verdict(device: device), on: report.challenge, seconds: report.seconds)
    sentence = report.sentence
  }

  /// The verdict's card.
  func verdictSummary(verifier: String) -> VerdictSummary {
    var facts = [
      Fact("Verifier", verifier, isCode: true), Fact("Device", device),
      Fact("Draw's seed", challenge.draw.seed.hex, isCode: true),
    ]
    if !proved.isEmpty {
      facts.append(
        Fact("Proofs", "\(proved.count) of \(challenge.indices.count) drawn intervals"))
    }
    if isArtefactUnchecked { facts.append(Fact("Artefact", "not compared")) }
    if let quality { facts.append(Fact("Quality, measured again", "\(quality)")) }
    if case .rejected(let rejection) = outcome {
      facts.append(Fact("Fault", rejection.fault.explanation))
      if let tensor = rejection.tensor { facts.append(Fact("First differing tensor", tensor)) }
      if let root = rejection.claimedRoot { facts.append(Fact("Claimed", root.hex, isCode: true)) }
      if let root = rejection.computedRoot {
        facts.append(Fact("Computed", root.hex, isCode: true))
      }
    }
    return VerdictSummary(
      outcome: reportOutcome, reason: sentence, drawnCount: challenge.indices.count,
      intervalCount: challenge.draw.intervalCount, facts: facts,
      detection: Detection.table(
        intervals: challenge.draw.intervalCount, drawn: challenge.indices.count
      ).map {
        VerdictSummary.Detection(
          fraction: Double($0.falseIntervals) / Double($0.intervals),
          probability: $0.detection.share)
      })
  }

  /// The strip of intervals; `falsified` is known only to whoever cheated.
  func traceSummary(stepsPerInterval: Int, falsified: [Int] = []) -> TraceSummary {
    TraceSummary(
      intervalCount: challenge.draw.intervalCount, stepsPerInterval: stepsPerInterval,
      checks: challenge.indices.map { TraceSummary.Check(interval: $0, finding: finding($0)) },
      falsified: ranges(of: falsified))
  }

  private func finding(_ interval: Int) -> TraceSummary.Finding {
    switch outcome {
    case .accepted:
      return proved.contains { $0.interval == interval } ? .proved : .same
    case .inconclusive: return .notReached
    case .rejected(let rejection):
      guard let failed = rejection.interval else { return .notReached }
      if interval > failed { return .notReached }
      if interval < failed { return .same }
      return rejection.fault == .withheldOpening ? .withheld : .different
    }
  }

  var reportOutcome: AssayReports.Outcome {
    switch outcome {
    case .accepted: .accepted
    case .rejected: .rejected
    case .inconclusive: .inconclusive
    }
  }

  private func ranges(of intervals: [Int]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    for interval in intervals {
      if let last = ranges.last, last.upperBound == interval {
        ranges[ranges.count - 1] = last.lowerBound..<interval + 1
      } else {
        ranges.append(interval..<interval + 1)
      }
    }
    return ranges
  }
}

extension Probability {
  /// The probability as a number from 0 to 1.
  var share: Double { Double(numerator) / Double(Self.denominator) }
}
