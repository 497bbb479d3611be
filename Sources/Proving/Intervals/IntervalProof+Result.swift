public import AssayCryptography
internal import AssayMerkle
public import AssaySpecification
public import AssayVerification

extension IntervalProof {
  /// The file that proves `interval` of a run whose trace has these records.
  ///
  /// - Parameters:
  ///   - before: the commitment to the state that the interval starts from.
  ///   - saltOpening: what the salt of a record opens to.
  public init(
    of interval: Int, from before: StateCommitment, _ result: IntervalProver.Result,
    records: [TraceRecord], saltOpening: (UInt64) -> Digest
  ) {
    let hashes = records.map(\.leafHash)
    func opening(_ index: Int) -> Opening {
      Opening(
        record: records[index],
        inclusion: MerkleTree.inclusionProof(forLeaf: index, inLeafHashes: hashes),
        saltOpening: saltOpening(UInt64(index)))
    }
    self.init(
      interval: UInt64(interval), first: opening(0), last: opening(records.count - 1),
      before: End(opening: opening(interval), contentsRoots: before.contentsRoots),
      after: End(opening: opening(interval + 1), contentsRoots: result.end.contentsRoots),
      joints: result.statements.dropLast().map(\.end), proofs: result.proofs)
  }
}
