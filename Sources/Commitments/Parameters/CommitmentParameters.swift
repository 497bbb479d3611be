public import AssayCryptography
internal import AssayWire

/// What a commitment and its opening look like: row length, rates, numbers of queries.
///
/// Both sides know them beforehand. They are never read from a proof: a prover who chose them would
/// choose one query.
public struct CommitmentParameters: Hashable, Sendable {
  /// One folding of the vector that the level before left.
  public struct Level: Hashable, Sendable {
    /// The vector is cut into 2^`splitBits` rows, of which one remains.
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

  /// log₂ of the number of elements in a row.
  public let rowBits: Int
  /// The rows are encoded at the rate 2^−`rateBits`.
  public let rateBits: Int
  /// How many positions of the rows' code words are opened.
  public let queries: Int
  /// The foldings after the rows', in their order; none for a plain Ligero opening.
  public let levels: [Level]
  /// Before each draw of positions the prover searches for a hash with this many zero bits.
  public let grindingBits: Int
  /// The most random coefficients behind those of a row, of degree 2^`rowBits` and more: they hide
  /// opened columns. 0 for a transparent opening.
  public let tailCount: Int

  /// Whether openings show nothing of the committed values but that the claims hold.
  public var isHiding: Bool { tailCount > 0 }

  /// States parameters.
  ///
  /// - Throws: `CommitmentError.parameters` for numbers outside of what an opening can be made of.
  public init(
    rowBits: Int, rateBits: Int, queries: Int, levels: [Level], grindingBits: Int = 0,
    tailCount: Int = 0
  ) throws(CommitmentError) {
    guard (0...30).contains(rowBits) else {
      throw .parameters(reason: "expected rows of 2^0 to 2^30 elements, found 2^\(rowBits)")
    }
    guard (0...32).contains(grindingBits) else {
      throw .parameters(reason: "expected 0 to 32 bits of grinding, found \(grindingBits)")
    }
    guard (0...1 << rowBits).contains(tailCount) else {
      throw .parameters(
        reason: "expected tails of at most 2^\(rowBits) coefficients, found \(tailCount)")
    }
    guard levels.count <= Self.maximumLevelCount else {
      throw .parameters(
        reason: "expected at most \(Self.maximumLevelCount) levels, found \(levels.count)")
    }
    let rows = Level(splitBits: 1, rateBits: rateBits, queries: queries)
    var rest = rowBits
    for (index, level) in ([rows] + levels).enumerated() {
      guard (1...8).contains(level.rateBits), (1...Self.maximumQueryCount).contains(level.queries)
      else {
        throw .parameters(
          reason: "level \(index): expected a rate of 2^-1 to 2^-8 and 1 to "
            + "\(Self.maximumQueryCount) queries, found 2^-\(level.rateBits) and \(level.queries)")
      }
      if index > 0 {
        guard (1...max(1, rest)).contains(level.splitBits), rest > 0 else {
          throw .parameters(
            reason: "level \(index): expected a split of 1 to \(rest) bits, found "
              + "\(level.splitBits)")
        }
        rest -= level.splitBits
      }
    }
    self.rowBits = rowBits
    self.rateBits = rateBits
    self.queries = queries
    self.levels = levels
    self.grindingBits = grindingBits
    self.tailCount = tailCount
  }

  /// One code of the opening: level 0 encodes the committed rows, level i > 0 what
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
    /// log₂ of the length of the vector that the rows fold to, rounded up: more than `messageBits`
    /// where rows have tails.
    public let vectorBits: Int
  }

  /// The codes, level 0 first.
  public var codes: [Code] {
    var messageBits = rowBits
    var codes = [
      Code(
        level: 0, messageBits: rowBits, codeBits: rowBits + rateBits, queries: queries,
        rowCount: 0, roundCount: 0, vectorBits: rowBits + (isHiding ? 1 : 0))
    ]
    for (index, level) in levels.enumerated() {
      messageBits -= level.splitBits
      // The tails' part of the vector makes up further rows of level 1.
      let tail = index == 0 ? (tailCount + (1 << messageBits) - 1) >> messageBits : 0
      codes.append(
        Code(
          level: index + 1, messageBits: messageBits, codeBits: messageBits + level.rateBits,
          queries: level.queries, rowCount: 1 << level.splitBits + tail,
          roundCount: level.splitBits + (tail > 0 ? 1 : 0), vectorBits: messageBits))
    }
    return codes
  }

  /// Rounds that bind the vector that is sent in the end: log₂ of its length, rounded up.
  package var lastBits: Int {
    rowBits - levels.reduce(0) { $0 + $1.splitBits } + (isHiding && levels.isEmpty ? 1 : 0)
  }

  /// The number of elements of the vector that is sent in the end.
  package var lastCount: Int {
    levels.isEmpty ? 1 << rowBits + tailCount : 1 << lastBits
  }

  /// The most coefficients behind 2^`rowBits` that the vector which rows fold to can have: the
  /// tails', filled up to whole rows of level 1.
  package var foldedTailCount: Int {
    guard let level = levels.first else { return tailCount }
    let row = 1 << (rowBits - level.splitBits)
    return (tailCount + row - 1) / row * row
  }

  /// Rows of the last oracle that belong to no column: random, one more than the `rounds` that bind
  /// the index of a row.
  package func maskCount(rounds: Int) -> Int { isHiding ? rounds + 1 : 0 }

  /// Names these parameters.
  public var digest: Digest {
    var writer = WireWriter()
    for number in [rowBits, rateBits, queries, grindingBits, levels.count] {
      writer.write(UInt32(number))
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
