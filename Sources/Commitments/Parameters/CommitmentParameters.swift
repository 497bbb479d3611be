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

  /// States parameters.
  ///
  /// - Throws: `CommitmentError.parameters` for numbers outside of what an opening can be made of.
  public init(
    rowBits: Int, rateBits: Int, queries: Int, levels: [Level], grindingBits: Int = 0
  ) throws(CommitmentError) {
    guard (0...30).contains(rowBits) else {
      throw .parameters(reason: "expected rows of 2^0 to 2^30 elements, found 2^\(rowBits)")
    }
    guard (0...32).contains(grindingBits) else {
      throw .parameters(reason: "expected 0 to 32 bits of grinding, found \(grindingBits)")
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
    /// log₂ of the number of rows; 0 on level 0, whose rows follow from the layouts.
    public let splitBits: Int
  }

  /// The codes, level 0 first.
  public var codes: [Code] {
    var messageBits = rowBits
    var codes = [
      Code(
        level: 0, messageBits: rowBits, codeBits: rowBits + rateBits, queries: queries,
        splitBits: 0)
    ]
    for (index, level) in levels.enumerated() {
      messageBits -= level.splitBits
      codes.append(
        Code(
          level: index + 1, messageBits: messageBits, codeBits: messageBits + level.rateBits,
          queries: level.queries, splitBits: level.splitBits))
    }
    return codes
  }

  /// log₂ of the number of elements of the vector that is sent in the end.
  package var lastBits: Int { rowBits - levels.reduce(0) { $0 + $1.splitBits } }

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
    return SHA256.digest(domain: "assay.commitment-parameters.v1", [writer.bytes])
  }
}
