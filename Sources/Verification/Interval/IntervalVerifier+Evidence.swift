public import AssayEvidence
public import AssaySpecification

/// What money is released on: proofs checked in GMP's arithmetic.
extension IntervalVerifier: ProofChecker {
  /// Prepares to check proofs for the spec in these bytes.
  ///
  /// - Throws: `EvidenceError.proof` where they are no spec, or its steps cannot be proved.
  public init(spec bytes: [UInt8]) throws(EvidenceError) {
    let spec: Spec
    do throws(SpecificationError) {
      spec = try Spec(decoding: bytes)
    } catch { throw .proof(.refused(reason: "\(error)")) }
    do throws(ProofError) {
      try self.init(spec: spec)
    } catch { throw .proof(.refused(reason: "\(error)")) }
  }

  public func check(
    _ proof: [UInt8], of claim: ProviderClaim
  ) throws(EvidenceError) -> Int {
    do throws(ProofError) {
      return try verify(IntervalProof(decoding: proof), of: claim, arithmetic: .gmp).interval
    } catch { throw .proof(.refused(reason: "\(error)")) }
  }
}
