internal import AssayCryptography
internal import AssayEvidence
internal import AssaySpecification

// The key of the sealed artefact, for the payment.
extension SettlementMachine {
  /// Work that is accepted is paid once the key is there; until then the payment waits for it.
  func delivering(_ job: Job, _ delivery: Terms.Delivery, now: UInt64) -> Step {
    var job = job
    job.phase = .delivering(until: now + UInt64(delivery.seconds))
    return Step(job: job)
  }

  /// Takes the key to which the claim is bound, and pays for it in the same step.
  func deliver(
    _ job: Job, _ key: [UInt8], now: UInt64, _ proofs: ProofStanding
  ) throws(Refusal) -> Step {
    guard let commitment = job.claim?.delivery?.keyCommitment else {
      preconditionFailure("a claim is committed only with a delivery where the terms ask for one")
    }
    guard (try? SealedHeader.commitment(to: key)) == commitment else {
      throw .otherDeliveryKey(expected: commitment)
    }
    var job = job
    job.deliveryKey = key
    return try closed(job, now: now, proofs)
  }
}
