@testable import AssayAuditing
import AssayCryptography
import AssayEvidence
import AssaySpecification
import AssayTestSupport
import AssaySpecification
import AssayTraining
import Testing

@Suite struct BundleTests {
  @Test func everyTruncationIsAWithheldOpening() throws {
    let run = try AuditedRun()
    defer { run.remove() }
    var lengths = Set(0..<200).union((run.bundle.count - 200)..<run.bundle.count)
    lengths.formUnion(stride(from: 200, to: run.bundle.count, by: 61))
    for length in lengths.sorted() {
      let report = try run.audit(bundle: Array(run.bundle.prefix(length)))
      guard case .rejected(let rejection) = report.outcome else {
        Issue.record("cut to \(length): \(report.outcome)")
        continue
      }
      #expect(rejection.fault == .withheldOpening, "cut to \(length): \(report.sentence)")
      #expect(run.challenge.indices.contains(rejection.interval ?? -1))
    }
  }

  /// Every byte of a bundle matters: with any one changed it is rejected. All up to the states are
  /// tried, and of the states every fifth.
  @Test func aFlippedBitAnywhereIsRejected() throws {
    let run = try AuditedRun(drawn: 2)
    defer { run.remove() }
    var generator = SeededGenerator()
    let first = SeededGenerator.defaultSeed % 5
    for position in run.bundle.indices where position < 1200 || position % 5 == Int(first) {
      var bytes = run.bundle
      bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      let report = try run.audit(bundle: bytes)
      guard case .rejected(let rejection) = report.outcome else {
        Issue.record("seed \(generator.seed), byte \(position): \(report.outcome)")
        continue
      }
      let envelope = report.verdict(device: "test").signed(by: run.key)
      #expect(throws: Never.self, "byte \(position): \(rejection), \(report.sentence)") {
        try AdmittedVerdict.admit(
          envelope.encoded,
          expecting: VerdictExpectation(
            challenge: run.challenge, quality: run.claim.quality,
            admittedKeys: [run.key.verifyingKey]))
      }
    }
  }

  @Test func editedAndGarbageBundlesAreRejected() throws {
    let run = try AuditedRun()
    defer { run.remove() }
    var generator = SeededGenerator()
    for trial in 0..<300 {
      let bytes =
        trial % 3 == 0
        ? generator.bytes(Int.random(in: 0..<2000, using: &generator))
        : Mutations.edit(run.bundle, with: &generator)
      if bytes == run.bundle { continue }
      let report = try run.audit(bundle: bytes)
      guard case .rejected = report.outcome else {
        Issue.record("seed \(generator.seed), trial \(trial): \(report.outcome)")
        continue
      }
    }
  }

  @Test func trailingBytesAreRejected() throws {
    let run = try AuditedRun()
    defer { run.remove() }
    let report = try run.audit(bundle: run.bundle + [0])
    #expect(
      report.outcome
        == .rejected(Rejection(fault: .wrongOpening, interval: run.challenge.indices.first)))
  }

  @Test func aNodeCountOfFourGigabytesIsRefused() throws {
    let run = try AuditedRun()
    defer { run.remove() }
    let layout = BundleLayout(
      spec: run.spec, segment: run.spec.wholeRun, intervals: run.challenge.indices)
    // Only the right number of nodes makes the right size, which tells how many there are.
    let nodeCount = try #require(
      (0..<64).first { layout.byteCount(nodeCount: $0) == run.bundle.count })
    let place = 84 + 8 * 3 + 131 * layout.recordIndices.count
    #expect(run.bundle[place] == UInt8(nodeCount))
    var bytes = run.bundle
    bytes.replaceSubrange(place..<place + 4, with: [255, 255, 255, 255])
    let report = try run.audit(bundle: bytes)
    #expect(
      report.outcome
        == .rejected(Rejection(fault: .wrongOpening, interval: run.challenge.indices.first)))
    #expect(report.sentence.contains("4294967295"))
  }

  @Test func aBundleForAnotherDrawIsRejected() throws {
    let run = try AuditedRun()
    defer { run.remove() }
    let other = try AuditedRun.challenge(
      claim: run.challenge.claim, terms: run.terms, drawn: 4, intervalCount: 10)
    let report = try run.audit(challenge: other)
    guard case .rejected(let rejection) = report.outcome else {
      Issue.record("\(report.outcome)")
      return
    }
    #expect(rejection.fault == .wrongOpening)
    #expect(report.sentence.contains("draw"))
  }

  @Test func aBundleHasTheSizeThatFollowsFromItsLayout() throws {
    let run = try AuditedRun(drawn: nil)
    defer { run.remove() }
    let packer = try BundlePacker(
      spec: run.spec, claimEnvelope: run.claimBytes, challenge: run.challenge,
      records: run.records, saltOpening: { run.directory.saltOpening(ofRecord: $0) })
    #expect(packer.byteCount == run.bundle.count)
  }
}
