public import AssayAlgebra
public import AssaySumcheck
public import AssayTranscripts
internal import CAssaySumcheckKernels

/// The prover of `BatchedProducts` over `GoldilocksExtension`, by vector instructions on several
/// threads. It keeps its memory for the next proof.
public final class BatchedProductsProver {
  public typealias K = GoldilocksExtension

  /// One sum Σ_x E(x)·P(x)·Q(x) over {0,1}^variables.
  public struct Instance: Sendable {
    /// The sum as the verifier is told it: its number of variables and its value.
    public let claim: BatchedProducts.Instance<K>
    /// The values of E; E is 1 when absent.
    public let gate: [K]?
    /// The values of P.
    public let left: [K]
    /// The values of Q.
    public let right: [K]

    /// Describes a sum.
    ///
    /// - Precondition: at most 2^variables values each; zero behind.
    public init(claim: BatchedProducts.Instance<K>, gate: [K]? = nil, left: [K], right: [K]) {
      precondition(
        [gate ?? [], left, right].allSatisfy { $0.count <= 1 << claim.variables },
        "at most 2^\(claim.variables) values")
      self.claim = claim
      self.gate = gate
      self.left = left
      self.right = right
    }
  }

  private let kernels: SumcheckKernels
  private let memory = ElementMemory()

  /// Prepares a prover; memory is taken with the first proof.
  public init(kernels: SumcheckKernels = SumcheckKernels()) {
    self.kernels = kernels
  }

  /// Proves the values of all sums. Without instances nothing is sent.
  ///
  /// - Throws: `SumcheckError.transcript` when the schedule is another.
  /// - Soundness: a value that is not the sum makes a proof that is refused.
  public func prove(
    _ instances: [Instance], label: String, transcript: inout TranscriptWriter<K>
  ) throws(SumcheckError) -> BatchedProducts.FactorClaims<K> {
    guard let rounds = instances.map(\.claim.variables).max() else {
      return BatchedProducts.FactorClaims(point: [], factors: [])
    }
    let gamma = try transcript.draw("\(label).gamma")
    let powers = BatchedProducts.powers(of: gamma, count: instances.count)
    memory.reserve(
      instances.reduce(0) { $0 + ($1.gate == nil ? 2 : 3) << $1.claim.variables })
    let halves = BatchedProducts.powers(
      of: SumcheckRounds.mean(K.one, variables: 1), count: rounds + 1)
    var next = 0
    var tables = BatchTables(
      sums: zip(instances, powers).map { instance, power in
        let columns = (instance.gate.map { [$0] } ?? []) + [instance.left, instance.right]
        let size = 1 << instance.claim.variables
        let places = columns.map { column in
          memory.write(column, at: next, count: size)
          next += size
          return next - size
        }
        return ProductTables(
          claim: instance.claim, scale: power, halves: halves, places: places, memory: memory,
          kernels: kernels)
      }, roundsLeft: rounds)
    let point = try tables.prove(rounds: rounds, label: label, transcript: &transcript)
    let factors = tables.sums.map(\.factors)
    try transcript.write("\(label).factors", factors.flatMap { [$0.left, $0.right] })
    try transcript.write("\(label).products", productsOf: factors.map { ($0.left, $0.right) })
    return BatchedProducts.FactorClaims(point: point, factors: factors)
  }
}

/// The tables of all sums; each takes part in the last rounds, as many as it has variables.
private struct BatchTables: RoundTables {
  private(set) var sums: [ProductTables]
  private var roundsLeft: Int

  init(sums: [ProductTables], roundsLeft: Int) {
    self.sums = sums
    self.roundsLeft = roundsLeft
  }

  mutating func message() -> [GoldilocksExtension] {
    var message = [GoldilocksExtension](repeating: .zero, count: BatchedProducts.degree)
    for index in sums.indices where sums[index].variables >= roundsLeft {
      let own = sums[index].message()
      for place in own.indices { message[place] += own[place] * sums[index].scale }
    }
    return message
  }

  mutating func fold(at challenge: GoldilocksExtension) {
    for index in sums.indices where sums[index].variables >= roundsLeft {
      sums[index].fold(at: challenge)
    }
    roundsLeft -= 1
  }
}

/// The tables of one sum, E first when there is one.
private struct ProductTables: RoundTables {
  typealias K = GoldilocksExtension

  let variables: Int
  let scale: K
  private let places: [Int]
  private let memory: ElementMemory
  private let kernels: SumcheckKernels
  /// The present round's claim on the mean, and what a sum over its other variables is divided by.
  private var claim: K
  private var scales: ArraySlice<K>
  private let half: K
  private var coefficients: [K] = []
  private var pending: K?
  /// Elements in each table, before `pending` is folded in.
  private var size: Int

  init(
    claim: BatchedProducts.Instance<K>, scale: K, halves: [K], places: [Int],
    memory: ElementMemory, kernels: SumcheckKernels
  ) {
    variables = claim.variables
    self.scale = scale
    self.places = places
    self.memory = memory
    self.kernels = kernels
    self.claim = claim.value * halves[claim.variables]
    scales = halves.prefix(claim.variables)
    half = halves.count > 1 ? halves[1] : .one
    size = 1 << claim.variables
  }

  mutating func message() -> [K] {
    // SAFETY: see `round`.
    let sums = unsafe kernels.sums(of: round)
    if pending != nil { size /= 2 }
    let scale = scales.popLast() ?? .one
    let (valueAt0, lead) = (sums[0] * scale, sums[1] * scale)
    // The claim is the mean of H(0) and H(1).
    let rise = (claim - valueAt0) * Goldilocks(2)
    if places.count == 2 {
      coefficients = [rise - lead, lead]
    } else {
      // H(2) − H(0) = 2·h₁ + 4·h₂ + 8·h₃ and H(1) − H(0) = h₁ + h₂ + h₃.
      let square = (sums[2] * scale - valueAt0 - rise - rise - lead * Goldilocks(6)) * half
      coefficients = [rise - square - lead, square, lead]
    }
    return coefficients
  }

  mutating func fold(at challenge: K) {
    claim = SumcheckRounds.next(after: claim, coefficients, weight: half, challenge: challenge)
    pending = challenge
  }

  /// The present round as kernels take it.
  private var round: assay_round {
    // SAFETY: all fields but addresses are numbers; each table holds `size` elements from its
    // place on.
    var round = unsafe assay_round()
    unsafe round.term = Int32(
      places.count == 2 ? ASSAY_TERM_PLAIN_PRODUCT : ASSAY_TERM_CUBIC)
    unsafe round.folds = pending == nil ? 0 : 1
    unsafe round.challenge = (pending ?? .zero).element
    unsafe round.size = Int64(size)
    unsafe round.tables.0 = memory.address(places[0])
    unsafe round.tables.1 = memory.address(places[1])
    if places.count == 3 { unsafe round.tables.2 = memory.address(places[2]) }
    return unsafe round
  }

  /// What is left of P and Q after the last round.
  var factors: BatchedProducts.FactorClaims<K>.Factors {
    let values = places.suffix(2).map { place in
      guard let pending else { return memory[place] }
      return memory[place] + pending * (memory[place + 1] - memory[place])
    }
    return .init(left: values[0], right: values[1])
  }
}
