internal import AssayCryptography
internal import AssayEvidence
internal import AssayMerkle
internal import AssaySpecification
internal import AssayStorage
internal import AssayWire
internal import Foundation
internal import Harness

/// The evidence log: durable appends, signed heads, proofs, and the check of all of it.
///
/// Entries are claims as they are signed, each with a job of its own; of the signatures, which an
/// append does not check, all but the first are wrong.
enum LogSuite {
  private static let batchCount = 10_000
  private static let origin = "log.example/benchmark"

  /// Fills a new log in a temporary folder and prints a line for each figure.
  static func run(entries: Int, asJSON: Bool) throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "assay-log-\(ProcessInfo.processInfo.processIdentifier)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let figures = try measure(folder.appending(path: "log.db").path, entries: entries)
    let machine = Machine()
    if asJSON {
      let members = figures.map { JSONMember(name: $0.name, value: .double($0.value)) }
      print(
        String(
          decoding: JSONValue.object(
            [
              JSONMember(name: "suite", value: .string("log")),
              JSONMember(name: "machine", value: .string("\(machine)")),
            ] + members
          ).serialized(), as: UTF8.self))
      return
    }
    print("log: \(machine)")
    for (name, value) in figures { print("\(name): \(String(format: "%.3f", value))") }
  }

  private static func measure(
    _ path: String, entries: Int
  ) throws -> [(name: String, value: Double)] {
    let store = try SettlementStore(path: path)
    let key = try SigningKey(seed: [UInt8](repeating: 1, count: 32))
    let clock = ContinuousClock()
    var appending = Duration.zero
    var signing = Duration.zero
    var byteCount = 0
    for start in stride(from: 0, to: entries, by: batchCount) {
      let batch = (start..<min(start + batchCount, entries)).map {
        (kind: LogEntry.Kind.claim, envelope: envelope($0))
      }
      byteCount = batch[0].envelope.count
      appending += try clock.measure { _ = try store.appendToLog(batch) }
      signing += try clock.measure { _ = try store.signLog(origin: origin, key: key) }
    }
    // Places far apart: a large prime's multiples.
    let identities = try (0..<1000).map { number in
      try Envelope(decoding: envelope(number * 2_147_483_647 % entries)).identity
    }
    let log = LogIdentity(origin: origin, key: key.verifyingKey)
    var slowest = Duration.zero
    let proving = try clock.measure {
      for identity in identities {
        let one = try clock.measure {
          _ = try store.proveInLog(identity, origin: origin, signingWith: key)
        }
        slowest = max(slowest, one)
      }
    }
    let evidence = try store.proveInLog(identities[0], origin: origin, signingWith: key)
    let checking = try clock.measure {
      for _ in 0..<1000 { try evidence.check(.claim, identity: identities[0], in: log) }
    }
    let verifying = try clock.measure { _ = try store.verifyLog() }
    let count = Double(entries)
    func seconds(_ duration: Duration) -> Double { duration / .seconds(1) }
    return [
      ("entries", count), ("bytes an entry", Double(byteCount)),
      ("entries a batch", Double(batchCount)),
      ("durable appends, entries/s", count / seconds(appending)),
      ("appends and a signed head each batch, entries/s", count / seconds(appending + signing)),
      ("inclusion proof under a signed head, mean ms", seconds(proving)),
      ("the same, slowest of 1000, ms", seconds(slowest) * 1000),
      ("checking a proof and its head, ms", seconds(checking)),
      ("every leaf recomputed and compared with every head, entries/s", count / seconds(verifying)),
    ]
  }

  private static let signed: Envelope = {
    do {
      let key = try SigningKey(seed: [UInt8](repeating: 2, count: 32))
      let zero = Digest.zero
      return ProviderClaim(
        job: "job-0000000000", terms: zero, provider: key.verifyingKey, spec: zero, dataRoot: zero,
        firstStep: 0, lastStep: 100_000, firstRoot: zero, lastRoot: zero, traceSize: 1001,
        traceRoot: zero, artefact: zero
      ).signed(by: key)
    } catch { preconditionFailure("\(error)") }
  }()

  private static let payload = String(decoding: signed.payload, as: UTF8.self)

  private static func envelope(_ number: Int) -> [UInt8] {
    let digits = String(number)
    let job = "job-" + String(repeating: "0", count: 10 - digits.count) + digits
    let own = Array(payload.replacing("job-0000000000", with: job, maxReplacements: 1).utf8)
    return JSONValue.object([
      "payload": .string(Base64.encode(own)), "payloadType": .string(signed.payloadType),
      "signatures": .array([
        .object([
          "keyid": .string(signed.keyID), "sig": .string(Base64.encode(signed.signature)),
        ])
      ]),
    ]).serialized()
  }
}
