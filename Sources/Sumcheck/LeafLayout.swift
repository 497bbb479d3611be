public import AssayAlgebra

/// Where segments of leaves stand in a fraction sum.
///
/// Segment s has 2^bits leaves; the segments follow one another in order of descending size, so
/// each starts at a multiple of its size. Behind the last one stand neutral leaves 0 / 1 up to the
/// next power of two.
public struct LeafLayout: Hashable, Sendable {
  /// One block of leaves.
  public struct Segment: Hashable, Sendable {
    /// The index of its first leaf.
    public let start: Int
    /// It has 2^bits leaves.
    public let bits: Int
  }

  /// More leaves are refused: counts of equal leaves must stay far below the field's order.
  public static let maximumLeafCount = 1 << 32

  /// The segments, in the order of their leaves.
  public let segments: [Segment]
  /// How many leaves are not neutral.
  public let count: Int
  /// The tree has 2^bits leaves, the least power of two that holds all (at least one leaf).
  public let bits: Int

  /// Lays segments of 2^b leaves out, for each b of a descending list.
  ///
  /// - Throws: `SumcheckError.segmentOrder` and `.leafCount`.
  public init(segmentBits: [Int]) throws(SumcheckError) {
    var segments: [Segment] = []
    var count = 0
    for (index, bits) in segmentBits.enumerated() {
      guard bits >= 0, bits <= segments.last?.bits ?? bits else {
        throw .segmentOrder(index: index, bits: bits)
      }
      guard bits <= 32, count + (1 << bits) <= Self.maximumLeafCount else {
        throw .leafCount(limit: Self.maximumLeafCount)
      }
      segments.append(Segment(start: count, bits: bits))
      count += 1 << bits
    }
    self.segments = segments
    self.count = count
    bits = count <= 1 ? 0 : Int.bitWidth - (count - 1).leadingZeroBitCount
  }

  /// The coordinates of a point over all leaves that run within a segment.
  public func inner<K: ChallengeField>(_ segment: Segment, at point: [K]) -> [K] {
    Array(point.suffix(segment.bits))
  }

  /// The weight of a segment at a point: its values there are weight · (its own extension at
  /// `inner`).
  ///
  /// - Precondition: the point has `bits` coordinates.
  public func weight<K: ChallengeField>(_ segment: Segment, at point: [K]) -> K {
    Multilinear.eqAtIndex(
      Array(point.dropLast(segment.bits)), index: segment.start >> segment.bits)
  }

  /// The multilinear extension of [leaf is not neutral].
  ///
  /// It is the numerators' extension when all of them are one, and what the neutral leaves add to
  /// the denominators is one minus it.
  public func occupied<K: ChallengeField>(at point: [K]) -> K {
    Multilinear.prefixIndicator(count: count, at: point)
  }
}
