internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
public import AssaySettlement

extension Terms {
  /// Terms with everything that a market of strangers can have: drawn verifiers with bonds, a
  /// referee, instalments, and a market that takes its share. Its keys are nobody's.
  ///
  /// 1,000 intervals of which 44 are drawn; a price of 100.00 for work that costs 80.00.
  public static var sample: Terms {
    var choices = ChoiceStream(seed: 0, "sample")
    let verifiers = (0..<6).map { _ in choices.key().verifyingKey }
    guard let asset = try? Asset(id: "EUR", decimals: 2) else {
      preconditionFailure("EUR is a plain name")
    }
    var contents = Contents(
      job: "sample", asset: asset, price: Amount(10_000), fee: Amount(1_600),
      stake: Amount(6_000), challengeBond: Amount(2_000),
      slashing: Slashing(
        damageMillionths: 500_000, finderMillionths: 200_000, livenessMillionths: 100_000),
      parties: Parties(
        buyer: choices.key().verifyingKey,
        log: LogIdentity(origin: "market.example/log", key: choices.key().verifyingKey),
        verifiers: verifiers, referee: choices.key().verifyingKey),
      work: Work(
        spec: choices.digest(), dataRoot: choices.digest(), firstStep: 0, lastStep: 10_000,
        interval: 10),
      evidence: EvidencePolicy(
        selection: .drawn(44), adversary: .lazy(fractionMillionths: 100_000),
        confidenceMillionths: 990_000),
      buyerSecretHash: choices.digest(), operatorSecretHash: choices.digest(),
      economics: Economics(workCost: Amount(8_000), outsideGain: Amount(100)),
      deadlines: .usual, policy: MarketPolicy(version: 1, feeMillionths: 20_000),
      panel: Panel(
        quorum: 2, bond: Amount(6_000), rounds: 3, revealSeconds: 3_600,
        canaries: .init(rateMillionths: 100_000, executionCost: Amount(352))),
      continuity: Continuity(
        claims: 4, heartbeatSeconds: 3_600, graceSeconds: 7_200, vacancySeconds: 86_400,
        stopMillionths: 20_000))
    contents.dataReceipts = 1
    guard let terms = try? Terms(contents) else {
      preconditionFailure("the sample keeps every rule of terms")
    }
    return terms
  }
}
