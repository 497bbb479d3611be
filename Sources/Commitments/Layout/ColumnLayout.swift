/// One part of a column: a dyadic range of each dimension, stored without gaps.
///
/// Its index is the concatenation of the bits of its dimensions, the outer dimension most
/// significant.
public struct Block: Hashable, Sendable {
  /// The range of each dimension, the outer dimension first.
  public let ranges: [DyadicRange]
  /// log₂ of the number of elements: the sum of the ranges' bits.
  public let bits: Int
  /// Where the first element lies in the oracle's stack: a multiple of the number of elements.
  public let offset: Int

  /// How many elements there are.
  public var count: Int { 1 << bits }
}

/// Where the elements of one column, a tensor of integers, lie in the stack of an oracle.
public struct ColumnLayout: Hashable, Sendable {
  /// The dimensions, the outer one first; none for a single number.
  public let shape: [Int]
  /// The parts, in the order of their ranges: the last dimension's range changes fastest.
  public let blocks: [Block]

  /// How many elements there are.
  public var elementCount: Int { shape.reduce(1, *) }

  /// The ranges of each dimension that the blocks are made of.
  var ranges: [[DyadicRange]] { shape.map(DyadicRange.cutting) }

  /// Every combination of ranges, the last dimension's changing fastest.
  static func combinations(of shape: [Int]) -> [[DyadicRange]] {
    shape.map(DyadicRange.cutting).reduce([[]]) { combinations, ranges in
      combinations.flatMap { head in ranges.map { head + [$0] } }
    }
  }
}
