internal import AssayCryptography
internal import AssayEvidence
internal import AssaySpecification
internal import AssayTraining

extension Audit {
  /// The sealed file that the buyer gets is the artefact's, under the key to which the provider is
  /// bound: it is sealed once more, and compared.
  func checkDelivery(
    _ claim: ProviderClaim, _ last: ModelState, _ submitted: Submitted, _ challenge: Challenge,
    _ progress: AuditProgress
  ) throws(AuditEnd) {
    guard let delivery = claim.delivery else { return progress.skip([.delivery]) }
    guard let key = submitted.deliveryKey else {
      guard submitted.answer.isFinal else {
        throw .inconclusive(
          .missingBundle, "the verifier does not have the key with which the artefact is sealed")
      }
      throw .rejected(
        Rejection(fault: .withheldOpening, interval: challenge.indices.first),
        "the provider has not shown the key of the sealed artefact in time")
    }
    let found: Delivery
    do throws(CryptographyError) {
      found = try Delivery(sealing: last.safetensors, key: key)
    } catch {
      throw .rejected(
        Rejection(fault: .wrongOpening, interval: challenge.indices.first),
        "the key of the sealed artefact is none: \(error)")
    }
    guard found.keyCommitment == delivery.keyCommitment else {
      throw .rejected(
        Rejection(fault: .wrongOpening, interval: challenge.indices.first),
        "the key of the sealed artefact is not the one that the claim is bound to")
    }
    guard found.sealed == delivery.sealed else {
      throw .rejected(
        Rejection(
          fault: .wrongArtefact, claimedRoot: delivery.sealed, computedRoot: found.sealed),
        "what the buyer would get is not the artefact, sealed")
    }
    progress.delivery = found.sealed
    progress.pass(.delivery)
  }
}
