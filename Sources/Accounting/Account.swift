/// The name of an account: plain characters, `/` between its parts, at most 200 bytes.
public struct AccountID: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The name itself.
  public let name: String

  /// Checks the name's length and characters.
  public init(_ name: String) throws(AccountingError) {
    try checkName(name, limit: 200)
    self.name = name
  }

  public var description: String { name }
  public static func < (left: AccountID, right: AccountID) -> Bool { left.name < right.name }
}

/// What an account's balance may never do.
public enum BalanceLimit: UInt8, Hashable, Sendable {
  /// Nothing is forbidden.
  case none = 0
  /// No overdraft: debits, pending ones included, stay within posted credits.
  case debitsMustNotExceedCredits = 1
  /// The mirror image: credits, pending ones included, stay within posted debits.
  case creditsMustNotExceedDebits = 2
}

/// One account of one asset: four counters that only ever grow, save that a pending one falls when
/// its hold is resolved.
///
/// Every balance is derived from them; nothing else is stored.
public struct Account: Hashable, Sendable {
  /// Its name.
  public let id: AccountID
  /// The asset it counts.
  public let asset: Asset
  /// What its balance may never do.
  public let limit: BalanceLimit
  /// Debits of holds that are open.
  public internal(set) var debitsPending: UInt128 = 0
  /// Debits that happened.
  public internal(set) var debitsPosted: UInt128 = 0
  /// Credits of holds that are open.
  public internal(set) var creditsPending: UInt128 = 0
  /// Credits that happened.
  public internal(set) var creditsPosted: UInt128 = 0

  /// An empty account.
  public init(id: AccountID, asset: Asset, limit: BalanceLimit) {
    self.id = id
    self.asset = asset
    self.limit = limit
  }

  /// Posted credits less posted debits, zero where debits lead (as on a boundary account).
  public var balance: Amount {
    Amount(creditsPosted > debitsPosted ? creditsPosted - debitsPosted : 0)
  }

  /// What may still be spent: the balance less what open holds have reserved.
  public var available: Amount {
    let spent = debitsPosted + debitsPending
    return Amount(creditsPosted > spent ? creditsPosted - spent : 0)
  }

  /// Whether the counters obey the limit.
  var obeysLimit: Bool {
    switch limit {
    case .none: true
    case .debitsMustNotExceedCredits: debitsPosted + debitsPending <= creditsPosted
    case .creditsMustNotExceedDebits: creditsPosted + creditsPending <= debitsPosted
    }
  }
}
