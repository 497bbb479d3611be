public import AssayAlgebra

extension CommitmentParameters {
  /// What a plan is made for.
  public struct Demand: Hashable, Sendable {
    /// The number of elements of each oracle that is opened.
    public var elementCounts: [Int]
    /// How many elements are encoded anew for each proof; data and the state that a proof starts
    /// from are not.
    public var encodedElementCount: Int
    /// Each draw of queries errs with a probability of at most 2^−`queryErrorBits`.
    public var queryErrorBits: Int
    /// The row length and rate where a spec has fixed them, because roots depend on them.
    public var fixedRows: (rowBits: Int, rateBits: Int)? {
      get { rows.map { ($0.rowBits, $0.rateBits) } }
      set { rows = newValue.map { Rows(rowBits: $0.rowBits, rateBits: $0.rateBits) } }
    }
    /// Bits of grinding before each draw.
    public var grindingBits: Int
    /// How many bytes of proof are worth 2²⁰ encoded base elements.
    public var bytesPerMebiElement: Int

    private var rows: Rows?
    private struct Rows: Hashable, Sendable {
      var rowBits: Int
      var rateBits: Int
    }

    /// States a demand; at 100 bits in all, each draw of queries gets 103.
    public init(
      elementCounts: [Int], encodedElementCount: Int? = nil, securityBits: Int = 100,
      fixedRows: (rowBits: Int, rateBits: Int)? = nil, grindingBits: Int = 0
    ) {
      self.elementCounts = elementCounts
      self.encodedElementCount = encodedElementCount ?? elementCounts.reduce(0, +)
      queryErrorBits = securityBits + 3
      self.grindingBits = grindingBits
      bytesPerMebiElement = 16 << 10
      self.fixedRows = fixedRows
    }
  }

  /// Chooses row length, rates and levels for the shortest proof, with a price for the prover's
  /// work.
  ///
  /// A pure function of its arguments: prover and verifier both call it.
  ///
  /// - Throws: `CommitmentError.parameters` when no oracle has elements, or the fixed rows do not
  ///   fit the field.
  public static func plan<K: ChallengeField>(
    _ demand: Demand, field: K.Type
  ) throws(CommitmentError) -> CommitmentParameters {
    guard !demand.elementCounts.isEmpty, demand.elementCounts.allSatisfy({ $0 > 0 }) else {
      throw .parameters(
        reason: "expected oracles with elements, found counts \(demand.elementCounts)")
    }
    var planner = OpeningPlanner(
      demand: demand, twoAdicity: K.Base.twoAdicity, baseByteCount: K.Base.byteCount,
      byteCount: K.byteCount)
    guard let best = planner.best() else {
      throw .parameters(
        reason: "expected rows and a rate whose code has at most 2^\(K.Base.twoAdicity) positions")
    }
    return try CommitmentParameters(
      rowBits: best.rowBits, rateBits: best.rateBits,
      queries: planner.queries(rateBits: best.rateBits), levels: best.levels,
      grindingBits: demand.grindingBits)
  }
}

/// Searches the parameters of least cost; costs are bytes.
struct OpeningPlanner {
  typealias Level = CommitmentParameters.Level

  let demand: CommitmentParameters.Demand
  let twoAdicity: Int
  let baseByteCount: Int
  let byteCount: Int

  /// The cheapest way to finish a vector of 2^index elements; filled from below.
  private var tails: [(cost: Int, levels: [Level])] = []

  init(
    demand: CommitmentParameters.Demand, twoAdicity: Int, baseByteCount: Int, byteCount: Int
  ) {
    self.demand = demand
    self.twoAdicity = twoAdicity
    self.baseByteCount = baseByteCount
    self.byteCount = byteCount
  }

  func queries(rateBits: Int) -> Int {
    max(
      1,
      ErrorBound.queryCount(
        rateBits: rateBits, errorBits: demand.queryErrorBits - demand.grindingBits))
  }

  mutating func best() -> (rowBits: Int, rateBits: Int, levels: [Level])? {
    var best: (cost: Int, rowBits: Int, rateBits: Int, levels: [Level])?
    let fixed = demand.fixedRows
    for rowBits in fixed.map({ $0.rowBits...$0.rowBits }) ?? 2...24 {
      for rateBits in fixed.map({ $0.rateBits...$0.rateBits }) ?? 1...4 {
        guard (0...30).contains(rowBits), (1...8).contains(rateBits),
          rowBits + rateBits <= twoAdicity
        else { continue }
        extendTails(to: rowBits)
        let tail = tails[rowBits]
        let cost = rowCost(rowBits: rowBits, rateBits: rateBits) + tail.cost
        if best.map({ cost < $0.cost }) ?? true { best = (cost, rowBits, rateBits, tail.levels) }
      }
    }
    return best.map { ($0.rowBits, $0.rateBits, $0.levels) }
  }

  /// The columns and nodes of level 0, its rounds, and the price of encoding.
  private func rowCost(rowBits: Int, rateBits: Int) -> Int {
    let queries = queries(rateBits: rateBits)
    let rows = demand.elementCounts.map { ($0 + (1 << rowBits) - 1) >> rowBits }
    let opened = min(queries, 1 << (rowBits + rateBits))
    let nodes = Self.nodeCount(leafBits: rowBits + rateBits, queries: opened)
    let total = rows.reduce(0, +)
    return opened * total * baseByteCount + rows.count * nodes * 32
      + (Int.bitWidth - total.leadingZeroBitCount) * 2 * byteCount
      + price(of: max(demand.encodedElementCount, 1), rateBits: rateBits)
  }

  private func price(of elements: Int, rateBits: Int) -> Int {
    (elements >> 10 + 1) * (demand.bytesPerMebiElement << rateBits) >> 10
  }

  /// Either sends the vector, or cuts it into rows and goes on with one that is shorter.
  private mutating func extendTails(to bits: Int) {
    while tails.count <= bits {
      let bits = tails.count
      var best = (cost: byteCount << bits + 2 * byteCount * bits, levels: [Level]())
      for split in 1...max(1, min(bits, 10)) where bits > 0 {
        for rateBits in 1...6 where bits - split + rateBits <= twoAdicity {
          let queries = queries(rateBits: rateBits)
          let leafBits = bits - split + rateBits
          let opened = min(queries, 1 << leafBits)
          let cost =
            opened * byteCount << split
            + Self.nodeCount(leafBits: leafBits, queries: opened) * 32
            + 32 + 2 * byteCount * split
            + price(of: (byteCount / baseByteCount) << bits, rateBits: rateBits)
            + tails[bits - split].cost
          if cost < best.cost {
            let level = Level(splitBits: split, rateBits: rateBits, queries: queries)
            best = (cost, [level] + tails[bits - split].levels)
          }
        }
      }
      tails.append(best)
    }
  }

  /// About as many nodes as a proof for `queries` random leaves of 2^`leafBits` has: each path
  /// has log₂ of leaves / queries nodes, less 0.85 where paths meet.
  static func nodeCount(leafBits: Int, queries: Int) -> Int {
    let path =
      leafBits * FixedLogarithm.unit - FixedLogarithm.upper(UInt64(queries))
      - 85 * FixedLogarithm.unit / 100
    return max(0, queries * path) >> 16
  }
}
