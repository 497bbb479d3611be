internal import AssayAlgebra
internal import AssaySumcheck
internal import CAssaySumcheckKernels

/// A layer's tables of nodes in memory: p₀, q₀, q₁, and p₁ or, once folded twice, p₁ + λ·q₁.
struct LayerTables: FractionTables {
  typealias K = GoldilocksExtension

  /// What the tables are made from.
  enum Source {
    /// The four tables are in memory, 2^layer elements each.
    case nodes
    /// The leaves are sites: in memory there will be s₀ and s₁ of s = p + λ·q, folded.
    case sites(SiteDescription, count: Int)
  }

  private let kernels: SumcheckKernels
  private let memory: ElementMemory
  private let source: Source
  private let layer: Int
  private let places: [Int]
  private let lambda: K
  private let lambdaInverse: K
  private let weights: EqualityWeights
  private var claim: WeightedClaim
  private var coefficients: [K] = []
  private var pending: K?
  /// Elements in each table, before `pending` is folded in.
  private var size: Int

  /// Takes a layer of 2^layer nodes, whose children's tables start at these places.
  init(
    layer: Int, claim: FractionSum.LeafClaim<K>, lambda: K, source: Source, places: [Int],
    memory: ElementMemory, weightMemory: ElementMemory, kernels: SumcheckKernels
  ) {
    self.layer = layer
    self.source = source
    self.places = places
    self.memory = memory
    self.lambda = lambda
    self.kernels = kernels
    // λ is zero with probability 1 / |K|; the proof is then refused, and made again.
    lambdaInverse = lambda.inverse ?? .zero
    weights = EqualityWeights(claim.point, memory: weightMemory)
    self.claim = WeightedClaim(
      value: claim.numerator + lambda * claim.denominator, weights: claim.point)
    size = 1 << layer
  }

  mutating func message() -> [K] {
    // SAFETY: see `round`.
    let sums = unsafe kernels.sums(of: round)
    if pending != nil { size /= 2 }
    var (valueAt0, lead) = (sums[0], sums[1])
    if case .sites(_, let count) = source {
      // λ·(p₀q₁ + p₁q₀ + λ·q₀q₁) = s₀s₁ − p₀p₁. Here p₀ is 1, and p₁ is 1 on a prefix.
      valueAt0 = (valueAt0 - pairedSites(count, at: .zero)) * lambdaInverse
      lead *= lambdaInverse
    }
    coefficients = [claim.valueAt1(valueAt0: valueAt0) - valueAt0 - lead, lead]
    return coefficients
  }

  mutating func fold(at challenge: K) {
    claim.bind(coefficients, at: challenge)
    pending = challenge
  }

  /// The present round as kernels take it.
  private var round: assay_round {
    let number = claim.point.count
    // SAFETY: all fields but addresses are numbers; each table holds `size` elements from its
    // place on, or will, and the weights are this prover's own.
    var round = unsafe assay_round()
    unsafe round.folds = pending == nil ? 0 : 1
    unsafe round.challenge = (pending ?? .zero).element
    unsafe round.lambda = lambda.element
    unsafe round.size = Int64(size)
    unsafe round.weights = weights.last(claim.weights.count - 1)
    unsafe round.tables.0 = memory.address(places[0])
    unsafe round.tables.1 = memory.address(places[1])
    switch source {
    case .nodes:
      unsafe round.term = Int32(number < 2 ? ASSAY_TERM_FRACTION : ASSAY_TERM_CROSS)
      unsafe round.tables.2 = memory.address(places[2])
      unsafe round.tables.3 = memory.address(places[3])
    case .sites(let description, _):
      unsafe round.term = Int32(number < 2 ? ASSAY_TERM_LEAVES : ASSAY_TERM_PRODUCT)
      unsafe round.leaves = description.address
    }
    return unsafe round
  }

  /// Σ eq·p₀p₁ over the present round's other variables, at a value of its own.
  private func pairedSites(_ count: Int, at value: K) -> K {
    Multilinear.prefixIndicator(
      count: count - (1 << layer), at: claim.point + [value] + claim.weights.dropFirst())
  }

  var children: [K] {
    let values = places.map { place in
      guard let pending else { return memory[place] }
      return memory[place] + pending * (memory[place + 1] - memory[place])
    }
    switch source {
    case .nodes:
      // The second folding put p₁ + λ·q₁ in the place of p₁.
      let p1 = layer < 2 ? values[3] : values[3] - lambda * values[2]
      return [values[0], values[1], p1, values[2]]
    case .sites(_, let count):
      let p1 = Multilinear.prefixIndicator(count: count - (1 << layer), at: claim.point)
      return [
        .one, (values[0] - .one) * lambdaInverse, p1, (values[1] - p1) * lambdaInverse,
      ]
    }
  }
}
