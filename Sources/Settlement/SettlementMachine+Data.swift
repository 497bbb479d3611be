internal import AssayCryptography
public import AssayEvidence

// The data, before money is put up for work on them.
extension SettlementMachine {
  /// A verifier has the data and the weights, and they are those of the terms.
  func confirmData(_ job: Job, _ envelope: [UInt8]) throws(Refusal) -> Step {
    let contents = job.terms.contents
    guard contents.dataReceipts > 0 else { throw .noDataReceipts }
    let verifier: VerifyingKey
    do throws(EvidenceError) {
      verifier = try DataReceipt.admit(
        envelope, expecting: job.terms.dataReceipt, by: contents.parties.verifiers)
    } catch { throw .evidence(error) }
    guard !job.dataHolders.contains(verifier) else { throw .alreadyAnswered(verifier) }
    var job = job
    job.dataHolders.append(verifier)
    return Step(job: job)
  }
}

extension Terms {
  /// What a verifier signs that has the data and the weights.
  public var dataReceipt: DataReceipt {
    DataReceipt(
      job: contents.job, terms: digest, spec: contents.work.spec, dataRoot: contents.work.dataRoot)
  }
}
