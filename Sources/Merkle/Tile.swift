/// Where a tile of hashes, or a bundle of entries, stands in a log: C2SP tlog-tiles.
///
///     tile/0/x001/x234/067        256 hashes of leaves, from leaf 256 · 1,234,067
///     tile/1/000.p/17             17 hashes, each the root over a full tile of level 0
///     tile/entries/x001/234.p/5   5 entries
///
/// A tile of level l holds the roots of perfect subtrees of 256ˡ leaves.
public struct Tile: Hashable, Sendable {
  /// How many hashes a full tile has.
  public static let fullWidth = 256
  /// Subtrees of 256⁸ leaves or more are in no tree whose size has 64 bits.
  static let levelCount = 8

  /// 0 for the hashes of leaves; at most 7.
  public let level: Int
  /// Which tile of its level, from 0.
  public let index: UInt64
  /// How many hashes it has: 256 for a full tile, less for a partial one.
  public let width: Int

  /// A tile.
  ///
  /// - Precondition: the level is from 0 to 7, the width from 1 to 256, and the tile lies in a tree
  ///   whose size has 64 bits.
  public init(level: Int, index: UInt64, width: Int = Tile.fullWidth) {
    precondition((0..<Self.levelCount).contains(level), "a level from 0 to 7")
    precondition((1...Self.fullWidth).contains(width), "a width from 1 to 256")
    precondition(index >> UInt64(56 - 8 * level) == 0, "a tile of a tree whose size has 64 bits")
    self.level = level
    self.index = index
    self.width = width
  }

  /// The tile of a level that holds a hash, as wide as it is in a tree of this size; nil where the
  /// tree has no such hash.
  ///
  /// - Parameter position: which hash of the level, from 0.
  public init?(level: Int, holding position: UInt64, inTreeOfSize size: UInt64) {
    guard (0..<Self.levelCount).contains(level) else { return nil }
    let count = size >> UInt64(8 * level)
    guard position < count else { return nil }
    let index = position / UInt64(Self.fullWidth)
    self.init(
      level: level, index: index,
      width: Int(min(count - index * UInt64(Self.fullWidth), UInt64(Self.fullWidth))))
  }

  /// Whether it can still grow.
  public var isPartial: Bool { width < Self.fullWidth }

  /// The path of its hashes below the log's prefix.
  public var path: String { "tile/\(level)/\(place)" }

  /// The path of the entries whose leaf hashes a tile of level 0 holds.
  public var entriesPath: String { "tile/entries/\(place)" }

  /// The index in groups of three digits, and the width of a partial tile.
  private var place: String {
    var groups = [Self.padded(index % 1000)]
    var rest = index / 1000
    while rest > 0 {
      groups.append("x" + Self.padded(rest % 1000))
      rest /= 1000
    }
    return groups.reversed().joined(separator: "/") + (isPartial ? ".p/\(width)" : "")
  }

  private static func padded(_ group: UInt64) -> String {
    let digits = String(group)
    return String(repeating: "0", count: 3 - digits.count) + digits
  }
}
