internal import AssayCryptography
internal import AssayEvidence
internal import AssayFiles

/// Executes intervals of a claimed trace again, by the buyer's own step function, and compares
/// within the policy's tolerance.
public struct ToleranceVerification {
  public let trace: ToleranceTrace
  public let claim: OpenedToleranceClaim
  public let policy: TolerancePolicy
  /// The secrets of the buyer and of another party, unknown to the provider when it claimed.
  public let secrets: ToleranceSecrets

  /// The most distances of a verdict, which fit an envelope.
  private static let distanceLimit = 1 << 13

  /// A verification of a trace that the claim is about.
  ///
  /// - Throws: `trace` where the claim is about another one.
  public init(
    trace: ToleranceTrace, claim: OpenedToleranceClaim, policy: TolerancePolicy,
    secrets: ToleranceSecrets
  ) throws(ToleranceError) {
    try claim.claim.check(trace)
    self.trace = trace
    self.claim = claim
    self.policy = policy
    self.secrets = secrets
  }

  /// What was found: a verdict that is yet to be signed.
  ///
  /// - Parameter progress: told how many of how many intervals are done.
  /// - Throws: `policy`, `draw`, or `stepFunction`: nothing is said about the provider then.
  public func verdict(
    by stepFunction: some StepFunction, device: String,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(ToleranceError) -> ToleranceVerdict {
    let selected: [Int]
    var findings: [IntervalFinding] = []
    var rejection: ToleranceRejection?
    var isDataBound = trace.manifest.data != nil
    do throws(Rejected) {
      selected = try self.selected()
      guard selected.count <= Self.distanceLimit / policy.bounds.count else {
        throw Rejected.nobody(
          .policy(
            reason: "a verdict lists the distances of every interval, at most "
              + "\(Self.distanceLimit) in all; \(selected.count) intervals with "
              + "\(policy.bounds.count) each are too many: draw fewer"))
      }
      try checkFirstState()
      for (index, interval) in selected.enumerated() {
        progress(index, selected.count)
        let (finding, data) = try finding(interval, stepFunction)
        findings.append(finding)
        isDataBound = isDataBound && data == trace.manifest.data
        guard finding.isWithin(policy) else {
          throw .provider(
            ToleranceRejection(
              fault: .wrongComputation, interval: interval, reason: finding.excess(policy)))
        }
      }
      progress(selected.count, selected.count)
    } catch {
      switch error {
      case .nobody(let failure): throw failure
      case .provider(let found): rejection = found
      }
    }
    let uninformative = findings.filter { $0.isUninformative(policy) }
    let outcome: ToleranceVerdict.Outcome =
      if let rejection {
        .rejected(rejection)
      } else if !uninformative.isEmpty, !policy.admitsUninformative {
        .inconclusive
      } else { .accepted }
    return ToleranceVerdict(
      job: claim.claim.job, terms: claim.claim.terms, claim: claim.identity, policy: policy,
      intervalCount: trace.intervalCount, secrets: secrets, outcome: outcome, findings: findings,
      weaknesses: Weakness.all(
        policy: policy, findings: findings, intervalCount: trace.intervalCount,
        isDataBound: isDataBound, isSandboxed: stepFunction.isSandboxed), device: device)
  }

  /// Training starts from the state that the policy names, if it names one.
  private func checkFirstState() throws(Rejected) {
    guard let expected = policy.firstState else { return }
    let found = try state(0, interval: 0).identity
    guard found == expected else {
      throw .provider(
        ToleranceRejection(
          fault: .wrongInitialState, interval: 0,
          reason: "the first state is \(found), the policy names \(expected)"))
    }
  }

  /// Why an interval came to no finding.
  private enum Rejected: Error {
    /// The provider handed in something false.
    case provider(ToleranceRejection)
    /// Nothing can be said.
    case nobody(ToleranceError)
  }

  private func selected() throws(Rejected) -> [Int] {
    switch policy.selection {
    case .every: return Array(0..<trace.intervalCount)
    case .drawn(let count):
      do throws(ToleranceError) {
        return try secrets.draw(
          claim.claim, identity: claim.identity, policy: policy,
          intervalCount: trace.intervalCount, count: count)
      } catch { throw .nobody(error) }
    case .largest(let count): return try largest(count)
    }
  }

  /// The union over the bounds of the intervals with the largest updates.
  private func largest(_ count: Int) throws(Rejected) -> [Int] {
    var updates: [(interval: Int, values: [Double])] = []
    var start = try state(0, interval: 0)
    for interval in 0..<trace.intervalCount {
      let end = try state(interval + 1, interval: interval)
      updates.append((interval, GroupDistances.measured(start, end, policy)))
      start = end
    }
    var chosen: Set<Int> = []
    for bound in policy.bounds.indices {
      chosen.formUnion(
        updates.sorted { ($0.values[bound], $1.interval) > ($1.values[bound], $0.interval) }
          .prefix(count).map(\.interval))
    }
    return chosen.sorted()
  }

  private func finding(
    _ interval: Int, _ stepFunction: some StepFunction
  ) throws(Rejected) -> (IntervalFinding, data: String?) {
    let start = try state(interval, interval: interval)
    let end = try state(interval + 1, interval: interval)
    do throws(ToleranceError) { try policy.check(end) } catch { throw .nobody(error) }
    let executed: TracedState
    do throws(ToleranceError) {
      executed = try stepFunction.run(
        StepRequest(
          state: start, steps: trace.steps(ofInterval: interval),
          batches: trace.batches(ofInterval: interval),
          hyperparameters: trace.manifest.hyperparameters))
    } catch { throw .nobody(error) }
    if let difference = end.formDifference(from: executed) {
      throw .nobody(
        .stepFunction(
          reason: "it returned a state of another form than the trace's: \(difference)"))
    }
    if let data = executed.data, let claimed = trace.manifest.data, data != claimed {
      throw .provider(
        ToleranceRejection(
          fault: .invalidClaim, interval: interval,
          reason: "the trace is of the data \(claimed), the step function has \(data)"))
    }
    if let place = end.exactDifference(from: executed) {
      throw .provider(
        ToleranceRejection(
          fault: .wrongComputation, interval: interval,
          reason: "'\(place)', which has no tolerance, is another one than was computed"))
    }
    return (
      IntervalFinding(
        interval: interval, distances: GroupDistances.measured(end, executed, policy),
        updates: GroupDistances.measured(start, end, policy)), executed.data
    )
  }

  /// A claimed state; one that is missing or another one than was claimed is the provider's fault.
  private func state(_ record: Int, interval: Int) throws(Rejected) -> TracedState {
    do throws(ToleranceError) {
      return try trace.state(ofRecord: record)
    } catch {
      let name = trace.manifest.checkpoints[record].fileName
      let isMissing = !FileAccess.exists("\(trace.folder)/\(name)")
      throw .provider(
        ToleranceRejection(
          fault: isMissing ? .withheldOpening : .wrongOpening, interval: interval,
          reason: isMissing ? "\(name) is missing" : "\(name) is not the claimed checkpoint"))
    }
  }
}

extension IntervalFinding {
  /// Which bound is exceeded, and by how much.
  fileprivate func excess(_ policy: TolerancePolicy) -> String {
    for (bound, distance) in zip(policy.bounds, distances) where !(distance <= bound.threshold) {
      return "\(bound.distance.rawValue) of '\(bound.group)' is \(distance) of the reference, "
        + "\(bound.threshold) is accepted"
    }
    return "within the tolerance"
  }
}
