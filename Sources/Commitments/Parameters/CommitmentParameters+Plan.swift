public import AssayAlgebra

extension CommitmentParameters {
  /// What a plan is made for.
  public struct Demand: Hashable, Sendable {
    /// How long rows are, and at which rate 2^−`rateBits` they are encoded.
    public struct Rows: Hashable, Sendable {
      /// The elements of a row, as a power of two.
      public let rowBits: Int
      /// Code words are 2^`rateBits` times as long as rows.
      public let rateBits: Int

      /// States a length of 2^`rowBits` elements and a rate.
      public init(rowBits: Int, rateBits: Int) {
        self.rowBits = rowBits
        self.rateBits = rateBits
      }
    }

    /// Oracles whose rows have one length.
    public struct Group: Hashable, Sendable {
      /// The number of elements of each oracle.
      public var elementCounts: [Int]
      /// The numbers of elements of the oracles that are encoded anew for each proof; data and the
      /// state that a proof starts from are not.
      public var encodedElementCounts: [Int]
      /// The row length and rate where a spec has fixed them, because roots depend on them.
      public var rows: Rows?

      /// States a group; all oracles are encoded unless others are named.
      public init(elementCounts: [Int], encodedElementCounts: [Int]? = nil, rows: Rows? = nil) {
        self.elementCounts = elementCounts
        self.encodedElementCounts = encodedElementCounts ?? elementCounts
        self.rows = rows
      }
    }

    /// The oracles that are opened together.
    public var groups: [Group]
    /// Each draw of queries errs with a probability of at most 2^−`queryErrorBits`.
    public var queryErrorBits: Int
    /// Bits of grinding before each draw.
    public var grindingBits: Int
    /// How many bytes of proof are worth 2²⁰ encoded base elements.
    public var bytesPerMebiElement: Int
    /// In how many openings one commitment may take part and stay hidden; 0 for transparent
    /// openings. A row's tail has as many random coefficients as all of them show of it. Oracles
    /// that are hidden are one group.
    public var hiddenOpeningCount: Int

    /// States a demand; at 100 bits in all, each draw of queries gets 103.
    public init(
      _ groups: [Group], securityBits: Int = 100, grindingBits: Int = 0,
      hiddenOpeningCount: Int = 0
    ) {
      self.groups = groups
      queryErrorBits = securityBits + 3
      self.grindingBits = grindingBits
      bytesPerMebiElement = 16 << 10
      self.hiddenOpeningCount = hiddenOpeningCount
    }
  }

  /// Chooses lengths of rows, rates and levels for the shortest proof, with a price for the
  /// prover's work.
  ///
  /// A pure function of its arguments: prover and verifier both call it.
  ///
  /// - Throws: `CommitmentError.parameters` when an oracle has no elements, or the fixed rows do
  ///   not fit the field or each other.
  public static func plan<K: ChallengeField>(
    _ demand: Demand, field: K.Type
  ) throws(CommitmentError) -> CommitmentParameters {
    let best = try best(demand, field: field)
    let codes = Set(best.codes).sorted { $0.rowBits > $1.rowBits }
    return try CommitmentParameters(
      rowCodes: codes, levels: best.levels, grindingBits: demand.grindingBits,
      tailCount: demand.hiddenOpeningCount * codes[0].queries)
  }

  /// Chooses the rows of each group of oracles.
  ///
  /// - Throws: as `plan`.
  public static func rows<K: ChallengeField>(
    for demand: Demand, field: K.Type
  ) throws(CommitmentError) -> [Demand.Rows] {
    try best(demand, field: field).codes.map {
      Demand.Rows(rowBits: $0.rowBits, rateBits: $0.rateBits)
    }
  }

  private static func best<K: ChallengeField>(
    _ demand: Demand, field: K.Type
  ) throws(CommitmentError) -> OpeningPlanner.Plan {
    let counts = 1...OracleLayout.maximumElementCount
    guard !demand.groups.isEmpty,
      demand.groups.allSatisfy({
        !$0.elementCounts.isEmpty && $0.elementCounts.allSatisfy(counts.contains)
          && $0.encodedElementCounts.allSatisfy(counts.contains)
      })
    else {
      throw .parameters(
        reason: "expected oracles with 1 to 2^36 elements, found "
          + "\(demand.groups.map(\.elementCounts)), of which "
          + "\(demand.groups.map(\.encodedElementCounts)) are encoded")
    }
    guard demand.groups.count == 1 || demand.hiddenOpeningCount == 0 else {
      throw .parameters(reason: "expected rows of one length for commitments that hide")
    }
    var planner = OpeningPlanner(
      demand: demand, twoAdicity: K.Base.twoAdicity, size: OpeningSize(field))
    guard let best = planner.best() else {
      throw .parameters(
        reason: "expected rows and a rate whose code has at most 2^\(K.Base.twoAdicity) positions, "
          + "one rate for rows of one length"
          + (demand.hiddenOpeningCount > 0
            ? ", and rows as long as \(demand.hiddenOpeningCount) openings' tails" : ""))
    }
    return best
  }
}
