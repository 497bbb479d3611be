import AssayAuditing
import AssayEvidence
import AssayTensors
import AssayTestSupport
import Testing

/// Audits on a device that dies or lies at one of its calls: the honest are never rejected, and
/// what was not computed is never accepted.
@Suite struct UnreliableDeviceTests {
  private func audit(
    _ run: AuditedRun, _ failure: UnreliableBackend.Failure, call: Int?
  ) throws -> (report: AuditReport, calls: Int) {
    let backend = UnreliableBackend(
      try CPUBackend(path: .portable, threads: 1), failure, call: call)
    return (try run.audit(backend: backend), backend.calls.next())
  }

  @Test func aCallThatFailsNeverGivesAWrongVerdict() throws {
    let run = try AuditedRun(drawn: 2)
    defer { run.remove() }
    let whole = try audit(run, .dies, call: nil)
    #expect(whole.report.outcome == .accepted)
    #expect(whole.calls > 30)
    let step = max(1, 7 / Rounds.of(1))
    for call in stride(from: 0, through: whole.calls, by: step) {
      for failure in UnreliableBackend.Failure.allCases {
        let outcome = try audit(run, failure, call: call).report.outcome
        switch (failure, outcome) {
        case (.dies, .inconclusive(.unsupported)): break
        case (.lies, .inconclusive(.deviceDisagreement)): break
        case (.liesOnce, .inconclusive(.deviceDisagreement)): break
        // No call is left to go wrong, or a bit did that nothing depends on.
        case (_, .accepted): #expect(failure != .dies || call == whole.calls)
        default: Issue.record("\(failure) at call \(call): \(outcome)")
        }
      }
    }
  }
}
