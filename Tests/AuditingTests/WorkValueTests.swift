import AssayAuditing
import AssayCryptography
import AssayEvidence
import AssaySpecification
import AssayTensors
import AssayTraining
import AssayWire
import Testing

/// What a verdict shows of the work that went into it.
struct WorkValueTests {
  /// The work of a run's challenge, computed once more from the definition alone.
  private func expected(
    _ run: AuditedRun, _ challenge: Challenge, skippingStep skipped: UInt64? = nil
  ) throws -> Digest {
    func bytes(_ numbers: UInt64...) -> [UInt8] {
      numbers.flatMap { number in (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
    }
    let seed = challenge.draw.seed.bytes
    var parts: [[UInt8]] = []
    for interval in challenge.indices {
      let engine = try StepEngine(
        spec: run.spec, dataset: run.dataset, backend: CPUBackend(path: .portable, threads: 1),
        hasher: run.hasher)
      try engine.load(ModelState.initial(run.spec, weights: nil))
      let steps = run.spec.wholeRun.steps(ofInterval: interval)
      var message = SHA256.digest(
        domain: "assay/work-value/v1", [seed, bytes(UInt64(interval))]
      ).bytes
      for step in 1...steps.upperBound {
        if step == skipped { continue }
        let loss = try engine.run(step: step)
        guard steps.contains(step) else { continue }
        let bits = loss.bitPattern
        message += bytes(step) + (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
        for (tensor, contents) in try engine.state(step: step).contents.enumerated() {
          let count = min(32, contents.count)
          let place = SHA256.digest(
            domain: "assay/work-sample/v1", [seed, bytes(step, UInt64(tensor))]
          ).bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
          let start = Int(place % UInt64(contents.count - count + 1))
          message += contents[start..<start + count]
        }
      }
      parts.append(bytes(UInt64(interval)) + SHA256.digest(of: message).bytes)
    }
    return SHA256.digest(domain: "assay/work-total/v1", parts)
  }

  @Test func itIsWhatTheDefinitionSaysOnEveryPathOfTheProcessor() throws {
    let run = try AuditedRun()
    defer { run.remove() }
    let work = try expected(run, run.challenge)
    for path in CPUBackend.availablePaths {
      let report = try run.audit(backend: try CPUBackend(path: path, threads: 2))
      #expect(report.work == work, "\(path)")
      let verdict = report.verdict(device: "test")
      #expect(verdict.work == work && verdict.showsWork)
      let key = try SigningKey(seed: [UInt8](repeating: 3, count: 32))
      #expect(try Verdict.open(verdict.signed(by: key).encoded).verdict == verdict)
    }
  }

  @Test func whoLeavesOutOneStepOrWorksForAnotherDrawFindsAnotherValue() throws {
    let run = try AuditedRun()
    defer { run.remove() }
    let work = try run.audit().work
    let first = try #require(run.challenge.indices.last)
    let step = run.spec.wholeRun.steps(ofInterval: first).lowerBound
    #expect(try expected(run, run.challenge, skippingStep: step) != work)
    let again = try AuditedRun(drawn: nil)
    defer { again.remove() }
    #expect(try again.audit().work != work)
  }

  @Test func aRejectionShowsNone() throws {
    let run = try AuditedRun()
    defer { run.remove() }
    var bytes = run.bundle
    bytes[bytes.count - 1] ^= 1
    let report = try run.audit(bundle: bytes)
    #expect(report.outcome != .accepted && report.work == nil)
    #expect(report.verdict(device: "test").work == nil)
  }
}
