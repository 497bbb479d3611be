/// Searches the parameters of least cost; costs are bytes.
struct OpeningPlanner {
  typealias Level = CommitmentParameters.Level

  private let demand: CommitmentParameters.Demand
  private let twoAdicity: Int
  private let size: OpeningSize

  /// The cheapest way to finish a vector of 2^index elements; filled from below.
  private var tails: [(cost: Int, levels: [Level])] = []

  init(demand: CommitmentParameters.Demand, twoAdicity: Int, size: OpeningSize) {
    self.demand = demand
    self.twoAdicity = twoAdicity
    self.size = size
  }

  func queries(rateBits: Int) -> Int {
    max(
      1,
      ErrorBound.queryCount(
        rateBits: rateBits, errorBits: demand.queryErrorBits - demand.grindingBits))
  }

  /// The fewest queries of rows with tails, which grow with their number; nil where a tail would be
  /// longer than its row.
  private func queries(rowBits: Int, rateBits: Int, levels: [Level]) -> Int? {
    var queries = queries(rateBits: rateBits)
    guard demand.hiddenOpeningCount > 0 else { return queries }
    // With this much room there is a number of queries, whatever the levels.
    guard demand.hiddenOpeningCount <= (1 << rowBits) >> (rateBits == 1 ? 11 : 9) else {
      return nil
    }
    let part = 1 << (rowBits - (levels.first?.splitBits ?? rowBits))
    while true {
      let (tail, overflow) = demand.hiddenOpeningCount.multipliedReportingOverflow(by: queries)
      guard !overflow, tail <= 1 << rowBits else { return nil }
      let bound = ErrorBound(
        queries: queries, rateBits: rateBits, grindingBits: demand.grindingBits,
        tail: ((tail + part - 1) / part * part, rowBits))
      if bound.scaledLog2 <= -demand.queryErrorBits * FixedLogarithm.unit { return queries }
      queries += 1
    }
  }

  mutating func best() -> (rowBits: Int, rateBits: Int, queries: Int, levels: [Level])? {
    var best: (cost: Int, rowBits: Int, rateBits: Int, queries: Int, levels: [Level])?
    let fixed = demand.fixedRows
    for rowBits in fixed.map({ $0.rowBits...$0.rowBits }) ?? 2...24 {
      for rateBits in fixed.map({ $0.rateBits...$0.rateBits }) ?? 1...4 {
        guard (0...30).contains(rowBits), (1...8).contains(rateBits),
          rowBits + rateBits <= twoAdicity
        else { continue }
        extendTails(to: rowBits)
        let tail = tails[rowBits]
        guard let queries = queries(rowBits: rowBits, rateBits: rateBits, levels: tail.levels)
        else { continue }
        let cost =
          size.rows(
            elementCounts: demand.elementCounts, rowBits: rowBits, rateBits: rateBits,
            queries: queries)
          + demand.encodedElementCounts.reduce(0) {
            $0 + price(rowCount: ($1 + (1 << rowBits) - 1) >> rowBits, codeBits: rowBits + rateBits)
          } + tail.cost
        if best.map({ cost < $0.cost }) ?? true {
          best = (cost, rowBits, rateBits, queries, tail.levels)
        }
      }
    }
    return best.map { ($0.rowBits, $0.rateBits, $0.queries, $0.levels) }
  }

  /// Rows are encoded eight at a time; hashing a column costs as much as encoding twelve elements,
  /// whatever their number.
  private func price(rowCount: Int, codeBits: Int) -> Int {
    (((rowCount + 7) / 8 * 8 + 12) * demand.bytesPerMebiElement << codeBits) >> 20
  }

  /// Either sends the vector, or cuts it into rows and goes on with one that is shorter.
  private mutating func extendTails(to bits: Int) {
    while tails.count <= bits {
      let bits = tails.count
      var best = (cost: size.last(bits: bits), levels: [Level]())
      for split in 1...max(1, min(bits, 10)) where bits > 0 {
        for rateBits in 1...6 where bits - split + rateBits <= twoAdicity {
          let level = Level(
            splitBits: split, rateBits: rateBits, queries: queries(rateBits: rateBits))
          let rest = tails[bits - split]
          let cost =
            size.level(level, bits: bits) + rest.cost
            + price(
              rowCount: size.baseElementsPerElement << split, codeBits: bits - split + rateBits)
          if cost < best.cost { best = (cost, [level] + rest.levels) }
        }
      }
      tails.append(best)
    }
  }
}
