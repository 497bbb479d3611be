internal import AssayAlgebra
package import AssayCommitments
package import AssaySpecification

extension PolynomialLayout {
  /// How many random coefficients hide a row of a state's commitment, which two proofs open.
  ///
  /// - Throws: `CommitmentError.parameters` where so many openings cannot be hidden.
  package func tailCount() throws(CommitmentError) -> Int {
    // The number of queries depends on the rows alone.
    let parameters = try CommitmentParameters.plan(
      CommitmentParameters.Demand(
        [.init(elementCounts: [1], rows: .init(rowBits: rowBits, rateBits: rateBits))],
        securityBits: ProofSetting.securityBits, hiddenOpeningCount: openings),
      field: GoldilocksExtension.self)
    return ProofSetting.stateOpeningCount * parameters.rowCodes[0].queries
  }
}
