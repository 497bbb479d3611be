public import AssayCryptography
internal import AssayWire

/// What commitments and their opening look like: lengths of rows, rates, numbers of queries.
///
/// Both sides know them beforehand. They are never read from a proof: a prover who chose them would
/// choose one query.
public struct CommitmentParameters: Hashable, Sendable {
  /// The code of rows of one length.
  public struct RowCode: Hashable, Sendable {
    /// log₂ of the number of elements in a row.
    public let rowBits: Int
    /// Rows are encoded at the rate 2^−`rateBits`.
    public let rateBits: Int
    /// How many positions of the rows' code words are opened.
    public let queries: Int

    /// States a code.
    public init(rowBits: Int, rateBits: Int, queries: Int) {
      self.rowBits = rowBits
      self.rateBits = rateBits
      self.queries = queries
    }
  }

  /// One folding of the vector that the level before left.
  public struct Level: Hashable, Sendable {
    /// The vector is cut into rows, of which one remains, 2^`splitBits` times shorter than the one
    /// before; on the first level, than the longest row.
    public let splitBits: Int
    /// The rows are encoded at the rate 2^−`rateBits`.
    public let rateBits: Int
    /// How many positions of the code words are opened.
    public let queries: Int

    /// States a level.
    public init(splitBits: Int, rateBits: Int, queries: Int) {
      self.splitBits = splitBits
      self.rateBits = rateBits
      self.queries = queries
    }
  }

  /// More levels are refused.
  public static let maximumLevelCount = 16
  /// More queries on a level are refused.
  public static let maximumQueryCount = 1 << 14

  /// How rows are encoded, one code for each length, the longest first.
  public let rowCodes: [RowCode]
  /// The foldings after the rows', in their order; none for a plain Ligero opening.
  public let levels: [Level]
  /// Before each draw of positions the prover searches for a hash with this many zero bits.
  public let grindingBits: Int
  /// The most random coefficients behind those of a row, of the degree that is its length and more:
  /// they hide opened columns. 0 for a transparent opening.
  public let tailCount: Int

  /// Whether openings show nothing of the committed values but that the claims hold.
  public var isHiding: Bool { tailCount > 0 }

  /// States parameters.
  ///
  /// - Throws: `CommitmentError.parameters` for numbers outside of what an opening can be made of.
  public init(
    rowCodes: [RowCode], levels: [Level], grindingBits: Int = 0, tailCount: Int = 0
  ) throws(CommitmentError) {
    let lengths = rowCodes.map(\.rowBits)
    guard let longest = lengths.first, let shortest = lengths.last,
      zip(lengths, lengths.dropFirst()).allSatisfy({ $0 > $1 }), shortest >= 0, longest <= 30
    else {
      throw .parameters(
        reason: "expected rows of 2^30 to 2^0 elements, each length once, the longest first, found "
          + "2^b with b = \(lengths)")
    }
    guard (0...32).contains(grindingBits) else {
      throw .parameters(reason: "expected 0 to 32 bits of grinding, found \(grindingBits)")
    }
    guard (0...1 << shortest).contains(tailCount), tailCount == 0 || lengths.count == 1 else {
      throw .parameters(
        reason: "expected tails of at most 2^\(shortest) coefficients behind rows of one length, "
          + "found \(tailCount) behind rows of 2^b elements with b = \(lengths)")
    }
    guard levels.count <= Self.maximumLevelCount else {
      throw .parameters(
        reason: "expected at most \(Self.maximumLevelCount) levels, found \(levels.count)")
    }
    for code in rowCodes {
      try Self.check(rateBits: code.rateBits, queries: code.queries, level: 0)
    }
    var rest = longest
    for (index, level) in levels.enumerated() {
      try Self.check(rateBits: level.rateBits, queries: level.queries, level: index + 1)
      // The first level's rows are no longer than any below.
      let least = max(1, index == 0 ? longest - shortest : 1)
      guard least <= rest, (least...rest).contains(level.splitBits) else {
        throw .parameters(
          reason: "level \(index + 1): expected a split of \(least) to \(rest) bits, found "
            + "\(level.splitBits)")
      }
      rest -= level.splitBits
    }
    self.rowCodes = rowCodes
    self.levels = levels
    self.grindingBits = grindingBits
    self.tailCount = tailCount
  }

  /// States parameters for rows of one length.
  ///
  /// - Throws: `CommitmentError.parameters` as above.
  public init(
    rowBits: Int, rateBits: Int, queries: Int, levels: [Level], grindingBits: Int = 0,
    tailCount: Int = 0
  ) throws(CommitmentError) {
    try self.init(
      rowCodes: [RowCode(rowBits: rowBits, rateBits: rateBits, queries: queries)], levels: levels,
      grindingBits: grindingBits, tailCount: tailCount)
  }

  private static func check(
    rateBits: Int, queries: Int, level: Int
  ) throws(CommitmentError) {
    guard (1...8).contains(rateBits), (1...maximumQueryCount).contains(queries) else {
      throw .parameters(
        reason: "level \(level): expected a rate of 2^-1 to 2^-8 and 1 to "
          + "\(maximumQueryCount) queries, found 2^-\(rateBits) and \(queries)")
    }
  }

  /// One code of the opening: level 0 encodes the committed rows of one length, level i > 0 what
  /// `levels[i − 1]` cuts.
  public struct Code: Hashable, Sendable {
    /// The level's number.
    public let level: Int
    /// log₂ of the number of elements that are encoded.
    public let messageBits: Int
    /// log₂ of the number of positions.
    public let codeBits: Int
    /// How many positions are opened.
    public let queries: Int
    /// How many rows there are; 0 on level 0, whose rows follow from the layouts.
    public let rowCount: Int
    /// Rounds that fold the rows: log₂ of their number, rounded up.
    public let roundCount: Int
    /// Where the rows' part of the vector begins that all rows fold to.
    public let vectorStart: Int
    /// log₂ of that part's length, rounded up: more than `messageBits` where rows have tails.
    public let vectorBits: Int
  }

  /// The codes of the committed rows, the longest first.
  public var codesOfRows: [Code] {
    var start = 0
    return rowCodes.map { code in
      defer { start += 1 << code.rowBits }
      return Code(
        level: 0, messageBits: code.rowBits, codeBits: code.rowBits + code.rateBits,
        queries: code.queries, rowCount: 0, roundCount: 0, vectorStart: start,
        vectorBits: code.rowBits + (isHiding ? 1 : 0))
    }
  }

  /// The codes of the levels, in their order.
  public var codesOfLevels: [Code] {
    var messageBits = rowCodes[0].rowBits
    return levels.enumerated().map { index, level in
      messageBits -= level.splitBits
      let rowCount =
        index == 0
        ? (vectorCount + (1 << messageBits) - 1) >> messageBits : 1 << level.splitBits
      return Code(
        level: index + 1, messageBits: messageBits, codeBits: messageBits + level.rateBits,
        queries: level.queries, rowCount: rowCount, roundCount: RowStack.bits(rowCount),
        vectorStart: 0, vectorBits: messageBits)
    }
  }

  /// The number of elements of the vector that the committed rows fold to.
  private var vectorCount: Int { rowCodes.reduce(tailCount) { $0 + 1 << $1.rowBits } }

  /// Rounds that bind the vector that is sent in the end: log₂ of its length, rounded up.
  package var lastBits: Int { RowStack.bits(lastCount) }

  /// The number of elements of the vector that is sent in the end.
  package var lastCount: Int { codesOfLevels.last.map { 1 << $0.messageBits } ?? vectorCount }

  /// The most coefficients behind a row's own that the vector which rows fold to can have: the
  /// tails', filled up to whole rows of level 1.
  package var foldedTailCount: Int {
    guard let code = codesOfLevels.first else { return tailCount }
    let row = 1 << code.messageBits
    return (tailCount + row - 1) / row * row
  }

  /// Rows of the last oracle that belong to no column: random, one more than the `rounds` that bind
  /// the index of a row.
  package func maskCount(rounds: Int) -> Int { isHiding ? rounds + 1 : 0 }

  /// Names these parameters.
  public var digest: Digest {
    var writer = WireWriter()
    for number in [rowCodes.count, grindingBits, levels.count] {
      writer.write(UInt32(number))
    }
    for code in rowCodes {
      for number in [code.rowBits, code.rateBits, code.queries] { writer.write(UInt32(number)) }
    }
    for level in levels {
      for number in [level.splitBits, level.rateBits, level.queries] {
        writer.write(UInt32(number))
      }
    }
    if isHiding { writer.write(UInt32(tailCount)) }
    return SHA256.digest(domain: "assay.commitment-parameters.v1", [writer.bytes])
  }
}
