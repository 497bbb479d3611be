public import AssayCryptography
internal import AssayWire

/// What is sent and drawn in a proof, in order: the one description that both sides follow.
///
/// A schedule follows from the statement and the parameters alone, never from a proof.
public struct Schedule: Hashable, Sendable {
  /// What happens in one step. Messages come from the prover and are absorbed; challenges, indices
  /// and the puzzles of grinding follow from all that was absorbed before.
  public enum Kind: Hashable, Sendable {
    /// A message: one digest.
    case digest
    /// A message: that many elements of the challenge field.
    case elements(Int)
    /// A message: that many bytes.
    case bytes(Int)
    /// A message: its byte count as 32 bits, and that many bytes, at most `limit`.
    case opening(limit: Int)
    /// That many elements of the challenge field are drawn.
    case challenges(Int)
    /// That many indices below 2^`bits` are drawn, each on its own: some may be equal.
    case indices(count: Int, bits: Int)
    /// A message of 8 bytes whose hash begins with that many zero bits; with 0 bits, nothing.
    case grind(bits: Int)
    /// A message: that many elements, to each of which a secret one was added that a commitment
    /// holds.
    case masked(Int)
    /// Masked elements that are products of two values before them, or their inverses.
    case products(Int)
  }

  /// One step and its name.
  public struct Step: Hashable, Sendable {
    /// What the step is called, in the code of both sides and in errors.
    public let label: String
    /// What happens.
    public let kind: Kind

    /// Names a step.
    ///
    /// - Precondition: counts are from 0 to 2³², a limit below 2³²; bits of an index at most 62, of
    ///   grinding at most 64.
    public init(_ label: String, _ kind: Kind) {
      precondition(kind.isPossible, "\(label) cannot be \(kind)")
      self.label = label
      self.kind = kind
    }
  }

  /// The steps, the first first.
  public let steps: [Step]

  /// Takes the steps in their order.
  public init(_ steps: [Step]) {
    self.steps = steps
  }

  /// How many elements are sent masked.
  public var maskedCount: Int {
    steps.reduce(0) { count, step in
      switch step.kind {
      case .masked(let own), .products(let own): count + own
      default: count
      }
    }
  }

  /// How many products of masked values are noted.
  public var productCount: Int {
    steps.reduce(0) { count, step in
      if case .products(let own) = step.kind { count + own } else { count }
    }
  }

  /// The digest of labels, kinds and numbers of all steps in order.
  public var digest: Digest {
    var writer = WireWriter()
    writer.write(UInt64(steps.count))
    for step in steps {
      writer.write(step.label)
      step.kind.encode(to: &writer)
    }
    return SHA256.digest(domain: "assay.schedule.v1", [writer.bytes])
  }
}

extension Schedule.Kind {
  /// The word for the step in errors.
  var name: String {
    switch self {
    case .digest: "digest"
    case .elements: "elements"
    case .masked: "masked elements"
    case .products: "masked products"
    case .bytes: "bytes"
    case .opening: "opening"
    case .challenges: "challenges"
    case .indices: "indices"
    case .grind: "grind"
    }
  }

  fileprivate var isPossible: Bool {
    let counts = 0...(1 << 32)
    return switch self {
    case .digest: true
    case .elements(let count), .masked(let count), .products(let count), .bytes(let count),
      .challenges(let count):
      counts.contains(count)
    case .opening(let limit): (0...Int(UInt32.max)).contains(limit)
    case .indices(let count, let bits): counts.contains(count) && (0...62).contains(bits)
    case .grind(let bits): (0...64).contains(bits)
    }
  }

  /// A byte for the case and two 64-bit numbers.
  fileprivate func encode(to writer: inout WireWriter) {
    let (tag, first, second): (UInt8, Int, Int) =
      switch self {
      case .digest: (0, 0, 0)
      case .elements(let count): (1, count, 0)
      case .bytes(let count): (2, count, 0)
      case .opening(let limit): (3, limit, 0)
      case .challenges(let count): (4, count, 0)
      case .indices(let count, let bits): (5, count, bits)
      case .grind(let bits): (6, bits, 0)
      case .masked(let count): (7, count, 0)
      case .products(let count): (8, count, 0)
      }
    writer.write(tag)
    writer.write(UInt64(first))
    writer.write(UInt64(second))
  }
}
