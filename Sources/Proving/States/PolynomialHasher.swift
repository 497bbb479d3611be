internal import AssayCommitments
public import AssayCryptography
internal import AssayFieldVectors
public import AssayMerkle
public import AssaySpecification

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
        StateIntegers.values(contents[column.tensor], layout.tensors[column.tensor].elementType))
    }
    let oracle: OracleLayout
    do {
      oracle = try OracleLayout(
        kind: "state", shapes: polynomial.columns.map(\.extents), rowBits: polynomial.rowBits)
    } catch {
      // A spec's state has at most 2³⁴ elements, in tensors of at most four extents.
      preconditionFailure("\(error)")
    }
    return arithmetic.root(of: columns, layout: oracle, rateBits: polynomial.rateBits)
  }
}

/// The integers of a state's tensor.
enum StateIntegers {
  /// Reads little-endian int32 or int64 elements.
  static func values(_ bytes: [UInt8], _ type: ElementType) -> [Int64] {
    let width = type.byteCount
    return (0..<bytes.count / width).map { index in
      var word: UInt64 = 0
      for place in 0..<width {
        word |= UInt64(bytes[index * width + place]) << UInt64(8 * place)
      }
      return width == 4 ? Int64(Int32(truncatingIfNeeded: word)) : Int64(bitPattern: word)
    }
  }
}
