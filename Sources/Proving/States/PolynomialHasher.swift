internal import AssayCommitments
public import AssayCryptography
internal import AssayFieldVectors
public import AssayMerkle
public import AssaySpecification
internal import AssayTraining
internal import AssayVerification

/// Commits to states by chunk trees and, where a spec wants proofs, as polynomials.
public struct PolynomialHasher: StateHasher {
  private let chunks: any LeafHasher
  private let arithmetic: GoldilocksArithmetic
  private let secret: Digest?

  /// Hashes chunks as `chunks` does.
  ///
  /// - Parameter secret: what hides states where a spec wants that; 32 bytes that nobody can guess,
  ///   for one spec only.
  public init(_ chunks: any LeafHasher, secret: Digest? = nil) {
    self.chunks = chunks
    self.secret = secret
    arithmetic = GoldilocksArithmetic()
  }

  public func contentsRoot(of contents: RawSpan, descriptor: Digest) -> Digest {
    chunks.contentsRoot(of: contents, descriptor: descriptor)
  }

  public var commitsToPolynomials: Bool { true }

  public func hidingKey(
    _ purpose: HidingPurpose, step: UInt64, contentsRoots: [Digest]
  ) -> Digest? {
    // The first state follows from the spec, so anybody may check its root.
    guard let secret = step == 0 ? .zero : secret else { return nil }
    let place = (0..<8).map { UInt8(truncatingIfNeeded: step >> UInt64(8 * $0)) }
    return SHA256.digest(
      domain: "assay.hiding.\(purpose.rawValue).v1",
      [secret.bytes, place] + contentsRoots.map(\.bytes))
  }

  public func polynomialRoot(
    of contents: [[UInt8]], layout: StateLayout, key: Digest?
  ) -> Digest {
    guard let polynomial = layout.polynomial else {
      preconditionFailure("a layout with a polynomial layout")
    }
    let columns = polynomial.columns.map { column in
      RowMatrix.Values.int64(
        ModelState.integers(
          contents[column.tensor], as: layout.tensors[column.tensor].elementType))
    }
    let oracle: OracleLayout
    let blinding: Blinding?
    do throws(CommitmentError) {
      oracle = try OracleLayout(
        kind: "state", shapes: polynomial.columns.map(\.extents), rowBits: polynomial.rowBits)
      blinding = try key.map { key throws(CommitmentError) in
        Blinding(key: key, tailCount: try polynomial.tailCount())
      }
    } catch {
      // `Spec.checkProof` has counted elements and blocks, and `SpecSettings` planned the tails.
      preconditionFailure("\(error)")
    }
    return arithmetic.root(
      of: columns, layout: oracle, rateBits: polynomial.rateBits, blinding: blinding)
  }
}
