/// The unit that amounts are in.
public struct Asset: Hashable, Sendable {
  /// Written after amounts, such as "USD".
  public var symbol: String
  /// How many decimals an amount is shown with: amounts are counted in 10^−decimals.
  public var decimals: Int

  /// An asset; `decimals` is kept within 0 … 30.
  public init(symbol: String, decimals: Int) {
    self.symbol = symbol
    self.decimals = max(0, min(30, decimals))
  }

  /// The usual unit in smallest ones.
  var unit: Double { (0..<decimals).reduce(1.0) { unit, _ in unit * 10 } }

  /// An amount with its decimals, without the symbol: 1,250.00.
  func text(_ amount: Int128) -> String {
    let unit = (0..<decimals).reduce(1 as UInt128) { unit, _ in unit * 10 }
    let size = amount.magnitude
    let whole = Numbers.grouped(size / unit)
    let sign = amount < 0 ? "−" : ""
    guard decimals > 0 else { return sign + whole }
    let fraction = String(size % unit)
    return sign + whole + "." + String(repeating: "0", count: decimals - fraction.count) + fraction
  }

  /// An amount with a sign unless it is zero: +12.00, −3.50, 0.00.
  func change(_ amount: Int128) -> String { (amount > 0 ? "+" : "") + text(amount) }
}

/// Where a job's money came from and where it went.
public struct MoneySummary: Hashable, Sendable {
  /// A transfer of the job.
  public struct Payment: Hashable, Sendable {
    /// Who pays, a party or an account of the job.
    public var source: String
    /// Who is paid.
    public var destination: String
    /// In the asset's smallest unit; payments that are not positive are not drawn.
    public var amount: Int128
    /// Why it was made: "escrow", "payout", "fee", "slashed".
    public var purpose: String

    /// A payment of `amount` of the smallest unit.
    public init(from source: String, to destination: String, amount: Int128, purpose: String) {
      self.source = source
      self.destination = destination
      self.amount = amount
      self.purpose = purpose
    }
  }

  /// What a party had and has.
  public struct Balance: Hashable, Sendable {
    /// Name of the party.
    public var party: String
    /// Before the job, in the smallest unit.
    public var before: Int128
    /// After the job, in the smallest unit.
    public var after: Int128

    /// What `party` had and has.
    public init(party: String, before: Int128, after: Int128) {
      self.party = party
      self.before = before
      self.after = after
    }
  }

  /// The unit of all amounts.
  public var asset: Asset
  /// Parties' payments into the job's accounts, such as buyer → escrow and provider → stake.
  public var deposits: [Payment]
  /// Payments out of the job's accounts.
  public var payouts: [Payment]
  /// All parties; accounts of the job too, where they still hold money.
  public var balances: [Balance]

  /// The money of one job.
  public init(asset: Asset, deposits: [Payment], payouts: [Payment], balances: [Balance]) {
    self.asset = asset
    self.deposits = deposits
    self.payouts = payouts
    self.balances = balances
  }
}
