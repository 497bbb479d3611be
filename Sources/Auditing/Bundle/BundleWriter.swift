package import AssayCryptography
package import AssayEvidence
internal import AssayMerkle
package import AssaySpecification
package import AssayTraining
internal import AssayWire

/// Writes a bundle in order, and checks nothing: `BundlePacker` does, and cheats do not want it.
package struct BundleWriter {
  /// Where a bundle's bytes go.
  package typealias Sink = ([UInt8]) throws(AuditingError) -> Void

  private let layout: BundleLayout

  /// A writer of bundles of `layout`.
  package init(_ layout: BundleLayout) { self.layout = layout }

  /// The records that the bundle opens, ascending.
  package var recordIndices: [Int] { layout.recordIndices }

  /// Writes everything up to the first interval.
  ///
  /// - Parameters:
  ///   - records: all records of the trace.
  ///   - saltOpening: what the salt of a record opens to.
  package func writeHeader(
    challenge: Challenge, records: [TraceRecord], saltOpening: (UInt64) -> Digest, to sink: Sink
  ) throws(AuditingError) {
    var writer = WireWriter()
    writer.write(raw: BundleLayout.magic)
    challenge.claim.encode(to: &writer)
    challenge.draw.seed.encode(to: &writer)
    writer.write(UInt32(layout.intervals.count))
    for interval in layout.intervals { writer.write(UInt64(interval)) }
    for index in layout.recordIndices {
      writer.write(raw: records[index].bytes)
      saltOpening(UInt64(index)).encode(to: &writer)
    }
    let proof = MerkleTree.multiProof(
      forLeaves: layout.recordIndices, inLeafHashes: records.map(\.leafHash))
    writer.write(UInt32(proof.nodes.count))
    for node in proof.nodes { node.encode(to: &writer) }
    try sink(writer.bytes)
  }

  /// Writes the part of a drawn interval: its start state and the hashes of its end.
  package func writeInterval(
    _ interval: Int, start: ModelState, end: StateCommitment, to sink: Sink
  ) throws(AuditingError) {
    if layout.sendsStart(of: interval) { try sink(start.safetensors) }
    var writer = WireWriter()
    for root in end.contentsRoots { root.encode(to: &writer) }
    try sink(writer.bytes)
  }

  /// Writes the last state, which ends the bundle.
  package func writeArtefact(_ state: ModelState, to sink: Sink) throws(AuditingError) {
    try sink(state.safetensors)
  }
}
