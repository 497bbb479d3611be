internal import AssayCryptography
internal import AssayEvidence
internal import AssayMerkle

// Guardians, who stop a job where what its evidence rests on has failed.
extension SettlementMachine {
  /// Takes a guardian's vote; when a quorum of them gives one reason, everybody has his own back.
  func quarantine(
    _ job: Job, _ envelope: [UInt8], _ evidence: LogEvidence, now: UInt64
  ) throws(Refusal) -> Step {
    var job = job
    let contents = job.terms.contents
    guard let guardians = contents.guardians else { throw .noGuardians }
    let admitted: (vote: QuarantineVote, guardian: VerifyingKey, identity: Digest)
    do throws(EvidenceError) {
      admitted = try QuarantineVote.admit(
        envelope, job: job.id, terms: job.terms.digest, guardians: guardians.keys)
      try evidence.check(.quarantine, identity: admitted.identity, in: contents.parties.log)
    } catch { throw .evidence(error) }
    guard !job.votes.contains(where: { $0.guardian == admitted.guardian }) else {
      throw .alreadyAnswered(admitted.guardian)
    }
    job.votes.append(
      GuardianVote(
        guardian: admitted.guardian, reason: admitted.vote.reason, identity: admitted.identity,
        logIndex: evidence.proof.leafIndex))
    let votes = job.votes.filter { $0.reason == admitted.vote.reason }
    return votes.count >= guardians.quorum
      ? settle(job, as: .quarantined(admitted.vote.reason), now: now) : Step(job: job)
  }
}
