public import AssayAlgebra
public import AssayCommitments
public import AssayCryptography

/// How a prover computes with committed values: in plain Swift for any field, in kernels for one.
///
/// Every implementation gives the same roots and the same proofs.
public protocol CommitmentArithmetic: Sendable {
  /// The field of challenges; committed values are of its base field.
  associatedtype K: ChallengeField
  /// The rows of an oracle.
  associatedtype Rows: Sendable
  /// Code words and their tree.
  associatedtype Code: CommittedCode

  /// Encodes the rows of an oracle and hashes the columns.
  func commit(_ rows: Rows, layout: OracleLayout, rateBits: Int) -> Code

  /// Cuts a vector into rows, encodes them and hashes the columns.
  func commit(_ vector: [K], code: CommitmentParameters.Code) -> Code

  /// The inner product of each row, masks included, from a column on, with weights: 2^b of them
  /// from a multiple of 2^b on.
  func products(_ rows: Rows, layout: OracleLayout, part: ColumnPart<K>) -> [K]

  /// Adds each row, masks included, times its weight to a vector.
  func addRows(_ rows: Rows, layout: OracleLayout, weights: ArraySlice<K>, to vector: inout [K])

  /// The products of some rows, by their numbers.
  func products(
    _ rows: Rows, layout: OracleLayout, part: ColumnPart<K>, choosing chosen: [Int]
  ) -> [K]

  /// Adds some rows times their weights to a vector from `start` on.
  func addRows(
    _ rows: Rows, layout: OracleLayout, choosing chosen: [Int], weights: [K],
    to vector: inout [K], at start: Int)

  /// Adds the tail of each row, masks included, times its weight to a vector from `start` on.
  func addTails(_ rows: Rows, weights: [K], to vector: inout [K], at start: Int)

  /// Adds the sum of `coefficients[q]` · (1, x, x², …) to the code's part of a vector, where x is
  /// the generator of the code's subgroup to the power `indices[q]`.
  func addPowers(
    indices: [Int], coefficients: [K], code: CommitmentParameters.Code, to vector: inout [K])

  /// eq(point, i) for all i.
  func eqTable(_ point: [K]) -> [K]

  /// `first[i]` · `second[j]` at i · `second.count` + j.
  func outerProduct(_ first: [K], _ second: [K]) -> [K]

  /// Adds `factor` · `vector` to a part of a longer vector.
  func add(_ vector: [K], times factor: K, to sum: inout [K], at start: Int)

  /// The message of a round that binds the first bit of the index in Σ a(i)·b(i): its value at 0,
  /// and the leading coefficient. Where the round before has a challenge, both are bound to it
  /// first.
  func round(
    _ a: inout [K], _ b: inout [K], after challenge: K?
  ) -> (atZero: K, leading: K)

  /// Binds the first bit of an index: halves the vector.
  func bind(_ vector: inout [K], to challenge: K)
}

/// What is the same for every field, in plain Swift.
extension CommitmentArithmetic {
  public func eqTable(_ point: [K]) -> [K] { Multilinear.eqTable(point) }

  public func outerProduct(_ first: [K], _ second: [K]) -> [K] {
    var products: [K] = []
    products.reserveCapacity(first.count * second.count)
    for a in first { for b in second { products.append(a * b) } }
    return products
  }

  public func add(_ vector: [K], times factor: K, to sum: inout [K], at start: Int) {
    for (index, element) in vector.enumerated() { sum[start + index] += factor * element }
  }

  public func products(
    _ rows: Rows, layout: OracleLayout, part: ColumnPart<K>, choosing chosen: [Int]
  ) -> [K] {
    let all = products(rows, layout: layout, part: part)
    return chosen.map { all[$0] }
  }

  public func addRows(
    _ rows: Rows, layout: OracleLayout, choosing chosen: [Int], weights: [K],
    to vector: inout [K], at start: Int
  ) {
    var all = [K](repeating: .zero, count: max(layout.rowCount, (chosen.max() ?? 0) + 1))
    for (row, weight) in zip(chosen, weights) { all[row] = weight }
    var sum = [K](repeating: .zero, count: 1 << layout.rowBits)
    addRows(rows, layout: layout, weights: all[...], to: &sum)
    add(sum, times: .one, to: &vector, at: start)
  }

  public func round(
    _ a: inout [K], _ b: inout [K], after challenge: K?
  ) -> (atZero: K, leading: K) {
    if let challenge {
      bind(&a, to: challenge)
      bind(&b, to: challenge)
    }
    let half = a.count / 2
    var atZero = K.zero
    var leading = K.zero
    for index in 0..<half {
      atZero += a[index] * b[index]
      leading += (a[index + half] - a[index]) * (b[index + half] - b[index])
    }
    return (atZero, leading)
  }

  public func bind(_ vector: inout [K], to challenge: K) {
    let half = vector.count / 2
    for index in 0..<half {
      vector[index] += challenge * (vector[index + half] - vector[index])
    }
    vector.removeLast(half)
  }
}

/// Code words and the tree over their columns.
public protocol CommittedCode: Sendable {
  /// The root of the tree.
  var root: Digest { get }
  /// The columns at ascending indices, then the nodes that their proof needs.
  func opening(at indices: [Int]) -> [UInt8]
}

/// Weights on a range of a row, 2^b columns from a multiple of 2^b on: the column part of claims'
/// weights on blocks.
public struct ColumnPart<K: ChallengeField>: Sendable {
  /// The first column.
  public let start: Int
  /// The weight of each column from there on.
  public let values: [K]
}
