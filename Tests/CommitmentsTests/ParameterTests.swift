import AssayAlgebra
import AssayCommitments
import Testing

@Suite struct ParameterTests {
  typealias Level = CommitmentParameters.Level
  typealias K = GoldilocksExtension

  /// The numbers of queries for proven soundness in the unique-decoding regime, as published for
  /// 100 bits: ⌈100 / log₂(2 / (1 + ρ))⌉.
  @Test(arguments: [(1, 241), (2, 148), (3, 121), (4, 110)])
  func queriesForAHundredBits(rateBits: Int, queries: Int) {
    #expect(ErrorBound.queryCount(rateBits: rateBits, errorBits: 100) == queries)
    let bound = ErrorBound(queries: queries, rateBits: rateBits, grindingBits: 0)
    #expect(bound.bits == 100)
    #expect(ErrorBound(queries: queries - 1, rateBits: rateBits, grindingBits: 0).bits == 99)
  }

  /// log₂ 3, log₂ 5 and log₂ 17 to ten decimals: 1.5849625007, 2.3219280949, 4.0874628413.
  @Test func boundsAreJustAboveTheTruth() {
    for (numerator, digits) in [(3, 15_849_625_007), (5, 23_219_280_949), (17, 40_874_628_413)] {
      let scaled = ErrorBound(numerator: numerator, field: K.self).scaledLog2 + 128 << 16
      let exact = digits * 65536
      #expect(scaled * 10_000_000_000 >= exact)
      #expect((scaled - 6) * 10_000_000_000 < exact)
    }
    // |K| = p² is a little less than 2^128.
    for bits in 0..<62 {
      let scaled = ErrorBound(numerator: 1 << bits, field: K.self).scaledLog2
      #expect(scaled > (bits - 128) << 16)
      #expect(scaled <= (bits - 128) << 16 + 4)
    }
    // The order of BN254's scalars is 2^253.596…
    let scalars = ErrorBound(numerator: 1, field: NativeBN254Scalar.self)
    #expect(scalars.description == "2^-253.59")
  }

  @Test func boundsAddUp() {
    let one = ErrorBound(scaledLog2: -100 << 16)
    // 2^-100 + 2^-100 = 2^-99, and three quarters of 2^-99 from 2^-100 + 2^-101.
    #expect(abs(ErrorBound.sum([one, one]).scaledLog2 - -99 << 16) <= 2)
    let sum = ErrorBound.sum([one, ErrorBound(scaledLog2: -101 << 16)])
    #expect(sum.description == "2^-99.41")
    // A term far below the others does not vanish, nor does it show.
    let tiny = ErrorBound(scaledLog2: -5000 << 16)
    #expect(ErrorBound.sum([one, tiny]) >= one)
    #expect(ErrorBound.sum([one, tiny]).scaledLog2 <= one.scaledLog2 + 1)
    // √2 · 2^-100 twice: 2^-98.5.
    let half = ErrorBound(scaledLog2: -(199 << 15))
    #expect(abs(ErrorBound.sum([half, half]).scaledLog2 - -(197 << 15)) <= 2)
  }

  @Test func boundsArePrintedRoundedToTheUnsafeSide() {
    #expect(ErrorBound(scaledLog2: -100 << 16).description == "2^-100.00")
    #expect(ErrorBound(scaledLog2: -100 << 16 + 1).description == "2^-99.99")
    #expect(ErrorBound(scaledLog2: -(100 << 16 + 32768)).description == "2^-100.50")
    #expect(ErrorBound(scaledLog2: 3 << 16).description == "2^3.00")
  }

  @Test func boundsOfNothingAreNotMade() async {
    await #expect(processExitsWith: .failure) {
      _ = ErrorBound(numerator: 0, field: GoldilocksExtension.self)
    }
    await #expect(processExitsWith: .failure) {
      _ = ErrorBound.queryCount(rateBits: 33, errorBits: 100)
    }
  }

  @Test(arguments: [
    (31, 1, 1, [Level](), 0), (-1, 1, 1, [], 0), (4, 0, 1, [], 0), (4, 9, 1, [], 0),
    (4, 1, 0, [], 0), (4, 1, 1 << 15, [], 0), (4, 1, 1, [], 33), (4, 1, 1, [], -1),
    (4, 1, 1, [Level(splitBits: 5, rateBits: 1, queries: 1)], 0),
    (24, 1, 1, Array(repeating: Level(splitBits: 1, rateBits: 1, queries: 1), count: 17), 0),
    (4, 1, 1, [Level(splitBits: 0, rateBits: 1, queries: 1)], 0),
    (4, 1, 1, [Level(splitBits: 2, rateBits: 0, queries: 1)], 0),
    (4, 1, 1, [Level(splitBits: 2, rateBits: 1, queries: 0)], 0),
    (
      2, 1, 1,
      [
        Level(splitBits: 2, rateBits: 1, queries: 1),
        Level(splitBits: 1, rateBits: 1, queries: 1),
      ], 0
    ),
  ])
  func parametersThatCannotBeAreRefused(
    rowBits: Int, rateBits: Int, queries: Int, levels: [Level], grindingBits: Int
  ) {
    #expect(throws: CommitmentError.self) {
      try CommitmentParameters(
        rowBits: rowBits, rateBits: rateBits, queries: queries, levels: levels,
        grindingBits: grindingBits)
    }
  }

  @Test(arguments: [
    [], [3, 3], [3, 4], [31], [5, -1],
  ])
  func lengthsThatCannotBeAreRefused(lengths: [Int]) {
    #expect(throws: CommitmentError.self) {
      try CommitmentParameters(
        rowCodes: lengths.map { .init(rowBits: $0, rateBits: 1, queries: 1) }, levels: [])
    }
  }

  /// The first level's rows are no longer than the shortest rows below, and hidden rows have one
  /// length.
  @Test func lengthsThatDoNotFitEachOtherAreRefused() throws {
    func parameters(split: Int, rateBits: Int = 1, tailCount: Int = 0) throws {
      _ = try CommitmentParameters(
        rowCodes: [
          .init(rowBits: 6, rateBits: 1, queries: 1),
          .init(rowBits: 3, rateBits: rateBits, queries: 1),
        ], levels: [Level(splitBits: split, rateBits: 1, queries: 1)], tailCount: tailCount)
    }
    try parameters(split: 3)
    try parameters(split: 6)
    for split in [0, 2, 7] {
      #expect(throws: CommitmentError.self) { try parameters(split: split) }
    }
    #expect(throws: CommitmentError.self) { try parameters(split: 3, rateBits: 9) }
    #expect(throws: CommitmentError.self) { try parameters(split: 3, tailCount: 1) }
  }

  @Test func everyParameterChangesTheDigest() throws {
    let levels = [Level(splitBits: 2, rateBits: 3, queries: 5)]
    let parameters = try [
      CommitmentParameters(rowBits: 6, rateBits: 1, queries: 9, levels: levels),
      CommitmentParameters(rowBits: 7, rateBits: 1, queries: 9, levels: levels),
      CommitmentParameters(rowBits: 6, rateBits: 2, queries: 9, levels: levels),
      CommitmentParameters(rowBits: 6, rateBits: 1, queries: 8, levels: levels),
      CommitmentParameters(rowBits: 6, rateBits: 1, queries: 9, levels: []),
      CommitmentParameters(rowBits: 6, rateBits: 1, queries: 9, levels: levels, grindingBits: 1),
      CommitmentParameters(
        rowCodes: [
          .init(rowBits: 6, rateBits: 1, queries: 9), .init(rowBits: 4, rateBits: 1, queries: 9),
        ], levels: levels),
      CommitmentParameters(
        rowCodes: [
          .init(rowBits: 6, rateBits: 1, queries: 9), .init(rowBits: 4, rateBits: 1, queries: 8),
        ], levels: levels),
      CommitmentParameters(
        rowBits: 6, rateBits: 1, queries: 9,
        levels: [Level(splitBits: 3, rateBits: 3, queries: 5)]),
      CommitmentParameters(
        rowBits: 6, rateBits: 1, queries: 9,
        levels: [Level(splitBits: 2, rateBits: 4, queries: 5)]),
      CommitmentParameters(
        rowBits: 6, rateBits: 1, queries: 9,
        levels: [Level(splitBits: 2, rateBits: 3, queries: 6)]),
    ]
    #expect(Set(parameters.map(\.digest)).count == parameters.count)
  }

  /// 2^20 elements in rows of 2^14 at rate 1/2: 64 rows, codes of 2^15 positions.
  @Test func everyReasonForAnErrorHasItsTerm() throws {
    let layout = try OracleLayout(shapes: [[1 << 20]], rowBits: 14)
    let parameters = try CommitmentParameters(
      rowBits: 14, rateBits: 1, queries: 249,
      levels: [Level(splitBits: 6, rateBits: 3, queries: 125)])
    let terms = try parameters.securityTerms(layouts: [layout], claimCount: 5, field: K.self)
    let expected = [
      ("opening: batch of claims", ErrorBound(numerator: 4, field: K.self)),
      ("opening: fold, rows of 2^14", ErrorBound(numerator: 6 * (32768 + 2), field: K.self)),
      ("opening: queries, rows of 2^14", ErrorBound(queries: 249, rateBits: 1, grindingBits: 0)),
      ("opening: batch of queries, rows of 2^14", ErrorBound(numerator: 249, field: K.self)),
      ("opening: fold, level 1", ErrorBound(numerator: 6 * (2048 + 2), field: K.self)),
      ("opening: queries, level 1", ErrorBound(queries: 125, rateBits: 3, grindingBits: 0)),
      ("opening: batch of queries, level 1", ErrorBound(numerator: 125, field: K.self)),
      ("opening: last rounds", ErrorBound(numerator: 16, field: K.self)),
    ]
    #expect(terms == expected.map { SecurityTerm($0.0, $0.1) })
    #expect(terms[2].bound.description == "2^-103.34")
    #expect(terms[5].bound.description == "2^-103.75")
    #expect(ErrorBound.sum(terms.map(\.bound)).bits == 102)
  }

  /// 2^20 elements in rows of 2^14 beside 2^20 in rows of 2^12: 256 rows, which fold to 20 · 2^10
  /// elements, which level 1 cuts into 20 rows.
  @Test func rowsOfEachLengthHaveTheirTerms() throws {
    let layouts = try [14, 12].map { try OracleLayout(shapes: [[1 << 20]], rowBits: $0) }
    let parameters = try CommitmentParameters(
      rowCodes: [
        .init(rowBits: 14, rateBits: 1, queries: 249),
        .init(rowBits: 12, rateBits: 2, queries: 153),
      ], levels: [Level(splitBits: 4, rateBits: 3, queries: 125)])
    let terms = try parameters.securityTerms(layouts: layouts, claimCount: 5, field: K.self)
    let expected = [
      ("opening: batch of claims", ErrorBound(numerator: 4, field: K.self)),
      ("opening: fold, rows of 2^14", ErrorBound(numerator: 8 * (32768 + 2), field: K.self)),
      ("opening: queries, rows of 2^14", ErrorBound(queries: 249, rateBits: 1, grindingBits: 0)),
      ("opening: batch of queries, rows of 2^14", ErrorBound(numerator: 249, field: K.self)),
      ("opening: fold, rows of 2^12", ErrorBound(numerator: 8 * (16384 + 2), field: K.self)),
      ("opening: queries, rows of 2^12", ErrorBound(queries: 153, rateBits: 2, grindingBits: 0)),
      ("opening: batch of queries, rows of 2^12", ErrorBound(numerator: 153, field: K.self)),
      ("opening: fold, level 1", ErrorBound(numerator: 5 * (8192 + 2), field: K.self)),
      ("opening: queries, level 1", ErrorBound(queries: 125, rateBits: 3, grindingBits: 0)),
      ("opening: batch of queries, level 1", ErrorBound(numerator: 125, field: K.self)),
      ("opening: last rounds", ErrorBound(numerator: 20, field: K.self)),
    ]
    #expect(terms == expected.map { SecurityTerm($0.0, $0.1) })
  }
}

@Suite struct PlanTests {
  typealias Demand = CommitmentParameters.Demand
  typealias K = GoldilocksExtension

  private func sum(_ parameters: CommitmentParameters, _ counts: [Int]) throws -> ErrorBound {
    let layouts = try counts.map {
      try OracleLayout(shapes: [[$0]], rowBits: parameters.rowCodes[0].rowBits)
    }
    let terms = try parameters.securityTerms(layouts: layouts, claimCount: 1000, field: K.self)
    return ErrorBound.sum(terms.map(\.bound))
  }

  @Test(arguments: [
    [1], [100, 100, 3000], [247_000, 247_000, 250_000], [247_000, 247_000, 250_000, 7_940_000],
    [40_000_000, 40_000_000, 40_000_000, 47_000_000],
  ])
  func plansReachTheLevelThatIsAskedFor(counts: [Int]) throws {
    for securityBits in [80, 100] {
      let parameters = try CommitmentParameters.plan(
        Demand([.init(elementCounts: counts)], securityBits: securityBits),
        field: GoldilocksExtension.self)
      #expect(try sum(parameters, counts).bits >= securityBits, "\(parameters)")
    }
  }

  /// The goals: 300 kB for a step of LeNet, 0.5 MB with 10,000 examples of 794 numbers to choose
  /// from, 1.2 MB for 80 million elements.
  @Test(arguments: [
    ([247_000, 247_000, 250_000], 300_000), ([247_000, 247_000, 250_000, 7_940_000], 500_000),
    ([40_000_000, 40_000_000, 38_000_000], 1_200_000),
  ])
  func plannedProofsAreShort(counts: [Int], limit: Int) throws {
    let parameters = try CommitmentParameters.plan(
      Demand([.init(elementCounts: counts, encodedElementCounts: Array(counts[1...2]))]),
      field: K.self)
    let layouts = try counts.map {
      try OracleLayout(shapes: [[$0]], rowBits: parameters.rowCodes[0].rowBits)
    }
    #expect(try parameters.expectedByteCount(layouts: layouts, field: K.self) <= limit)
  }

  @Test func grindingSparesQueries() throws {
    let counts = [247_000, 247_000, 250_000]
    let plain = try CommitmentParameters.plan(
      Demand([.init(elementCounts: counts)]), field: GoldilocksExtension.self)
    let compact = try CommitmentParameters.plan(
      Demand([.init(elementCounts: counts)], grindingBits: 16), field: GoldilocksExtension.self)
    #expect(compact.rowCodes[0].queries < plain.rowCodes[0].queries)
    #expect(compact.grindingBits == 16)
    #expect(try sum(compact, counts).bits >= 100)
  }

  @Test func rowsThatTheSpecFixesAreKept() throws {
    let parameters = try CommitmentParameters.plan(
      Demand([
        .init(elementCounts: [1 << 20, 1 << 22], rows: .init(rowBits: 13, rateBits: 3)),
        .init(elementCounts: [1 << 23], rows: .init(rowBits: 15, rateBits: 1)),
      ]), field: GoldilocksExtension.self)
    #expect(
      parameters.rowCodes
        == [(15, 1), (13, 3)].map { rowBits, rateBits in
          CommitmentParameters.RowCode(
            rowBits: rowBits, rateBits: rateBits,
            queries: ErrorBound.queryCount(rateBits: rateBits, errorBits: 103))
        })
  }

  @Test(arguments: [(-1, 2), (31, 1), (5, 0), (5, 9), (24, 8)])
  func rowsThatCannotBeAreRefused(rowBits: Int, rateBits: Int) {
    let error = #expect(throws: CommitmentError.self) {
      try CommitmentParameters.plan(
        Demand([
          .init(elementCounts: [1 << 20], rows: .init(rowBits: rowBits, rateBits: rateBits))
        ]),
        field: NativeBN254Scalar.self)
    }
    #expect(error?.description.contains("rows and a rate whose code") == true)
  }

  /// Data that are committed to once get longer rows than what each proof encodes; hidden oracles
  /// are one group, and rows of one length have one rate.
  @Test func groupsGetRowsOfTheirOwn() throws {
    let small = Demand.Group(
      elementCounts: [61_470, 61_470, 593_237], encodedElementCounts: [61_470, 593_237])
    let data = Demand.Group(elementCounts: [7_940_000], encodedElementCounts: [])
    let rows = try CommitmentParameters.rows(for: Demand([small, data]), field: K.self)
    #expect(rows[0].rowBits < rows[1].rowBits)
    let parameters = try CommitmentParameters.plan(Demand([small, data]), field: K.self)
    #expect(parameters.rowCodes.map(\.rowBits) == [rows[1].rowBits, rows[0].rowBits])
    let hidden = #expect(throws: CommitmentError.self) {
      try CommitmentParameters.plan(Demand([small, data], hiddenOpeningCount: 2), field: K.self)
    }
    #expect(hidden?.description.contains("one length for commitments that hide") == true)
    let differing = [1, 2].map { rateBits in
      Demand.Group(elementCounts: [1 << 20], rows: .init(rowBits: 12, rateBits: rateBits))
    }
    #expect(throws: CommitmentError.self) {
      try CommitmentParameters.plan(Demand(differing), field: K.self)
    }
    #expect(throws: CommitmentError.self) {
      try CommitmentParameters.plan(Demand([]), field: K.self)
    }
  }

  @Test func codesStayWithinTheFieldsSubgroup() throws {
    let parameters = try CommitmentParameters.plan(
      Demand([.init(elementCounts: [1 << 20])]), field: NativeBN254Scalar.self)
    #expect(parameters.rowCodes[0].rowBits + parameters.rowCodes[0].rateBits <= 28)
    #expect(throws: CommitmentError.self) {
      try CommitmentParameters.plan(
        Demand([.init(elementCounts: [1 << 20], rows: .init(rowBits: 27, rateBits: 2))]),
        field: NativeBN254Scalar.self)
    }
  }

  @Test(arguments: [
    ([], []), ([5, 0], [5]), ([5, -1], [5]), ([1 << 36 + 1], [5]), ([5], [0]), ([5], [Int.max]),
  ])
  func countsThatNoOracleHasAreRefused(counts: [Int], encoded: [Int]) {
    let error = #expect(throws: CommitmentError.self) {
      try CommitmentParameters.plan(
        Demand([.init(elementCounts: counts, encodedElementCounts: encoded)]), field: K.self)
    }
    #expect(error?.description.contains("1 to 2^36") == true)
  }
}
