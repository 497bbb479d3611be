/// The name of a transfer, unique in its ledger; under it a repeated request is recognised.
public struct TransferID: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The name itself.
  public let name: String

  /// Checks the name's length (at most 200 bytes) and characters.
  public init(_ name: String) throws(AccountingError) {
    try checkName(name, limit: 200)
    self.name = name
  }

  public var description: String { name }
  public static func < (left: TransferID, right: TransferID) -> Bool { left.name < right.name }
}

/// One immutable movement of money, or one phase of a movement in two phases.
public struct Transfer: Hashable, Sendable {
  /// What a transfer does.
  public enum Action: Hashable, Sendable {
    /// Moves the amount at once from the debited to the credited account.
    case move(debit: AccountID, credit: AccountID, amount: Amount)
    /// Reserves the amount: the first phase. After `expiresAt` (seconds) it can only expire.
    case hold(debit: AccountID, credit: AccountID, amount: Amount, expiresAt: UInt64?)
    /// Moves at most the held amount and releases the rest: the second phase.
    case post(hold: TransferID, amount: Amount)
    /// Releases the whole hold: the second phase.
    case void(hold: TransferID)
    /// Releases the whole hold because its time is over: the second phase.
    case expire(hold: TransferID)
  }

  /// Its name.
  public let id: TransferID
  /// What it does.
  public let action: Action
  /// When it happened, in seconds of the clock that the caller keeps.
  public let time: UInt64

  /// A transfer to be applied to a ledger.
  public init(id: TransferID, action: Action, time: UInt64) {
    self.id = id
    self.action = action
    self.time = time
  }
}

/// A reservation of money and what has become of it.
public struct Hold: Hashable, Sendable {
  /// How a hold ended, once.
  public enum Resolution: Hashable, Sendable {
    /// Part or all of it moved.
    case posted(Amount)
    /// It was released.
    case voided
    /// It was released after its time.
    case expired
  }

  /// Where the money comes from.
  public let debit: AccountID
  /// Where it would go.
  public let credit: AccountID
  /// How much is reserved.
  public let amount: Amount
  /// From when on it can only expire, in seconds; nil: never.
  public let expiresAt: UInt64?
  /// How it ended; nil while it is open.
  public internal(set) var resolution: Resolution?
}
