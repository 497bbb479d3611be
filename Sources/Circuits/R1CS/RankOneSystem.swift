public import AssayAlgebra
public import AssayCryptography

/// Rank-1 constraints: (A·z)ᵢ · (B·z)ᵢ = (C·z)ᵢ for each i, z being the values of all wires.
///
/// Wire 0 is the constant 1. The public outputs, the public inputs and the private inputs follow,
/// in this order, then the wires in between.
public struct RankOneSystem<F: BaseField>: Hashable, Sendable {
  /// How many wires and constraints a system has at most.
  public static var maximumCount: Int { 1 << 28 }

  /// The matrices: a row for each constraint, a column for each wire.
  public let a, b, c: SparseMatrix<F>
  /// How many of the wires after the first are public outputs.
  public let publicOutputCount: Int
  /// How many of the wires after these are public inputs.
  public let publicInputCount: Int
  /// How many of the wires after these are private inputs.
  public let privateInputCount: Int
  /// The SHA-256 of the file: that it was read from, or that `fileBytes` are.
  public let digest: Digest

  /// Takes matrices as they are.
  ///
  /// - Precondition: the matrices have as many rows and columns each, and at least the wires that
  ///   the counts name.
  public init(
    a: SparseMatrix<F>, b: SparseMatrix<F>, c: SparseMatrix<F>, publicOutputCount: Int,
    publicInputCount: Int, privateInputCount: Int
  ) {
    let draft = Self(
      a: a, b: b, c: c, outputs: publicOutputCount, inputs: publicInputCount,
      secrets: privateInputCount, digest: .zero)
    self.init(
      a: a, b: b, c: c, outputs: publicOutputCount, inputs: publicInputCount,
      secrets: privateInputCount, digest: SHA256.digest(of: draft.fileBytes))
  }

  init(
    a: SparseMatrix<F>, b: SparseMatrix<F>, c: SparseMatrix<F>, outputs: Int, inputs: Int,
    secrets: Int, digest: Digest
  ) {
    precondition(
      a.rowCount == b.rowCount && a.rowCount == c.rowCount && a.columnCount == b.columnCount
        && a.columnCount == c.columnCount, "three matrices of one shape")
    precondition(
      outputs >= 0 && inputs >= 0 && secrets >= 0 && a.columnCount > outputs + inputs + secrets,
      "a wire for the constant and each output and input")
    self.a = a
    self.b = b
    self.c = c
    publicOutputCount = outputs
    publicInputCount = inputs
    privateInputCount = secrets
    self.digest = digest
  }

  /// How many wires there are, the constant among them.
  public var wireCount: Int { a.columnCount }
  /// How many constraints there are.
  public var constraintCount: Int { a.rowCount }
  /// How many wires are known to everybody: the constant, the outputs and the public inputs.
  public var publicCount: Int { 1 + publicOutputCount + publicInputCount }

  /// The first constraint that a witness does not satisfy; nil if it satisfies all.
  ///
  /// - Throws: `RankOneError.witnessCount`, and `.constantWire` unless the first element is 1.
  @specialized(where F == BN254Scalar)
  @specialized(where F == NativeBN254Scalar)
  public func firstUnsatisfiedConstraint(_ witness: [F]) throws(RankOneError) -> Int? {
    guard witness.count == wireCount else {
      throw .witnessCount(expected: wireCount, found: witness.count)
    }
    guard witness[0] == .one else { throw .constantWire }
    return (0..<constraintCount).first { index in
      a.product(ofRow: index, with: witness) * b.product(ofRow: index, with: witness)
        != c.product(ofRow: index, with: witness)
    }
  }
}
