public import AssayAlgebra
public import AssaySumcheck
internal import CAssaySumcheckKernels

/// The leaves of a fraction sum that are all 1 / denominator, by their integers.
///
/// The denominators of a segment are constant + Σ coefficient · integer over its lanes, for a
/// lookup (α − β₄·tag) − Σ β_l·v_l. They are computed whenever they are needed, never stored.
public struct LookupSites: Sendable {
  /// Integers and their coefficient.
  public struct Lane: Sendable {
    /// Where the integers are.
    public let column: IntegerColumn
    /// The first of them; a segment of 2^bits leaves takes as many.
    public let start: Int
    /// What each is multiplied with.
    public let coefficient: GoldilocksExtension

    /// Names integers of a column.
    public init(_ column: IntegerColumn, start: Int = 0, coefficient: GoldilocksExtension) {
      self.column = column
      self.start = start
      self.coefficient = coefficient
    }
  }

  /// 2^bits leaves.
  public struct Segment: Sendable {
    /// The binary logarithm of the number of leaves.
    public let bits: Int
    /// The summand without integers.
    public let constant: GoldilocksExtension
    /// The summands with integers.
    public let lanes: [Lane]

    /// Describes leaves.
    ///
    /// - Precondition: at most 8 lanes, each with 2^bits integers from its start on.
    public init(bits: Int, constant: GoldilocksExtension, lanes: [Lane]) {
      precondition(lanes.count <= Int(ASSAY_MAXIMUM_LANES), "\(lanes.count) lanes, at most 8")
      precondition(
        (0...32).contains(bits)
          && lanes.allSatisfy { $0.start >= 0 && $0.start + (1 << bits) <= $0.column.count },
        "every lane has 2^\(bits) integers")
      self.bits = bits
      self.constant = constant
      self.lanes = lanes
    }
  }

  /// The segments, the largest first.
  public let segments: [Segment]
  /// Where they stand.
  public let layout: LeafLayout

  /// Lays segments of descending sizes out.
  ///
  /// - Throws: `SumcheckError.segmentOrder` and `.leafCount`.
  public init(_ segments: [Segment]) throws(SumcheckError) {
    layout = try LeafLayout(segmentBits: segments.map(\.bits))
    self.segments = segments
  }

  /// All denominators, one after the other.
  var denominators: [GoldilocksExtension] {
    segments.flatMap { segment in
      (0..<(1 << segment.bits)).map { index in
        segment.lanes.reduce(segment.constant) { sum, lane in
          sum + lane.coefficient * Goldilocks(lane.column[lane.start + index])
        }
      }
    }
  }
}

/// The sites as kernels take them.
// SAFETY: the memory belongs to this object alone, and the columns that it points into live as long
// as `sites`.
@safe final class SiteDescription {
  private let sites: LookupSites
  private let lanes: UnsafeMutableBufferPointer<assay_lane>
  private let segments: UnsafeMutableBufferPointer<assay_leaf_segment>
  private let leaves: UnsafeMutablePointer<assay_leaves>

  init(_ sites: LookupSites) {
    self.sites = sites
    let laneCount = sites.segments.reduce(0) { $0 + $1.lanes.count }
    // SAFETY: every place is initialised below, before anything reads it.
    unsafe lanes = .allocate(capacity: max(1, laneCount))
    unsafe segments = .allocate(capacity: max(1, sites.segments.count))
    unsafe leaves = .allocate(capacity: 1)
    var next = 0
    for (index, segment) in sites.segments.enumerated() {
      let first = next
      for lane in segment.lanes {
        // SAFETY: the lane has as many integers as the segment has leaves.
        unsafe lanes.initializeElement(
          at: next,
          to: assay_lane(
            values: lane.column.address(lane.start), type: lane.column.type,
            coefficient: lane.coefficient.element))
        next += 1
      }
      let place = sites.layout.segments[index]
      // SAFETY: the index is one of the segments.
      unsafe segments.initializeElement(
        at: index,
        to: assay_leaf_segment(
          start: Int64(place.start), count: Int64(1) << Int64(place.bits),
          constant: segment.constant.element, lanes: lanes.baseAddress.map { unsafe $0 + first },
          lane_count: Int32(segment.lanes.count)))
    }
    guard let base = unsafe segments.baseAddress else {
      preconditionFailure("an allocation of at least one segment has an address")
    }
    // SAFETY: one place was allocated.
    unsafe leaves.initialize(
      to: assay_leaves(
        segments: UnsafePointer(base), segment_count: Int64(sites.segments.count),
        count: Int64(sites.layout.count), bits: Int32(sites.layout.bits)))
  }

  deinit {
    // SAFETY: allocated in `init`; C structures need no deinitialising.
    unsafe lanes.deallocate()
    unsafe segments.deallocate()
    unsafe leaves.deallocate()
  }

  /// The description; valid while this object lives.
  var address: UnsafePointer<assay_leaves> {
    // SAFETY: for the time of one kernel call.
    unsafe UnsafePointer(leaves)
  }
}
