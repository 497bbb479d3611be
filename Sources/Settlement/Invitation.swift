public import AssayAccounting
public import AssayCryptography
internal import AssayEvidence
internal import AssaySpecification
public import AssayWire

/// A job that a buyer invites bids for.
///
/// Its terms say everything but who works and for how much: their price is the most that is paid,
/// and they name no provider. The match names both, in the terms of an ordinary job
/// (`Terms.matched`). Until then no money is held.
public struct Invitation: Hashable, Sendable {
  /// What is offered.
  public let terms: Terms
  /// Who invites: the buyer, or whom it has authorised to spend.
  public let inviter: VerifyingKey
  /// What bids must satisfy.
  public let conditions: BidConditions
  /// Until when there may be bids, in seconds; from then on anyone may match them.
  public let until: UInt64
  /// The bids, the best one first.
  public internal(set) var bids: [Bid] = []
  /// How many jobs have been made of it.
  public internal(set) var matches = 0

  /// The most bids that are kept; a better one takes the place of the last.
  public static let bidLimit = 64

  /// Puts a bid into its place.
  mutating func insert(_ bid: Bid) {
    let place = bids.firstIndex { bid.precedes($0) } ?? bids.endIndex
    bids.insert(bid, at: place)
  }

  /// The jobs that it makes.
  var jobs: [String] {
    let job = terms.contents.job
    return (1...conditions.replicas).map { conditions.replica($0, of: job)?.job ?? job }
  }

  /// Which of several jobs the next match makes; nil where it makes one.
  var nextReplica: Terms.Replica? { conditions.replica(matches + 1, of: terms.contents.job) }

  init(terms: Terms, inviter: VerifyingKey, conditions: BidConditions, until: UInt64) {
    self.terms = terms
    self.inviter = inviter
    self.conditions = conditions
    self.until = until
  }
}

extension Invitation: WireCodable {
  public func encode(to writer: inout WireWriter) {
    terms.encode(to: &writer)
    inviter.encode(to: &writer)
    conditions.encode(to: &writer)
    writer.write(until)
    writer.write(UInt32(matches))
    bids.encode(to: &writer)
  }

  public init(decoding reader: inout WireReader) throws(WireError) {
    terms = try Terms(decoding: &reader)
    inviter = try VerifyingKey(decoding: &reader)
    conditions = try BidConditions(decoding: &reader)
    until = try reader.readUInt64()
    matches = Int(try reader.readUInt32())
    bids = try [Bid](decoding: &reader)
  }
}

extension Bid: WireCodable {
  public func encode(to writer: inout WireWriter) {
    provider.encode(to: &writer)
    price.write(to: &writer)
    writer.write(hardware.rawValue)
    writer.write(region)
    writer.write(until)
    writer.write(sequence)
  }

  public init(decoding reader: inout WireReader) throws(WireError) {
    provider = try VerifyingKey(decoding: &reader)
    price = try Amount(decoding: &reader)
    hardware = try Hardware(decoding: &reader)
    region = try reader.readString(limit: BidConditions.regionByteLimit)
    until = try reader.readUInt64()
    sequence = try reader.readUInt64()
  }
}

extension Terms {
  /// The terms of the job that a match with a bid makes: its price, its provider, and fewer draws
  /// where a reputation spares some.
  ///
  /// Of the k draws beyond the k₀ that deterrence needs at this price (`Deterrence.leastDraws`),
  /// ⌊(k − k₀)·r / (h + r)⌋ are spared for a reputation r, h being the one that spares half. The
  /// verifier's fee falls with the draws, rounded up, and the promise is what is left of it.
  ///
  /// - Parameter replica: which of several jobs it is, where several providers do the work.
  ///
  /// - Throws: `terms` where a rule is broken at this price.
  public func matched(
    price: Amount, provider: VerifyingKey, reputation: Amount, halving: Amount?,
    replica: Replica? = nil
  ) throws(SettlementError) -> Terms {
    var contents = contents.replicating(replica)
    contents.price = price
    contents.parties.provider = provider
    try contents.check()
    if let halving { contents.spareDraws(reputation: reputation, halving: halving) }
    return try Terms(contents)
  }
}

extension Terms.Contents {
  fileprivate mutating func spareDraws(reputation: Amount, halving: Amount) {
    let inequality = deterrence(of: Progress(of: work), claimingUpTo: work.lastStep)
    let (intervals, all) = (inequality.intervals, inequality.drawn)
    guard case .drawn = evidence.selection,
      let least = Deterrence.leastDraws(
        intervals: intervals, forfeit: inequality.forfeit, workCost: inequality.workCost,
        outsideGain: inequality.outsideGain),
      least < all
    else { return }
    let spared = reputation.saturating(UInt128(all - least), halving: halving)
    guard spared > 0 else { return }
    let drawn = all - spared
    let promise = Detection.probability(
      intervals: intervals, drawn: drawn,
      falseIntervals: evidence.falseIntervals(of: intervals))
    evidence = EvidencePolicy(
      method: evidence.method, selection: .drawn(drawn), adversary: evidence.adversary,
      confidenceMillionths: min(evidence.confidenceMillionths, promise.millionths),
      hardware: evidence.hardware)
    let saved = fee.share(UInt64(spared), of: UInt64(all))
    fee = fee.subtracting(saved) ?? fee
  }
}

extension Amount {
  /// ⌊whole·r / (h + r)⌋ for the amount r.
  ///
  /// - Precondition: whole < 2³²; h > 0.
  fileprivate func saturating(_ whole: UInt128, halving: Amount) -> Int {
    let (sum, overflow) = units.addingReportingOverflow(halving.units)
    // A sum that does not fit is one of halves; their ratio is the same but for a last bit.
    let (part, both) = overflow ? (units / 2, units / 2 + halving.units / 2) : (units, sum)
    return Int(both.dividingFullWidth(part.multipliedFullWidth(by: whole)).quotient)
  }
}

extension BidConditions {
  func encode(to writer: inout WireWriter) {
    writer.write(UInt32(hardware.count))
    for kind in hardware { writer.write(kind.rawValue) }
    writer.write(UInt32(regions.count))
    for region in regions { writer.write(region) }
    leastReputation.write(to: &writer)
    (halvingReputation ?? .zero).write(to: &writer)
    writer.write(UInt32(clamping: replicas))
  }

  init(decoding reader: inout WireReader) throws(WireError) {
    self.init()
    for _ in 0..<(try reader.readCount(limit: Hardware.allCases.count, elementByteCount: 4)) {
      hardware.append(try Hardware(decoding: &reader))
    }
    for _ in 0..<(try reader.readCount(limit: Self.regionLimit, elementByteCount: 4)) {
      regions.append(try reader.readString(limit: Self.regionByteLimit))
    }
    leastReputation = try Amount(decoding: &reader)
    let halving = try Amount(decoding: &reader)
    halvingReputation = halving == .zero ? nil : halving
    replicas = Int(try reader.readUInt32())
  }
}
