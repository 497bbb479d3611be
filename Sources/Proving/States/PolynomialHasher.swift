internal import AssayCommitments
public import AssayCryptography
internal import AssayFieldVectors
public import AssayMerkle
public import AssaySpecification
internal import AssayTraining

/// Commits to states by chunk trees and, where a spec wants proofs, as polynomials.
public struct PolynomialHasher: StateHasher {
  private let chunks: any LeafHasher
  private let arithmetic: GoldilocksArithmetic

  /// Hashes chunks as `chunks` does.
  public init(_ chunks: any LeafHasher) {
    self.chunks = chunks
    arithmetic = GoldilocksArithmetic()
  }

  public func contentsRoot(of contents: RawSpan, descriptor: Digest) -> Digest {
    chunks.contentsRoot(of: contents, descriptor: descriptor)
  }

  public var commitsToPolynomials: Bool { true }

  public func polynomialRoot(of contents: [[UInt8]], layout: StateLayout) -> Digest {
    guard let polynomial = layout.polynomial else {
      preconditionFailure("a layout with a polynomial layout")
    }
    let columns = polynomial.columns.map { column in
      RowMatrix.Values.int64(
        ModelState.integers(
          contents[column.tensor], as: layout.tensors[column.tensor].elementType))
    }
    let oracle: OracleLayout
    do {
      oracle = try OracleLayout(
        kind: "state", shapes: polynomial.columns.map(\.extents), rowBits: polynomial.rowBits)
    } catch {
      // `Spec.checkProof` has counted elements and blocks.
      preconditionFailure("\(error)")
    }
    return arithmetic.root(of: columns, layout: oracle, rateBits: polynomial.rateBits)
  }
}
