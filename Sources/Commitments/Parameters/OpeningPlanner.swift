/// Searches the parameters of least cost; costs are bytes.
struct OpeningPlanner {
  typealias Level = CommitmentParameters.Level
  typealias RowCode = CommitmentParameters.RowCode
  typealias Group = CommitmentParameters.Demand.Group

  /// The code of each group of oracles, and the levels.
  struct Plan {
    var cost: Int
    var codes: [RowCode]
    var levels: [Level]
  }

  private let demand: CommitmentParameters.Demand
  private let twoAdicity: Int
  private let size: OpeningSize

  /// The cheapest way to finish the vector that rows of these lengths fold to.
  private var ends: [[Int]: (cost: Int, levels: [Level])] = [:]

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

  /// The best plan over all lengths of rows.
  mutating func best() -> Plan? {
    var best: Plan?
    var lengths: [Int] = []
    consider(&lengths, &best)
    return best
  }

  /// Tries each length of the next group's rows behind those that are chosen.
  private mutating func consider(_ chosen: inout [Int], _ best: inout Plan?) {
    guard chosen.count < demand.groups.count else {
      if let plan = plan(chosen), best.map({ plan.cost < $0.cost }) ?? true { best = plan }
      return
    }
    for rowBits in lengths(of: demand.groups[chosen.count]) {
      chosen.append(rowBits)
      consider(&chosen, &best)
      chosen.removeLast()
    }
  }

  /// The lengths that are worth a try: rows are neither very many nor longer than all elements.
  private func lengths(of group: Group) -> ClosedRange<Int> {
    if let rows = group.rows { return rows.rowBits...rows.rowBits }
    let bits = RowStack.bits(group.elementCounts.reduce(0, +))
    let least = min(24, max(2, bits - 12))
    return least...(demand.hiddenOpeningCount > 0 ? 24 : min(24, max(least, bits)))
  }

  /// The best rates for groups with rows of these lengths, one for those of one length.
  private mutating func plan(_ lengths: [Int]) -> Plan? {
    guard lengths.allSatisfy((0...30).contains) else { return nil }
    let distinct = Set(lengths).sorted(by: >)
    let end = end(distinct)
    var plan = Plan(cost: end.cost, codes: [], levels: end.levels)
    var codes: [Int: RowCode] = [:]
    var rounds = 0
    for rowBits in distinct {
      let groups = zip(demand.groups, lengths).filter { $0.1 == rowBits }.map(\.0)
      var best: (cost: Int, code: RowCode)?
      for rateBits in 1...8 where rowBits + rateBits <= twoAdicity {
        let isAllowed = groups.allSatisfy { group in
          group.rows.map { $0.rateBits == rateBits } ?? (rateBits <= 4)
        }
        guard isAllowed,
          let queries = queries(rowBits: rowBits, rateBits: rateBits, levels: end.levels)
        else { continue }
        let code = RowCode(rowBits: rowBits, rateBits: rateBits, queries: queries)
        let cost = groups.reduce(0) { $0 + self.cost(of: $1, code) }
        if best.map({ cost < $0.cost }) ?? true { best = (cost, code) }
      }
      guard let best else { return nil }
      plan.cost += best.cost
      codes[rowBits] = best.code
      let rowCount = groups.flatMap(\.elementCounts).reduce(0) {
        $0 + ($1 + (1 << rowBits) - 1) >> rowBits
      }
      rounds = max(rounds, RowStack.bits(rowCount))
    }
    plan.cost += size.rounds(rounds)
    plan.codes = lengths.compactMap { codes[$0] }
    return plan
  }

  /// The columns that are opened of a group, and what it takes to encode it: an eighth for oracles
  /// that are committed to once, since what is opened of them may have to be computed again.
  private func cost(of group: Group, _ code: RowCode) -> Int {
    func price(_ elementCounts: [Int]) -> Int {
      elementCounts.reduce(0) {
        $0
          + self.price(
            rowCount: ($1 + (1 << code.rowBits) - 1) >> code.rowBits,
            codeBits: code.rowBits + code.rateBits)
      }
    }
    return size.rows(elementCounts: group.elementCounts, code)
      + (price(group.elementCounts) + 7 * price(group.encodedElementCounts)) / 8
  }

  /// Rows are encoded eight at a time; hashing a column costs as much as encoding twelve elements,
  /// whatever their number, and with a salt as many again.
  private func price(rowCount: Int, codeBits: Int) -> Int {
    let hashing = demand.hiddenOpeningCount > 0 ? 24 : 12
    return (((rowCount + 7) / 8 * 8 + hashing) * demand.bytesPerMebiElement << codeBits) >> 20
  }

  /// Either sends the vector that rows of these lengths, the longest first, fold to, or cuts it
  /// into rows and goes on with one that is shorter.
  private mutating func end(_ lengths: [Int]) -> (cost: Int, levels: [Level]) {
    if let known = ends[lengths] { return known }
    let (longest, shortest) = (lengths[0], lengths[lengths.count - 1])
    let count = lengths.reduce(0) { $0 + 1 << $1 }
    var best = (cost: size.last(count: count), levels: [Level]())
    let least = max(1, longest - shortest)
    let most = min(longest, 10)
    for split in least...max(least, most) where split <= most {
      let messageBits = longest - split
      let rest = end([messageBits])
      for rateBits in 1...6 where messageBits + rateBits <= twoAdicity {
        let level = Level(
          splitBits: split, rateBits: rateBits, queries: queries(rateBits: rateBits))
        let rowCount = count >> messageBits
        let cost =
          size.level(level, rowCount: rowCount, messageBits: messageBits) + rest.cost
          + price(
            rowCount: size.baseElementsPerElement * rowCount, codeBits: messageBits + rateBits)
        if cost < best.cost { best = (cost, [level] + rest.levels) }
      }
    }
    ends[lengths] = best
    return best
  }
}
