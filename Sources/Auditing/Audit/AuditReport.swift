public import AssayCryptography
public import AssayEvidence
public import AssaySpecification
public import AssayTensors

/// What an audit found, with what it took.
public struct AuditReport: Hashable, Sendable {
  /// One interval that was executed again.
  public struct IntervalTiming: Hashable, Sendable {
    public let interval: Int
    /// Seconds to read its start, check it, run its steps and hash its end.
    public let seconds: Double
  }

  /// What was asked.
  public let challenge: Challenge
  /// What was found.
  public let outcome: Verdict.Outcome
  /// The checks that passed, in order.
  public let passedChecks: [AuditCheck]
  /// The check that ended the audit; nil when it was accepted.
  public let failedCheck: AuditCheck?
  /// The drawn intervals that rest on a proof.
  public let proved: [ProvedInterval]
  /// Whether every drawn interval is proved and the verifier did not have the artefact.
  public let isArtefactUnchecked: Bool
  /// What was measured of the last state, where the spec asks for it and it came to that.
  public let quality: Quality?
  /// SHA-256 of the artefact as the buyer gets it, where the claim says how it is delivered.
  public let delivery: Digest?
  /// What only the execution of the intervals yields; nil where none was executed again.
  public let work: Digest?
  /// What was found, in a sentence.
  public let sentence: String
  /// What the fault looks like: a guess from experiments, on which nothing depends.
  public let conjecture: String?
  /// Where the verifier's own back ends disagreed, and which of them integer arithmetic calls
  /// wrong.
  public let divergence: Divergence?
  /// The intervals that were executed again, in order.
  public let timings: [IntervalTiming]
  /// Seconds of the whole audit.
  public let seconds: Double

  /// How likely the draw finds a provider who falsified one interval, or this or that fraction.
  public var detection: [DetectionRow] {
    Detection.table(intervals: challenge.draw.intervalCount, drawn: challenge.indices.count)
  }

  /// The verdict to sign, as reached on `device`.
  public func verdict(device: String, hardware: Hardware = .processor) -> Verdict {
    let note = conjecture.map { "\(sentence); \($0)" } ?? sentence
    guard outcome == .accepted else {
      return Verdict(
        on: challenge, outcome: outcome, quality: quality, device: device,
        hardware: hardware, note: note)
    }
    return Verdict(
      on: challenge, outcome: outcome, executed: proved.isEmpty ? nil : timings.map(\.interval),
      proved: proved, isArtefactUnchecked: isArtefactUnchecked, quality: quality,
      delivery: delivery, work: work, device: device, hardware: hardware, note: note)
  }
}
