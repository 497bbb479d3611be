internal import AssayAccounting
public import AssayCryptography
public import AssaySettlement
public import AssaySpecification

extension Market {
  /// A bid for an invited job under its present terms.
  public func bid(
    _ job: String, by key: SigningKey, _ price: UInt128, hardware: Hardware = .processor,
    region: String = "eu", seconds: UInt32 = 10_000
  ) throws -> Command.Action {
    .bid(
      job: job, terms: try require(machine.invitations[job], "an invitation").terms.digest,
      by: key.verifyingKey, price: Amount(price), hardware: hardware, region: region,
      seconds: seconds)
  }

  /// Invites bids for a job for 100 seconds.
  public mutating func invite(
    _ terms: Terms, _ conditions: BidConditions = BidConditions()
  ) throws {
    try apply(
      .invite(
        terms: terms.bytes, by: keys.buyer.verifyingKey, conditions: conditions, seconds: 100))
  }

  /// Lets the time for bids pass and matches them.
  public mutating func match(_ job: String) throws {
    now = max(now, try require(machine.invitations[job], "an invitation").until)
    try apply(.match(job: job))
  }

  /// What a party may spend.
  public func money(of key: SigningKey) -> UInt128 {
    available(Books.party(key.verifyingKey, asset))
  }
}
