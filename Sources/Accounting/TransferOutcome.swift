/// What became of a transfer that was handed to a ledger.
public enum TransferOutcome: Hashable, Sendable {
  /// It was applied now.
  case applied
  /// The same transfer had been applied before; nothing changed.
  case exists
  /// It was not applied, and nothing changed.
  case refused(TransferRefusal)
}

/// What became of several transfers of which either all or none are applied.
public enum BatchOutcome: Hashable, Sendable {
  /// All are in the books: `added` of them new, the others had been there.
  case applied(added: Int)
  /// None was applied: the one at `index` was refused.
  case refused(index: Int, TransferRefusal)
  /// None was applied: this account could not be opened.
  case accountRefused(AccountID, AccountOutcome)
}

/// What became of a request to open an account.
public enum AccountOutcome: Hashable, Sendable {
  /// It was opened now.
  case opened
  /// The same account had been opened before; nothing changed.
  case exists
  /// An account of that name exists with another asset or limit; nothing changed.
  case existsWithOtherTerms(found: Account)
  /// The ledger knows an asset of that name with another number of decimals; nothing changed.
  case assetHasOtherDecimals(found: Asset)
}

/// Why a transfer was refused.
///
/// The rules are checked in the order of the cases, so that two implementations give one answer.
public enum TransferRefusal: Hashable, Sendable, CustomStringConvertible {
  /// Another transfer has this name.
  case idHasOtherContents(TransferID)
  /// Nothing would move.
  case amountIsZero
  /// Debit and credit are one account.
  case accountsAreTheSame(AccountID)
  /// No such account to debit.
  case debitAccountNotFound(AccountID)
  /// No such account to credit.
  case creditAccountNotFound(AccountID)
  /// The two accounts count different assets.
  case assetsDiffer(debit: Asset, credit: Asset)
  /// No hold has this name.
  case holdNotFound(TransferID)
  /// The hold was resolved before.
  case holdIsResolved(TransferID, Hold.Resolution)
  /// More would be posted than was held.
  case exceedsHold(held: Amount, requested: Amount)
  /// The hold's time is over: it can only expire.
  case holdHasExpired(at: UInt64, now: UInt64)
  /// The hold's time is not over, or it has none.
  case holdHasNotExpired(at: UInt64?, now: UInt64)
  /// A counter would pass 2¹²⁸ − 1.
  case counterOverflow(AccountID)
  /// The debited account would be overdrawn.
  case exceedsCredits(AccountID, available: Amount, requested: Amount)
  /// The credited account would be credited beyond its debits.
  case exceedsDebits(AccountID, requested: Amount)

  public var description: String {
    switch self {
    case .idHasOtherContents(let id): "another transfer is named \(id)"
    case .amountIsZero: "the amount is zero"
    case .accountsAreTheSame(let id): "debit and credit are the same account, \(id)"
    case .debitAccountNotFound(let id): "there is no account \(id) to debit"
    case .creditAccountNotFound(let id): "there is no account \(id) to credit"
    case .assetsDiffer(let debit, let credit): "a transfer from \(debit) to \(credit)"
    case .holdNotFound(let id): "there is no hold \(id)"
    case .holdIsResolved(let id, let resolution):
      switch resolution {
      case .posted(let amount): "the hold \(id) was posted with \(amount)"
      case .voided: "the hold \(id) was voided"
      case .expired: "the hold \(id) has expired"
      }
    case .exceedsHold(let held, let requested): "\(requested) of a hold of \(held)"
    case .holdHasExpired(let at, let now): "the hold ended at \(at), it is \(now)"
    case .holdHasNotExpired(let at, let now):
      at.map { "the hold ends at \($0), it is \(now)" } ?? "the hold never expires"
    case .counterOverflow(let id): "a counter of \(id) would pass 2^128 - 1"
    case .exceedsCredits(let id, let available, let requested):
      "\(id) has \(available) available, \(requested) are needed"
    case .exceedsDebits(let id, let requested):
      "\(id) cannot be credited with \(requested): credits would exceed debits"
    }
  }
}
