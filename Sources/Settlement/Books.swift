public import AssayAccounting
public import AssayCryptography
internal import AssayWire

/// The names of the accounts and transfers that the machine keeps.
///
///     boundary/in/EUR     money that has entered      boundary/out/EUR   money that has left
///     party/<key>/EUR     a party's own money         treasury/EUR       the market's
///     job/<name>/payment  the other side of a job's holds: payment, fee, stake, bond
public enum Books {
  /// Where money comes in from; its debits are what has entered.
  public static func entrance(_ asset: Asset) -> Account {
    account("boundary/in/\(asset.id)", asset, .creditsMustNotExceedDebits)
  }

  /// Where money goes out to; its credits are what has left.
  public static func exit(_ asset: Asset) -> Account {
    account("boundary/out/\(asset.id)", asset, .debitsMustNotExceedCredits)
  }

  /// A party's own money.
  public static func party(_ key: VerifyingKey, _ asset: Asset) -> Account {
    account("party/\(Hex.encode(key.bytes))/\(asset.id)", asset, .debitsMustNotExceedCredits)
  }

  /// The market's own money.
  public static func treasury(_ asset: Asset) -> Account {
    account("treasury/\(asset.id)", asset, .debitsMustNotExceedCredits)
  }

  /// The other side of a job's holds of a kind.
  public static func job(_ job: String, _ kind: String, _ asset: Asset) -> Account {
    account("job/\(job)/\(kind)", asset, .debitsMustNotExceedCredits)
  }

  /// The name of a job's hold; what is left of one is held on under the next number.
  public static func hold(_ job: String, _ kind: HoldKind, number: UInt64) -> TransferID {
    transfer("job/\(job)/hold/\(kind.rawValue)/\(number)")
  }

  /// The name of the hold of a challenger's bond.
  public static func bond(_ job: String, number: UInt64) -> TransferID {
    transfer("job/\(job)/hold/bond/\(number)")
  }

  /// The name of the hold of a drawn verifier's bond.
  static func answer(_ job: String, number: UInt64) -> TransferID {
    transfer("job/\(job)/hold/answer/\(number)")
  }

  /// A transfer's name out of parts that have been checked.
  static func transfer(_ name: String) -> TransferID {
    guard let id = try? TransferID(name) else {
      preconditionFailure("names are made of checked parts: \(name)")
    }
    return id
  }

  private static func account(_ name: String, _ asset: Asset, _ limit: BalanceLimit) -> Account {
    guard let id = try? AccountID(name) else {
      preconditionFailure("names are made of checked parts: \(name)")
    }
    return Account(id: id, asset: asset, limit: limit)
  }
}
