internal import AssayCryptography
internal import AssayEvidence
internal import AssayFiles
internal import AssayReports
internal import AssaySpecification
internal import AssayTraining

/// Puts a run's report together from its folder and, where there are any, its audit and its job.
struct RunReportBuilder {
  let directory: RunDirectory
  let records: [TraceRecord]
  let measurements: RunMeasurements
  var audit: AuditSummary?
  var verifier = ""
  var money: MoneySummary?
  var job = ""

  init(_ directory: RunDirectory) throws {
    self.directory = directory
    records = try directory.records()
    measurements = RunMeasurements.read(directory)
  }

  /// The report.
  func report(footer: String) throws -> RunReport {
    let spec = directory.spec
    return RunReport(
      title: job.isEmpty ? "Training run" : "Job \(job)",
      outcome: audit?.reportOutcome ?? .open, headline: headline, facts: facts,
      learning: try learning(),
      trace: audit?.traceSummary(stepsPerInterval: Int(spec.interval))
        ?? TraceSummary(
          intervalCount: max(0, records.count - 1), stepsPerInterval: Int(spec.interval),
          checks: []),
      verdict: audit?.verdictSummary(verifier: verifier), money: money, time: time,
      footer: footer)
  }

  private var headline: String {
    let done = records.last?.step ?? 0
    guard let audit else {
      return "\(done) of \(directory.spec.steps) steps are trained and committed to; nobody has "
        + "audited them yet."
    }
    return "\(done) of \(directory.spec.steps) steps were claimed; \(audit.sentence)."
  }

  private var facts: [Fact] {
    let spec = directory.spec
    var facts = [
      Fact("Spec", spec.digest.hex, isCode: true),
      Fact("Model", "\(spec.model.parameterElementCount) parameters"),
      Fact("Data", "\(spec.data.exampleCount) examples, root \(spec.data.root.hex)"),
      Fact("Provider", directory.provider.keyID, isCode: true),
    ]
    if let last = records.last {
      facts.append(Fact("Last state", last.stateRoot.hex, isCode: true))
    }
    if let quality = spec.quality {
      facts.append(
        Fact(
          "Measured",
          "\(quality.metric.rawValue) on \(quality.exampleCount) test examples, root "
            + "\(quality.root)"))
    }
    if let evaluation = measurements.evaluations.last?.evaluation,
      let accuracy = evaluation.accuracy
    {
      facts.append(
        Fact(
          "Accuracy", "\(Quantity.percent(accuracy)) of \(evaluation.exampleCount) test examples"))
    }
    return facts
  }

  private func learning() throws -> RunReport.Learning? {
    let limit = Int(clamping: directory.spec.steps * 4)
    guard FileAccess.exists(directory.lossesPath), limit <= 1 << 30 else { return nil }
    let bytes = try FileAccess.read(directory.lossesPath, limit: limit)
    let first = Double(directory.segment.firstStep)
    let losses = stride(from: 0, to: bytes.count / 4 * 4, by: 4).map { place in
      let bits = (0..<4).reduce(0 as UInt32) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) }
      return Curve.Point(
        step: first + Double(place / 4 + 1), value: Double(Float(bitPattern: bits)))
    }
    guard !losses.isEmpty else { return nil }
    let test = measurements.evaluations
    var curves = [Curve(name: "training", points: losses)]
    if !test.isEmpty {
      curves.append(
        Curve(
          name: "test",
          points: test.map { Curve.Point(step: Double($0.step), value: $0.evaluation.loss) }))
    }
    let accuracies = test.compactMap { point in
      point.evaluation.accuracy.map { Curve.Point(step: Double(point.step), value: $0) }
    }
    return RunReport.Learning(
      losses: curves,
      accuracies: accuracies.isEmpty ? [] : [Curve(name: "test", points: accuracies)])
  }

  private var time: TimeSummary? {
    let timings = measurements.timings
    guard timings.training > 0 else { return nil }
    var shares = [
      TimeSummary.Share(
        name: "Training", seconds: timings.training,
        detail: "\(directory.segment.lastStep - directory.segment.firstStep) steps"),
      TimeSummary.Share(
        name: "Committing", seconds: timings.committing,
        detail: "hashing \(records.count) states"),
      TimeSummary.Share(
        name: "Storing checkpoints", seconds: timings.storing,
        detail: "\(directory.checkpointSteps().count) states"),
    ]
    if let audit, let seconds = audit.seconds {
      shares.append(
        TimeSummary.Share(
          name: "Auditing", seconds: seconds,
          detail: "\(audit.challenge.indices.count) of \(audit.challenge.draw.intervalCount) "
            + "intervals"))
    }
    return TimeSummary(shares: shares)
  }
}
