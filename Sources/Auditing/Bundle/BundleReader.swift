internal import AssayCryptography
internal import AssayFiles
internal import AssayMerkle
internal import AssaySpecification
internal import AssayTraining
internal import AssayWire

/// Reads a bundle part by part.
///
/// What a bundle must hold is known before it is opened, so nothing is allocated from a length
/// that it states, and one state at a time is in memory.
///
/// - Soundness: the parts have the right shape; what they say is checked by `Audit`.
struct BundleReader {
  let layout: BundleLayout
  let drawSeed: Digest
  private let source: any BundleSource
  private let nodeCount: Int

  /// Opens a bundle and checks its header and its size.
  init(
    _ source: any BundleSource, layout: BundleLayout, claim: Digest, drawSeed: Digest
  ) throws(BundleError) {
    self.source = source
    self.layout = layout
    self.drawSeed = drawSeed
    guard source.byteCount >= layout.nodesStart else {
      throw .truncated(
        expected: layout.nodesStart, found: source.byteCount, interval: layout.intervals.first)
    }
    try Self.checkHeader(
      Self.read(source, 0..<layout.recordsStart), layout, claim: claim, drawSeed: drawSeed)
    var reader = WireReader(try Self.read(source, layout.recordsEnd..<layout.nodesStart))
    nodeCount = Int(try Self.decode { () throws(WireError) in try reader.readUInt32() })
    guard nodeCount <= layout.nodeLimit else {
      throw .nodeCount(limit: layout.nodeLimit, found: nodeCount)
    }
    let expected = layout.byteCount(nodeCount: nodeCount)
    guard source.byteCount >= expected else {
      throw .truncated(
        expected: expected, found: source.byteCount,
        interval: layout.firstMissing(byteCount: source.byteCount, nodeCount: nodeCount))
    }
    guard source.byteCount == expected else {
      throw .trailingBytes(expected: expected, found: source.byteCount)
    }
  }

  private static func checkHeader(
    _ bytes: [UInt8], _ layout: BundleLayout, claim: Digest, drawSeed: Digest
  ) throws(BundleError) {
    var reader = WireReader(bytes)
    guard
      try decode({ () throws(WireError) in try reader.readBytes(count: 16) })
        == BundleLayout.magic
    else { throw .notABundle }
    let foundClaim = try decode { () throws(WireError) in try Digest(decoding: &reader) }
    guard foundClaim == claim else { throw .otherClaim(expected: claim, found: foundClaim) }
    let foundSeed = try decode { () throws(WireError) in try Digest(decoding: &reader) }
    guard foundSeed == drawSeed else { throw .otherDraw(expected: drawSeed, found: foundSeed) }
    guard
      try decode({ () throws(WireError) in try reader.readUInt32() })
        == UInt32(layout.intervals.count)
    else { throw .otherIntervals }
    for interval in layout.intervals {
      guard try decode({ () throws(WireError) in try reader.readUInt64() }) == UInt64(interval)
      else { throw .otherIntervals }
    }
  }

  /// The opened records, in the order of their indices, with the bytes of each.
  func openedRecords() throws(BundleError) -> [(bytes: [UInt8], saltOpening: Digest)] {
    var reader = WireReader(try read(layout.recordsStart..<layout.recordsEnd))
    var records: [(bytes: [UInt8], saltOpening: Digest)] = []
    records.reserveCapacity(layout.recordIndices.count)
    for _ in layout.recordIndices {
      records.append(
        try Self.decode { () throws(WireError) in
          (try reader.readBytes(count: TraceRecord.byteCount), try Digest(decoding: &reader))
        })
    }
    return records
  }

  /// The proof that the opened records are in a trace.
  func proof() throws(BundleError) -> MultiProof {
    let end = layout.nodesStart + nodeCount * Digest.byteCount
    return MultiProof(
      treeSize: UInt64(layout.traceSize), leafIndices: layout.recordIndices.map(UInt64.init),
      nodes: try digests(layout.nodesStart..<end))
  }

  /// The file of the start state of the drawn interval at `position`; nil where it is
  /// not sent.
  func startState(at position: Int) throws(BundleError) -> [UInt8]? {
    guard let range = layout.startStateRange(at: position, nodeCount: nodeCount) else { return nil }
    return try read(range)
  }

  /// The contents roots of the end of the drawn interval at `position`.
  func endContentsRoots(at position: Int) throws(BundleError) -> [Digest] {
    try digests(layout.tableRange(at: position, nodeCount: nodeCount))
  }

  /// The file of the last state.
  func artefact() throws(BundleError) -> [UInt8] {
    try read(layout.artefactRange(nodeCount: nodeCount))
  }

  private func digests(_ range: Range<Int>) throws(BundleError) -> [Digest] {
    var reader = WireReader(try read(range))
    var digests: [Digest] = []
    digests.reserveCapacity(range.count / Digest.byteCount)
    while reader.remaining > 0 {
      digests.append(try Self.decode { () throws(WireError) in try Digest(decoding: &reader) })
    }
    return digests
  }

  private func read(_ range: Range<Int>) throws(BundleError) -> [UInt8] {
    try Self.read(source, range)
  }

  private static func read(
    _ source: any BundleSource, _ range: Range<Int>
  ) throws(BundleError) -> [UInt8] {
    do throws(FileError) {
      return try source.read(at: range.lowerBound, count: range.count)
    } catch {
      throw .unreadable(error)
    }
  }

  /// Reads from a part whose bytes are there: its length was checked, so it cannot be too short.
  private static func decode<Value>(
    _ body: () throws(WireError) -> Value
  ) throws(BundleError) -> Value {
    do throws(WireError) {
      return try body()
    } catch {
      throw .notABundle
    }
  }
}
