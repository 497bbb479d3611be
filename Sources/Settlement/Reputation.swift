public import AssayAccounting
public import AssayCryptography
internal import AssayEvidence
public import AssayWire

/// What one verifier has found of one provider's work, as it stands in settled verdicts.
///
/// It is counted in what the verifier was paid for accepting: the only money that surely leaves the
/// provider and a buyer who is its friend. Whoever would buy a reputation with a verifier that a
/// later buyer admits pays that verifier as much. A rejection takes all of it, work that was not
/// delivered half, and every `halfLifeSeconds` half of it is gone. A new key has none.
public struct Reputation: Hashable, Sendable {
  /// In how many seconds half of it is gone: ninety days.
  public static let halfLifeSeconds: UInt64 = 90 * 86_400

  /// Of whom, with whom, and in which asset the verifier was paid.
  public struct Key: Hashable, Sendable {
    /// Who worked.
    public let provider: VerifyingKey
    /// Who looked.
    public let verifier: VerifyingKey
    /// The asset's name.
    public let asset: String

    var encoded: [UInt8] { provider.bytes + verifier.bytes + Array(asset.utf8) }

    init(provider: VerifyingKey, verifier: VerifyingKey, asset: String) {
      self.provider = provider
      self.verifier = verifier
      self.asset = asset
    }

    /// The key that a record of a reputation is kept under by this name.
    public init?(name: String) {
      let parts = name.split(separator: "/", maxSplits: 2).map(String.init)
      guard parts.count == 3, let provider = try? VerifyingKey(bytes: Hex.decode(parts[0])),
        let verifier = try? VerifyingKey(bytes: Hex.decode(parts[1]))
      else { return nil }
      self.init(provider: provider, verifier: verifier, asset: parts[2])
    }
  }

  /// What was left of it when it last changed.
  public private(set) var amount = Amount.zero
  /// When it last changed, in seconds.
  public private(set) var time: UInt64
  /// How many claims were accepted.
  public private(set) var accepted: UInt32 = 0
  /// How many were rejected.
  public private(set) var rejected: UInt32 = 0
  /// How often the work was not delivered, whoever would have looked at it.
  public private(set) var missed: UInt32 = 0

  init(time: UInt64) { self.time = time }

  /// What is left of it at a time: ⌊a/2ⁿ⌋ after n half-lives, less evenly to the next half.
  public func amount(at now: UInt64) -> Amount {
    let age = now > time ? now - time : 0
    let (halves, rest) = age.quotientAndRemainder(dividingBy: Self.halfLifeSeconds)
    guard halves < 128 else { return .zero }
    let left = Amount(amount.units >> UInt128(halves))
    return left.subtracting(left.share(rest, of: 2 * Self.halfLifeSeconds)) ?? .zero
  }

  mutating func note(_ event: Event, now: UInt64) {
    let left = amount(at: now)
    time = now
    switch event {
    case .accepted(let fee):
      amount = left.adding(fee) ?? Amount(.max)
      accepted = accepted.saturatingNext
    case .rejected:
      amount = .zero
      rejected = rejected.saturatingNext
    case .missed:
      amount = Amount(left.units / 2)
      missed = missed.saturatingNext
    }
  }

  /// What changes it.
  enum Event: Hashable {
    case accepted(fee: Amount)
    case rejected
    case missed
  }

}

extension Reputation: WireCodable {
  public func encode(to writer: inout WireWriter) {
    amount.write(to: &writer)
    writer.write(time)
    writer.write(accepted)
    writer.write(rejected)
    writer.write(missed)
  }

  public init(decoding reader: inout WireReader) throws(WireError) {
    amount = try Amount(decoding: &reader)
    time = try reader.readUInt64()
    accepted = try reader.readUInt32()
    rejected = try reader.readUInt32()
    missed = try reader.readUInt32()
  }
}

extension UInt32 {
  fileprivate var saturatingNext: UInt32 { self == .max ? .max : self + 1 }
}

extension Terms.Parties {
  /// Whose word about earlier work counts here.
  var trusted: [VerifyingKey] { verifiers + [referee].compactMap(\.self) }
}

extension SettlementMachine {
  /// A provider's reputation with the verifiers and the referee of some terms, in their asset.
  public func reputation(of provider: VerifyingKey, under terms: Terms, now: UInt64) -> Amount {
    let contents = terms.contents
    return contents.parties.trusted.reduce(.zero) { sum, verifier in
      let key = Reputation.Key(
        provider: provider, verifier: verifier, asset: contents.asset.id)
      return sum.adding(reputations[key]?.amount(at: now) ?? .zero) ?? Amount(.max)
    }
  }

  /// What a payment of a job says about its provider, and to whom.
  func reputations(
    after payment: Payment, of job: Job, now: UInt64
  ) -> [Reputation.Key: Reputation] {
    guard let provider = payment.provider else { return [:] }
    let contents = job.terms.contents
    let events: [(VerifyingKey, Reputation.Event)] =
      switch payment.payout {
      case .instalment, .ending(.accepted), .ending(.belowQuality):
        payment.deciders.map { decider in
          (decider, .accepted(fee: Amount(contents.fee.units / UInt128(payment.deciders.count))))
        }
      case .ending(.rejected):
        // What a transcript shows, and nobody's word, counts with everybody.
        (payment.deciders.isEmpty ? contents.parties.trusted : payment.deciders).map {
          ($0, .rejected)
        }
      case .ending(.workMissed), .ending(.undelivered), .departure(.vanished):
        contents.parties.trusted.map { ($0, .missed) }
      case .ending, .departure: []
      }
    var changed: [Reputation.Key: Reputation] = [:]
    for (verifier, event) in events {
      let key = Reputation.Key(
        provider: provider, verifier: verifier, asset: contents.asset.id)
      var reputation = reputations[key] ?? Reputation(time: now)
      reputation.note(event, now: now)
      changed[key] = reputation
    }
    return changed
  }
}
