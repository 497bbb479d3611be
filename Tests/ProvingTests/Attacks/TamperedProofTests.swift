import AssayAlgebra
import AssayCircuits
import AssayCommitments
import AssaySpecification
import AssaySumcheck
import AssayTestSupport
import AssayTranscripts
import AssayVerification
import Testing

@testable import AssayProving

/// Every message of a step's proof, found by the schedule and so by name, damaged in every way.
@Suite struct TamperedProofTests {
  typealias K = GoldilocksExtension

  /// What is done to one message.
  enum Damage: CaseIterable {
    case offset, zero, swap, duplicate, remove, truncate, extend, replace
  }

  /// An honest proof, and one of the same circuit for the step after it.
  struct Sample {
    let honest: StepProofTests.Proved
    let parts: ProofParts
    let others: ProofParts

    init() throws {
      honest = try StepProofTests.Proved(.perceptron(hidden: [3]), false)
      let schedule = honest.setting.schedule
      parts = ProofParts(honest.result.proof, schedule: schedule, field: K.self)
      let settings = try SpecSettings(spec: honest.run.spec)
      let second = try StepProver(setting: honest.setting).prove(
        values: try honest.run.values(
          honest.setting, from: try honest.run.states().states[0], steps: 2...2),
        inputs: try settings.inputs(2...2), spec: honest.run.spec.digest, firstStep: 2)
      others = ProofParts(second.proof, schedule: schedule, field: K.self)
    }
  }

  static let sample = Result { try Sample() }

  /// The proof after a damage to one message; nil where it does not apply.
  private func tampered(
    _ sample: Sample, _ index: Int, _ damage: Damage, _ generator: inout SeededGenerator
  ) throws -> [UInt8]? {
    var parts = sample.parts
    let bytes = parts.messages[index].bytes
    let isElements = bytes.count % K.byteCount == 0 && !parts.messages[index].isOpening
    let unit = isElements && bytes.count > 32 ? K.byteCount : min(32, bytes.count)
    let place = Int.random(in: 0..<bytes.count / unit, using: &generator) * unit
    let range = place..<place + unit
    switch damage {
    case .offset:
      if let element = isElements ? K(canonicalBytes: bytes[place..<place + K.byteCount]) : nil {
        parts.messages[index].bytes.replaceSubrange(
          place..<place + K.byteCount, with: (element + .one).canonicalBytes)
      } else {
        parts.messages[index].bytes[place] ^= 1
      }
    case .zero:
      parts.messages[index].bytes.replaceSubrange(
        range, with: [UInt8](repeating: 0, count: unit))
    case .swap:
      guard bytes.count >= 2 * unit else { return nil }
      let next = (place + unit) % (bytes.count / unit * unit)
      parts.messages[index].bytes.replaceSubrange(range, with: bytes[next..<next + unit])
      parts.messages[index].bytes.replaceSubrange(next..<next + unit, with: bytes[range])
    case .duplicate: parts.messages.insert(parts.messages[index], at: index)
    case .remove: parts.messages.remove(at: index)
    case .truncate: parts.messages[index].bytes.removeLast()
    case .extend: parts.messages[index].bytes += generator.bytes(1)
    case .replace: parts.messages[index] = sample.others.messages[index]
    }
    let proof = parts.proof
    return proof == sample.honest.result.proof ? nil : proof
  }

  /// For each name of a message, one or more of the messages that bear it.
  @Test(arguments: Damage.allCases) func noMessageCanBeDamaged(damage: Damage) throws {
    let sample = try Self.sample.get()
    #expect(sample.honest.isAccepted())
    var generator = SeededGenerator()
    let labels = Set(sample.parts.messages.map(\.label)).sorted()
    #expect(labels.count >= 15)
    for label in labels {
      let indices = sample.parts.messages.indices.filter {
        sample.parts.messages[$0].label == label && !sample.parts.messages[$0].bytes.isEmpty
      }
      for _ in 0..<min(indices.count, Rounds.of(1)) {
        let index = try #require(indices.randomElement(using: &generator))
        if let proof = try tampered(sample, index, damage, &generator) {
          #expect(
            !sample.honest.isAccepted(proof), "seed \(generator.seed): \(label), message \(index)")
        }
      }
    }
  }

  /// Each part of a proof is refused under its own rule.
  @Test func refusalsNameTheRule() throws {
    let sample = try Self.sample.get()
    func refusal(_ label: String, last: Bool = true) -> ProofError? {
      var parts = sample.parts
      let indices = parts.messages.indices.filter { parts.messages[$0].label == label }
      guard let index = last ? indices.last : indices.first else { return nil }
      parts.messages[index].bytes[0] ^= 1
      return sample.honest.refusal(of: parts.proof)
    }
    let siteBits = sample.honest.setting.layouts.siteBits
    let tableBits = sample.honest.setting.layouts.tableBits
    #expect(
      refusal("sites.children") == .sumcheck(.layer(label: "sites", layer: siteBits - 1)))
    #expect(
      refusal("tables.children") == .sumcheck(.layer(label: "tables", layer: tableBits - 1)))
    #expect(refusal("products.factors") == .sumcheck(.products(label: "products")))
    #expect(refusal("products") == .sumcheck(.products(label: "products")))
    #expect(refusal("opening: last round") == .commitment(.sum))
    // The columns of the longest rows come first: of one length, the start state's.
    let rows = sample.honest.setting.rows
    let oracles: [Oracle] =
      switch rows.rowBits - rows.dataRowBits {
      case 0: [.start, .start]
      case 1...: [.start, .data]
      default: [.data, .start]
      }
    for (oracle, last) in zip(oracles, [false, true]) {
      guard
        case .commitment(.root(level: 0, oracle: oracle.rawValue, _)) = refusal(
          "opening 0: columns", last: last)
      else {
        Issue.record("expected the root of \(oracle) to be named")
        continue
      }
    }
  }

  /// Random bytes, edits, and beginnings of one proof with ends of another: refused, quickly, with
  /// little memory, and without a trap.
  @Test func noBytesAreAcceptedOrTrap() throws {
    let sample = try Self.sample.get()
    var generator = SeededGenerator()
    let proof = sample.honest.result.proof
    let other = sample.others.proof
    let clock = ContinuousClock()
    let before = PeakMemory.byteCount
    for round in 0..<Rounds.of(60) {
      let bytes: [UInt8]
      switch round % 4 {
      case 0: bytes = generator.bytes(Int.random(in: 0...2 * proof.count, using: &generator))
      case 1: bytes = Mutations.edit(proof, with: &generator)
      case 2:
        let cut = Int.random(in: 0...min(proof.count, other.count), using: &generator)
        bytes = Array(proof.prefix(cut) + other.dropFirst(cut))
      default:
        // Small numbers are reduced elements, so that more than the first message is looked at.
        bytes = generator.bytes(proof.count).enumerated().map { $0.offset % 8 < 4 ? $0.element : 0 }
      }
      if bytes == proof { continue }
      let time = clock.measure {
        #expect(!sample.honest.isAccepted(bytes), "seed \(generator.seed), round \(round)")
      }
      #expect(time < .seconds(10), "seed \(generator.seed), round \(round)")
    }
    if let before, let after = PeakMemory.byteCount { #expect(after - before < 1 << 30) }
  }
}
