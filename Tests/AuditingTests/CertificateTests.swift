import AssayAuditing
import AssayBeacons
import AssayCryptography
import AssayEvidence
import AssayFiles
import AssayMerkle
import AssaySpecification
import AssayTensors
import AssayTestSupport
import AssayTraining
import AssayWire
import Foundation
import Testing

@Suite struct CertificateTests {
  private let run: AuditedRun
  private let challenge: Challenge
  private let path = NSTemporaryDirectory() + "assay-certificate-\(UUID().uuidString)"

  init() throws {
    run = try AuditedRun()
    let claim = try ProviderClaim.open(run.claimBytes).identity
    let policy = run.challenge.policy
    var evaluation = try DelayEvaluation(
      input: DrawSource.delayInput(
        job: "job", terms: run.terms, claim: claim, policy: policy.digest), squarings: 300)
    while evaluation.advance() {}
    challenge = try Challenge(
      job: "job", terms: run.terms, claim: claim, policy: policy,
      source: .delay(evaluation.prove()), intervalCount: 10)
  }

  private func write(_ answer: CertificateWriter.Answer) throws -> [UInt8] {
    let count = try CertificateWriter(spec: run.spec, claim: run.claimBytes, challenge: challenge)
      .write(answer, toFile: path)
    let bytes = try FileAccess.read(path, limit: 1 << 20)
    #expect(bytes.count == count)
    return bytes
  }

  private func bundle() throws -> [UInt8] {
    try AuditedRun.pack(
      run.directory, spec: run.spec, dataset: run.dataset, records: run.records,
      claim: run.claimBytes, challenge)
  }

  private func certificate() throws -> [UInt8] {
    let bundle = try bundle()
    return try write(
      .bundle(byteCount: bundle.count) { sink throws(AuditingError) in
        try sink(Array(bundle[..<100]))
        try sink(Array(bundle[100...]))
      })
  }

  private func open(_ bytes: [UInt8]) throws -> CertificateFile {
    try FileAccess.write(bytes, to: path)
    return try CertificateFile(path)
  }

  /// What somebody finds who has the certificate and the data.
  private func audit(_ bytes: [UInt8]) throws -> Verdict.Outcome {
    let certificate = try open(bytes)
    let spec = try Spec(decoding: certificate.spec())
    let challenge = try Challenge(decoding: certificate.challenge())
    return try Audit(
      spec: spec, expectation: AuditExpectation(), backend: CPUBackend(threads: 1), referee: nil,
      hasher: PortableLeafHasher(), clock: { 0 }
    ).examine(
      claim: certificate.claim(), challenge: challenge, bundle: certificate.bundle,
      dataset: run.dataset, testSet: run.testSet
    ).outcome
  }

  @Test func aCertificateHasEverythingButTheData() throws {
    defer { FileAccess.remove(path) }
    let bytes = try certificate()
    #expect(CertificateFile.isCertificate(bytes))
    #expect(try audit(bytes) == .accepted)
    let file = try open(bytes)
    #expect(try file.spec() == run.spec.bytes)
    #expect(try file.claim() == run.claimBytes)
    #expect(try file.challenge() == challenge.encoded)
    #expect(try file.proof(0) == nil)
    #expect(try file.artefact(limit: 10) == nil)
  }

  @Test func proofsAndTheArtefactStandInABundlesPlace() throws {
    defer { FileAccess.remove(path) }
    let bytes = try write(.proofs([(7, [1, 2]), (3, [4])], artefact: [5, 6, 7]))
    let file = try open(bytes)
    #expect(file.bundle == nil)
    #expect(try file.proof(3) == [4])
    #expect(try file.proof(7) == [1, 2])
    #expect(try file.proof(4) == nil)
    #expect(try file.proof(-1) == nil)
    #expect(try file.artefact(limit: 3) == [5, 6, 7])
    #expect(throws: CertificateError.partTooLong(part: "artefact", limit: 2, found: 3)) {
      try file.artefact(limit: 2)
    }
  }

  @Test func anArtefactThatStaysHiddenIsNotInTheFile() throws {
    defer { FileAccess.remove(path) }
    let file = try open(write(.proofs([(3, [4])], artefact: nil)))
    #expect(try file.proof(3) == [4])
    #expect(try file.artefact(limit: 10) == nil)
  }

  /// One bit anywhere: the certificate is refused, or its claim.
  @Test func aChangedCertificateIsNotAccepted() throws {
    defer { FileAccess.remove(path) }
    let bytes = try certificate()
    var generator = SeededGenerator()
    let table = 25 + 4 * 17
    for place in Array(0..<table)
      + (0..<150).map({ _ in
        Int.random(in: table..<bytes.count, using: &generator)
      })
    {
      var changed = bytes
      changed[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      let outcome = try? audit(changed)
      if outcome == .accepted { Issue.record("byte \(place) of \(bytes.count) may be changed") }
    }
    for count in [0, 10, 24, 25, 60, bytes.count - 1] {
      #expect(throws: CertificateError.self) { try open(Array(bytes[..<count])) }
    }
    #expect(throws: CertificateError.byteCount(expected: bytes.count, found: bytes.count + 1)) {
      try open(bytes + [0])
    }
  }

  @Test func aTableThatIsNotInOrderIsRefused() throws {
    defer { FileAccess.remove(path) }
    func table(_ entries: [(UInt8, UInt64, UInt64)], count: UInt32? = nil) -> [UInt8] {
      var writer = WireWriter()
      writer.write(raw: Array("assay.certificate.v1\0".utf8))
      writer.write(count ?? UInt32(entries.count))
      for (kind, interval, size) in entries {
        writer.write(kind)
        writer.write(interval)
        writer.write(size)
      }
      return writer.bytes
    }
    let head: [(UInt8, UInt64, UInt64)] = [(1, 0, 0), (2, 0, 0), (3, 0, 0)]
    _ = try open(table(head))
    _ = try open(table(head + [(5, 1, 0), (5, 2, 0), (6, 0, 0)]))
    let wrong: [[(UInt8, UInt64, UInt64)]] = [
      [], [(1, 0, 0), (3, 0, 0), (2, 0, 0)], head + head, head + [(7, 0, 0)], head + [(0, 0, 0)],
      head + [(4, 0, 0), (4, 0, 0)], head + [(4, 0, 0), (5, 1, 0)],
      head + [(5, 1, 0), (4, 0, 0)], head + [(6, 0, 0), (5, 1, 0)],
      head + [(5, 2, 0), (5, 1, 0)], head + [(5, 1, 0), (5, 1, 0)], head + [(6, 1, 0)],
      [(1, 1, 0), (2, 0, 0), (3, 0, 0)], [(1, 0, 5 << 20), (2, 0, 0), (3, 0, 0)],
      head + [(4, 0, .max)], head + [(4, 0, 1 << 47), (4, 0, 1 << 47)],
    ]
    for entries in wrong {
      #expect(throws: CertificateError.self, "\(entries)") { try open(table(entries)) }
    }
    for count: UInt32 in [0, 2, 4, 70_000, .max] {
      #expect(throws: CertificateError.self, "\(count)") { try open(table(head, count: count)) }
    }
  }
}
