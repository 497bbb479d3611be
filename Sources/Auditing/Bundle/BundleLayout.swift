internal import AssayCryptography
public import AssaySpecification
internal import AssayTraining

/// Where everything in a bundle stands: a function of the spec, the claim's segment and the draw.
///
/// A bundle is the one file in which a provider answers a challenge. Integers are little-endian;
/// r is the number of opened records, k that of drawn intervals.
///
/// | bytes | what |
/// |---|---|
/// | 16 | "assay.bundle.v1" and a zero |
/// | 32 | identity of the claim |
/// | 32 | seed of the draw |
/// | 4 | k |
/// | 8·k | the drawn intervals, ascending |
/// | 131·r | per opened record, ascending: the record (99) and what its salt opens to (32) |
/// | 4 | number of nodes |
/// | 32 each | nodes of the `MultiProof` that the records are in the claimed trace |
/// | … | per drawn interval: its start state, then the contents root (32) of each end tensor |
/// | … | the last state, which is the artefact |
///
/// Opened are record 0, the last record, and records i and i + 1 of each drawn interval i. States
/// are safetensors files in their canonical writing, whose length follows from the spec. The spec's
/// initial state is not sent.
public struct BundleLayout: Sendable {
  /// The first bytes of every bundle.
  public static let magic = Array("assay.bundle.v1\0".utf8)
  static let fixedByteCount = 16 + 32 + 32 + 4
  static let openedRecordByteCount = TraceRecord.byteCount + Digest.byteCount

  public let spec: Spec
  /// What the claim covers.
  public let segment: Segment
  let stateLayout: StateLayout
  /// The drawn intervals, ascending.
  public let intervals: [Int]
  /// The opened records, ascending.
  public let recordIndices: [Int]
  /// Records in the trace.
  public var traceSize: Int { Int(segment.traceSize) }
  /// Where each interval's part starts, from the end of the nodes; last where the artefact starts.
  private let partOffsets: [Int]
  private let artefactByteCount: Int

  /// The layout of the answer to a draw over a segment of the spec.
  ///
  /// - Precondition: the drawn intervals lie in the segment.
  public init(spec: Spec, segment: Segment, intervals: [Int]) {
    precondition(
      intervals.allSatisfy { (0..<segment.intervalCount).contains($0) }, "intervals of it")
    self.spec = spec
    self.segment = segment
    self.intervals = intervals
    let layout = spec.stateLayout
    stateLayout = layout
    recordIndices = Set(intervals.flatMap { [$0, $0 + 1] } + [0, segment.intervalCount]).sorted()
    var sizes = StateSizes(layout: layout)
    let tableByteCount = layout.rootCount * Digest.byteCount
    var offset = 0
    var offsets: [Int] = []
    for interval in intervals {
      offsets.append(offset)
      let step = segment.step(ofRecord: interval)
      let start = step == 0 ? 0 : sizes.byteCount(step: step)
      offset += start + tableByteCount
    }
    offsets.append(offset)
    partOffsets = offsets
    artefactByteCount = sizes.byteCount(step: segment.lastStep)
  }

  /// Bytes up to the end of the opened records.
  var recordsEnd: Int { recordsStart + recordIndices.count * Self.openedRecordByteCount }

  /// Where the opened records start.
  var recordsStart: Int { Self.fixedByteCount + 8 * intervals.count }

  /// Where the nodes start.
  var nodesStart: Int { recordsEnd + 4 }

  /// More nodes than these no proof of so many records has.
  var nodeLimit: Int { 64 * recordIndices.count }

  private func partsStart(nodeCount: Int) -> Int { nodesStart + nodeCount * Digest.byteCount }

  /// Bytes of the whole bundle.
  public func byteCount(nodeCount: Int) -> Int {
    artefactRange(nodeCount: nodeCount).upperBound
  }

  /// Whether the start state of interval `index` is in the bundle.
  func sendsStart(of index: Int) -> Bool { segment.step(ofRecord: index) != 0 }

  /// Where the start state of the drawn interval at `position` stands; nil where it is not sent.
  func startStateRange(at position: Int, nodeCount: Int) -> Range<Int>? {
    guard sendsStart(of: intervals[position]) else { return nil }
    let start = partsStart(nodeCount: nodeCount) + partOffsets[position]
    return start..<tableRange(at: position, nodeCount: nodeCount).lowerBound
  }

  /// Where the contents roots of the end of the drawn interval at `position` stand.
  func tableRange(at position: Int, nodeCount: Int) -> Range<Int> {
    let end = partsStart(nodeCount: nodeCount) + partOffsets[position + 1]
    return end - stateLayout.rootCount * Digest.byteCount..<end
  }

  /// Where the artefact stands.
  func artefactRange(nodeCount: Int) -> Range<Int> {
    let start = partsStart(nodeCount: nodeCount) + (partOffsets.last ?? 0)
    return start..<start + artefactByteCount
  }

  /// The first drawn interval that a bundle of `byteCount` bytes does not hold whole.
  func firstMissing(byteCount: Int, nodeCount: Int) -> Int? {
    intervals.indices.first { tableRange(at: $0, nodeCount: nodeCount).upperBound > byteCount }
      .map { intervals[$0] }
  }
}

/// Bytes of states by step: only the number of digits of the step matters.
private struct StateSizes {
  let layout: StateLayout
  private var byDigits: [Int: Int] = [:]

  init(layout: StateLayout) { self.layout = layout }

  mutating func byteCount(step: UInt64) -> Int {
    let digits = String(step).utf8.count
    if let known = byDigits[digits] { return known }
    let size = ModelState.safetensorsByteCount(step: step, layout: layout)
    byDigits[digits] = size
    return size
  }
}
