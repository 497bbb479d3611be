internal import AssayCryptography
internal import AssayEvidence
internal import AssaySettlement
internal import AssaySpecification

/// Everything in terms but the work and the parties.
struct TermsOptions: OptionGroup {
  var money = TermsMoneyOptions()
  var quality = TermsQualityOptions()
  var evidence = TermsEvidenceOptions()
  var deadlines = TermsDeadlineOptions()
  var panel = TermsPanelOptions()
  var continuity = TermsContinuityOptions()
  var delivery = TermsDeliveryOptions()
  var data = TermsDataOptions()

  /// The most claims that the terms allow.
  func claims() throws -> Int { try continuity.read()?.claims ?? 1 }

  /// The terms of a job.
  func terms(
    job: String, spec: Spec, work: Terms.Work, parties: Terms.Parties, buyerSecretHash: Digest,
    operatorSecretHash: Digest
  ) throws -> Terms {
    let asset = try money.readAsset()
    let fee = try asset.amount(money.fee, option: "--fee")
    return try Terms(
      Terms.Contents(
        job: job, asset: asset, price: asset.amount(money.price, option: "--price"), fee: fee,
        stake: asset.amount(money.stake, option: "--stake"),
        challengeBond: asset.amount(money.bond ?? money.fee, option: "--bond"),
        slashing: money.slashing, parties: parties, work: work,
        quality: quality.read(spec, asset),
        evidence: evidence.read(spec, intervals: Int(work.intervalCount)),
        buyerSecretHash: buyerSecretHash, operatorSecretHash: operatorSecretHash,
        economics: money.readEconomics(asset), deadlines: deadlines.read(), policy: money.policy,
        panel: panel.read(asset, fee: fee), guardians: panel.readGuardians(),
        continuity: continuity.read(), delivery: delivery.delivery,
        dataReceipts: data.dataReceipts))
  }
}
