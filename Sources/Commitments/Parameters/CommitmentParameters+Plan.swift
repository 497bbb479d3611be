public import AssayAlgebra

extension CommitmentParameters {
  /// What a plan is made for.
  public struct Demand: Hashable, Sendable {
    /// The number of elements of each oracle that is opened.
    public var elementCounts: [Int]
    /// The numbers of elements of the oracles that are encoded anew for each proof; data and the
    /// state that a proof starts from are not.
    public var encodedElementCounts: [Int]
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
    /// In how many openings one commitment may take part and stay hidden; 0 for transparent
    /// openings. A row's tail has as many random coefficients as all of them show of it.
    public var hiddenOpeningCount: Int

    private var rows: Rows?
    private struct Rows: Hashable, Sendable {
      var rowBits: Int
      var rateBits: Int
    }

    /// States a demand; at 100 bits in all, each draw of queries gets 103.
    public init(
      elementCounts: [Int], encodedElementCounts: [Int]? = nil, securityBits: Int = 100,
      fixedRows: (rowBits: Int, rateBits: Int)? = nil, grindingBits: Int = 0,
      hiddenOpeningCount: Int = 0
    ) {
      self.elementCounts = elementCounts
      self.encodedElementCounts = encodedElementCounts ?? elementCounts
      queryErrorBits = securityBits + 3
      self.grindingBits = grindingBits
      bytesPerMebiElement = 16 << 10
      self.hiddenOpeningCount = hiddenOpeningCount
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
    let counts = 1...OracleLayout.maximumElementCount
    guard !demand.elementCounts.isEmpty, demand.elementCounts.allSatisfy(counts.contains),
      demand.encodedElementCounts.allSatisfy(counts.contains)
    else {
      throw .parameters(
        reason: "expected oracles with 1 to 2^36 elements, found \(demand.elementCounts), of "
          + "which \(demand.encodedElementCounts) are encoded")
    }
    var planner = OpeningPlanner(
      demand: demand, twoAdicity: K.Base.twoAdicity, size: OpeningSize(field))
    guard let best = planner.best() else {
      throw .parameters(
        reason: "expected rows and a rate whose code has at most 2^\(K.Base.twoAdicity) positions"
          + (demand.hiddenOpeningCount > 0
            ? ", and rows as long as \(demand.hiddenOpeningCount) openings' tails" : ""))
    }
    return try CommitmentParameters(
      rowBits: best.rowBits, rateBits: best.rateBits, queries: best.queries, levels: best.levels,
      grindingBits: demand.grindingBits, tailCount: demand.hiddenOpeningCount * best.queries)
  }
}
