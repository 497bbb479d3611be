import AssayAlgebra
import AssayCryptography
import AssaySumcheck
import AssayTranscripts

/// One message or challenge.
enum ChosenAnswer {
  case digest(Digest)
  case elements([GoldilocksExtension])
  case bytes([UInt8])
  case indices([Int])
}

/// Messages and challenges that somebody chose beforehand, in the order of a schedule: no hash
/// decides.
///
/// Where nothing is given for a step of elements or challenges, they are drawn at random.
struct ChosenReader<K: ChallengeField>: ~Copyable, MessageReader, ClaimReader {
  typealias Answer = ChosenAnswer

  private let steps: [Schedule.Step]
  private var position = 0
  private var answers: ArraySlice<Answer>
  private var source: RandomSource
  /// What the steps read so far were answered with.
  private(set) var given: [Answer] = []

  init(_ schedule: Schedule, answers: [Answer], source: RandomSource) {
    steps = schedule.steps
    self.answers = answers[...]
    self.source = source
  }

  /// Whether all steps were read.
  var isAtEnd: Bool { position == steps.count && answers.isEmpty }

  private mutating func next(_ label: String) throws(TranscriptError) -> Schedule.Kind {
    guard position < steps.count, steps[position].label == label else {
      throw .step(
        expected: position < steps.count ? steps[position].label : nil, found: label)
    }
    position += 1
    return steps[position - 1].kind
  }

  /// The elements of a step, converted by their bytes.
  private mutating func values(_ count: Int) -> [K] {
    var elements: [GoldilocksExtension]
    if case .elements(let chosen) = answers.first {
      elements = chosen
      answers = answers.dropFirst()
    } else {
      elements = source.elements(count)
    }
    given.append(.elements(elements))
    return elements.map { K(canonicalBytes: $0.canonicalBytes) ?? .zero }
  }

  mutating func elements(_ label: String) throws(TranscriptError) -> [K] {
    guard case .elements(let count) = try next(label) else { return [] }
    return values(count)
  }

  mutating func masked(_ label: String) throws(TranscriptError) -> [K] {
    guard case .masked(let count) = try next(label) else { return [] }
    return values(count)
  }

  mutating func products(_ label: String) throws(TranscriptError) -> [K] {
    guard case .products(let count) = try next(label) else { return [] }
    return values(count)
  }

  mutating func challenges(_ label: String) throws(TranscriptError) -> [K] {
    guard case .challenges(let count) = try next(label) else { return [] }
    return values(count)
  }

  mutating func challenge(_ label: String) throws(TranscriptError) -> K {
    try challenges(label).first ?? .zero
  }

  mutating func digest(_ label: String) throws(TranscriptError) -> Digest {
    _ = try next(label)
    guard case .digest(let digest) = answers.popFirst() else { return .zero }
    given.append(.digest(digest))
    return digest
  }

  mutating func opening(_ label: String) throws(TranscriptError) -> [UInt8] {
    _ = try next(label)
    guard case .bytes(let bytes) = answers.popFirst() else { return [] }
    given.append(.bytes(bytes))
    return bytes
  }

  mutating func indices(_ label: String) throws(TranscriptError) -> [Int] {
    _ = try next(label)
    guard case .indices(let indices) = answers.popFirst() else { return [] }
    given.append(.indices(indices))
    return indices
  }

  mutating func grind(_ label: String) throws(TranscriptError) { _ = try next(label) }

  // MARK: Transparent values, which a hiding proof has none of

  mutating func values(_ label: String) throws(TranscriptError) -> [K] { try elements(label) }

  mutating func products(
    _ label: String, _ pairs: [(K, K)]
  ) throws(TranscriptError) -> [K] { pairs.map { $0.0 * $0.1 } }

  mutating func areEqual(_ left: K, _ right: K) -> Bool { left == right }

  mutating func isNotZero(_ label: String, _ value: K) throws(TranscriptError) -> Bool {
    value != .zero
  }
}

/// Random elements from a seed.
struct RandomSource {
  private var counter: UInt64 = 0
  private let seed: UInt64

  init(seed: UInt64) { self.seed = seed }

  mutating func digest() -> Digest {
    counter += 1
    return SHA256.digest(
      domain: "simulator",
      [seed, counter].map { number in
        (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) }
      })
  }

  mutating func elements(_ count: Int) -> [GoldilocksExtension] {
    var elements: [GoldilocksExtension] = []
    while elements.count < count {
      if let element = GoldilocksExtension(sample: Array(digest().bytes.prefix(16))) {
        elements.append(element)
      }
    }
    return elements
  }

  mutating func base(_ count: Int) -> [Goldilocks] { elements(count).map(\.c0) }

  mutating func index(below count: Int) -> Int {
    Int(digest().bytes[0..<6].reduce(0) { $0 << 8 | UInt64($1) }) % count
  }
}
