internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
internal import AssayWire

extension Terms {
  /// The most verifiers that terms may admit.
  public static let verifierLimit = 64
}

extension Terms.Contents {
  /// Checks what no single value can show to be wrong.
  ///
  /// - Throws: `terms` for the first rule that is broken.
  func check() throws(SettlementError) {
    try checkJobName(job)
    guard price > .zero else { throw .terms(field: "price", reason: "expected more than zero") }
    guard (0...MarketPolicy.feeLimit).contains(policy.feeMillionths),
      policy.version > 0 || policy == .free
    else {
      throw .terms(
        field: "policy",
        reason: "expected a version from 1 on and at most \(MarketPolicy.feeLimit) millionths")
    }
    try continuity?.check()
    try delivery?.check(self)
    try replica?.check(self)
    try guardians?.check()
    guard price.adding(fees)?.adding(stake)?.adding(challengeBond) != nil else {
      throw .terms(field: "money", reason: "price, fees, stake and bond together pass 2^128 - 1")
    }
    guard challengeBond >= fee else {
      throw .terms(
        field: "challengeBond",
        reason: "expected at least the fee (\(fee)), from which the referee is paid; found "
          + "\(challengeBond)")
    }
    let shares = slashing.damageMillionths + slashing.finderMillionths
    guard shares <= 1_000_000,
      [slashing.damageMillionths, slashing.finderMillionths, slashing.livenessMillionths]
        .allSatisfy({ (0...1_000_000).contains($0) })
    else {
      throw .terms(
        field: "slashing", reason: "expected shares of at most 1,000,000 in all, found \(shares)")
    }
    if let quality, quality.lowerPrice > price {
      throw .terms(
        field: "quality.lowerPrice",
        reason: "expected at most the price (\(price)), found \(quality.lowerPrice)")
    }
    try checkParties()
    guard work.firstStep < work.lastStep, work.interval > 0 else {
      throw .terms(field: "work", reason: "expected firstStep < lastStep and an interval above 0")
    }
    guard (work.firstStep == 0) == (work.firstRoot == nil) else {
      throw .terms(
        field: "work.firstRoot",
        reason: "expected the root of the state after firstStep, and none where that is 0")
    }
    guard work.intervalCount <= UInt64(Detection.intervalLimit) else {
      throw .terms(
        field: "work.interval",
        reason: "expected at most \(Detection.intervalLimit) intervals, found "
          + "\(work.intervalCount); make them longer")
    }
    do throws(EvidenceError) {
      try evidence.check(intervals: Int(work.intervalCount))
    } catch { throw .terms(field: "evidence", reason: "\(error)") }
    try panel?.check(self)
    let verifiers = panel?.quorum ?? 1
    guard evidence.hardware?.leastVerifiers ?? 1 <= verifiers else {
      throw .terms(
        field: "evidence.hardware",
        reason: "expected a panel of two verifiers at least, whose hardware may differ; found "
          + "\(verifiers)")
    }
    guard buyerSecretHash != operatorSecretHash else {
      throw .terms(field: "secretHashes", reason: "both are the same")
    }
    try checkDeadlines()
  }

  private func checkDeadlines() throws(SettlementError) {
    for (name, path) in Deadlines.fields
    where !(1...Deadlines.limitSeconds).contains(deadlines[keyPath: path]) {
      throw .terms(
        field: "deadlines.\(name)",
        reason: "expected 1 to \(Deadlines.limitSeconds), found \(deadlines[keyPath: path])")
    }
  }

  private func checkParties() throws(SettlementError) {
    guard (0...parties.verifiers.count).contains(dataReceipts) else {
      throw .terms(
        field: "dataReceipts",
        reason: "expected at most the \(parties.verifiers.count) verifiers, found \(dataReceipts)")
    }
    guard (1...Terms.verifierLimit).contains(parties.verifiers.count) else {
      throw .terms(
        field: "parties.verifiers",
        reason: "expected 1 to \(Terms.verifierLimit), found \(parties.verifiers.count)")
    }
    var seen: Set<VerifyingKey> = []
    let keys =
      [parties.buyer, parties.log.key] + parties.verifiers
      + [parties.referee, parties.provider].compactMap(\.self) + (guardians?.keys ?? [])
    for key in keys where !seen.insert(key).inserted {
      throw .terms(field: "parties", reason: "the key \(key) has two roles; each may have one")
    }
    let origin = parties.log.origin.utf8
    guard (1...200).contains(origin.count),
      origin.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "+") })
    else {
      throw .terms(
        field: "parties.log.origin",
        reason: "expected 1 to 200 printable characters without spaces or “+”")
    }
  }
}

/// Checks the name of a job: it stands in the names of accounts and transfers.
func checkJobName(_ name: String) throws(SettlementError) {
  let isPlain = name.utf8.allSatisfy { byte in
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "-"):
      true
    default: false
    }
  }
  guard isPlain, (1...64).contains(name.utf8.count) else {
    throw .terms(
      field: "job",
      reason: "expected 1 to 64 characters of a–z, A–Z, 0–9, '.', '_' and '-', found "
        + "“\(name.prefix(80))”")
  }
}

extension JSONFields {
  /// Reads an amount as a string of decimal digits.
  mutating func amount(_ key: String) throws(WireError) -> Amount {
    let text = try string(key)
    do throws(AccountingError) {
      return try Amount(decimal: text)
    } catch { throw failure(key, "\(error)") }
  }

  /// Reads 64 lower-case hex digits of a digest.
  mutating func termsDigest(_ key: String) throws(WireError) -> Digest {
    let text = try string(key)
    do throws(CryptographyError) {
      return try Digest(hex: text)
    } catch { throw failure(key, "expected 64 lower-case hex digits") }
  }

  /// Reads an Ed25519 public key as 64 hex digits.
  mutating func key(_ name: String) throws(WireError) -> VerifyingKey {
    try value(name).key(path: path(of: name))
  }
}

extension JSONValue {
  /// Reads an Ed25519 public key as 64 hex digits.
  func key(path: String) throws(WireError) -> VerifyingKey {
    guard case .string(let text) = self, let bytes = try? Hex.decode(text) else {
      throw .field(path: path, reason: "expected 64 lower-case hex digits")
    }
    do throws(CryptographyError) {
      return try VerifyingKey(bytes: bytes)
    } catch { throw .field(path: path, reason: "\(error)") }
  }
}
