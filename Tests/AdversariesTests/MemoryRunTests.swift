import AssayAdversaries
import AssayAuditing
import AssayEvidence
import AssayTraining
import Foundation
import Testing

@Suite struct MemoryRunTests {
  @Test func aWrittenRunIsPackedIntoTheSameBundle() throws {
    let job = try SmallJob()
    for cheat in [nil, Cheat.skippedIntervals, .interpolation] {
      let submission = try cheat.map { try job.cheatingProvider().submission($0) } ?? job.honest
      let folder = NSTemporaryDirectory() + "assay-cheat-\(UUID().uuidString)"
      defer { try? FileManager.default.removeItem(atPath: folder) }
      try submission.run.write(to: folder)
      let directory = try RunDirectory.open(folder)
      let records = try directory.records()
      let challenge = try job.challenge(
        submission, .drawn(4), secret: [UInt8](repeating: 6, count: 32))
      let packer = try BundlePacker(
        spec: job.spec, claimEnvelope: submission.claim, challenge: challenge, records: records,
        saltOpening: { directory.saltOpening(ofRecord: $0) })
      let engine = try StepEngine(
        spec: job.spec, dataset: job.dataset, backend: job.backend, hasher: job.hasher)
      let states = RecordedStates(
        directory, records: records, engine: engine, hasher: job.hasher)
      var bytes: [UInt8] = []
      try packer.pack(states: states, hasher: job.hasher) { (part) throws(AuditingError) in
        bytes += part
      }
      #expect(try bytes == submission.bundle(for: challenge))
      #expect(states.recomputedIntervalCount == 0)
    }
  }
}
