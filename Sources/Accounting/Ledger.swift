/// Accounts and the immutable transfers between them: double entry, in any number of assets.
///
/// A value without clock or I/O. A request that is refused leaves it as it was, to the byte
/// (`encoded`). The transfers are the journal: applied in order to the same accounts, they give
/// the same books.
///
/// Books that are kept elsewhere have in memory what was changed since the changes were taken last;
/// what they say of all accounts or transfers holds for books that are in memory whole.
public struct Ledger: Hashable {
  /// The assets that some account counts, by name.
  public private(set) var assets: Records<Asset>
  /// Every account, by name.
  public internal(set) var accounts: Records<Account>
  /// Every transfer, in the order in which they were applied.
  public private(set) var transfers: [Transfer] = []
  /// Every hold, open or resolved.
  public private(set) var holds: Records<Hold>
  private var indices: [TransferID: Int] = [:]
  private let kept: Records<Transfer>

  /// Books without accounts, or those that are kept in a source.
  public init(from source: (any RecordSource)? = nil) {
    assets = Records(from: source)
    accounts = Records(from: source)
    holds = Records(from: source)
    kept = Records(from: source)
  }

  /// The account of that name.
  public subscript(_ id: AccountID) -> Account? { accounts[id] }

  /// The transfer of that name.
  public func transfer(_ id: TransferID) -> Transfer? {
    indices[id].map { transfers[$0] } ?? kept[id]
  }

  /// What was changed since the last time, for the source to take over.
  public struct Changes {
    /// In the order of their names.
    public var assets: [Asset] = []
    /// In the order of their names.
    public var accounts: [Account] = []
    /// In the order of their names.
    public var holds: [(name: String, value: Hold)] = []
    /// In the order in which they were applied.
    public var transfers: [Transfer] = []
  }

  /// Hands on what is in memory.
  public mutating func takeChanges() -> Changes {
    defer {
      transfers = []
      indices = [:]
    }
    // Nothing of the books is ever removed.
    return Changes(
      assets: assets.takeChanges().compactMap(\.value),
      accounts: accounts.takeChanges().compactMap(\.value),
      holds: holds.takeChanges().compactMap { name, hold in hold.map { (name, $0) } },
      transfers: transfers)
  }

  /// Opens an account; asking again for the same one changes nothing.
  public mutating func open(_ account: Account) -> AccountOutcome {
    if let found = accounts[account.id] {
      guard found.asset == account.asset, found.limit == account.limit else {
        return .existsWithOtherTerms(found: found)
      }
      return .exists
    }
    if let found = assets[account.asset.id], found != account.asset {
      return .assetHasOtherDecimals(found: found)
    }
    assets[account.asset.id] = account.asset
    accounts[account.id] = Account(id: account.id, asset: account.asset, limit: account.limit)
    return .opened
  }

  /// Applies one transfer, or says why not.
  ///
  /// A repeated one is recognised in memory; for those that are kept elsewhere the source must see
  /// to it that names are unique.
  public mutating func apply(_ transfer: Transfer) -> TransferOutcome {
    if let index = indices[transfer.id] {
      return transfers[index].action == transfer.action
        ? .exists : .refused(.idHasOtherContents(transfer.id))
    }
    switch transfer.action {
    case .move(let debit, let credit, let amount):
      if let refusal = move(amount, from: debit, to: credit, isPending: false) {
        return .refused(refusal)
      }
    case .hold(let debit, let credit, let amount, let expiresAt):
      if let refusal = move(amount, from: debit, to: credit, isPending: true) {
        return .refused(refusal)
      }
      holds[transfer.id] = Hold(
        debit: debit, credit: credit, amount: amount, expiresAt: expiresAt, resolution: nil)
    case .post(let id, let amount):
      if let refusal = resolve(id, as: .posted(amount), now: transfer.time) {
        return .refused(refusal)
      }
    case .void(let id):
      if let refusal = resolve(id, as: .voided, now: transfer.time) { return .refused(refusal) }
    case .expire(let id):
      if let refusal = resolve(id, as: .expired, now: transfer.time) { return .refused(refusal) }
    }
    indices[transfer.id] = transfers.count
    transfers.append(transfer)
    return .applied
  }

  /// Opens the accounts that are not there yet and applies all of the transfers in order, or does
  /// nothing at all.
  public mutating func apply(
    _ batch: [Transfer], opening newAccounts: [Account]
  ) -> BatchOutcome {
    let before = (accounts: newAccounts.map { accounts[$0.id] }, assets: assets)
    var outcome = BatchOutcome.applied(added: 0)
    for account in newAccounts {
      switch open(account) {
      case .opened, .exists: continue
      case let refusal: outcome = .accountRefused(account.id, refusal)
      }
      break
    }
    if case .applied = outcome { outcome = apply(batch) }
    if case .applied = outcome { return outcome }
    for (account, found) in zip(newAccounts, before.accounts) where found == nil {
      accounts.forget(account.id)
    }
    assets = before.assets
    return outcome
  }

  /// Applies all of the transfers in order, or none.
  public mutating func apply(_ batch: [Transfer]) -> BatchOutcome {
    let countBefore = transfers.count
    var touched: [AccountID: Account] = [:]
    var resolved: [TransferID: Hold] = [:]
    for (index, transfer) in batch.enumerated() {
      for id in accounts(of: transfer) where touched[id] == nil {
        touched[id] = accounts[id]
      }
      if let id = transfer.action.resolvedHold, resolved[id] == nil { resolved[id] = holds[id] }
      if case .refused(let refusal) = apply(transfer) {
        // Undoes in reverse: the new transfers go, then what they touched is put back.
        for added in transfers[countBefore...] {
          indices[added.id] = nil
          holds.forget(added.id)
        }
        for (id, hold) in resolved where holds[id] != nil { holds[id] = hold }
        for (id, account) in touched { accounts[id] = account }
        transfers.removeSubrange(countBefore...)
        return .refused(index: index, refusal)
      }
    }
    return .applied(added: transfers.count - countBefore)
  }

  /// The accounts that a transfer debits and credits; none where it resolves an unknown hold.
  public func accounts(of transfer: Transfer) -> [AccountID] {
    switch transfer.action {
    case .move(let debit, let credit, _), .hold(let debit, let credit, _, _): [debit, credit]
    case .post(let id, _), .void(let id), .expire(let id):
      holds[id].map { [$0.debit, $0.credit] } ?? []
    }
  }

  /// Moves or reserves an amount; the checks stand in the order of `TransferRefusal`.
  private mutating func move(
    _ amount: Amount, from debit: AccountID, to credit: AccountID, isPending: Bool
  ) -> TransferRefusal? {
    guard amount > .zero else { return .amountIsZero }
    guard debit != credit else { return .accountsAreTheSame(debit) }
    guard var from = accounts[debit] else { return .debitAccountNotFound(debit) }
    guard var to = accounts[credit] else { return .creditAccountNotFound(credit) }
    guard from.asset == to.asset else {
      return .assetsDiffer(debit: from.asset, credit: to.asset)
    }
    let available = from.available
    // Pending and posted together stay within 128 bits, so that no later posting can overflow.
    guard fits(from.debitsPending, from.debitsPosted, amount) else {
      return .counterOverflow(debit)
    }
    guard fits(to.creditsPending, to.creditsPosted, amount) else {
      return .counterOverflow(credit)
    }
    if isPending {
      from.debitsPending += amount.units
      to.creditsPending += amount.units
    } else {
      from.debitsPosted += amount.units
      to.creditsPosted += amount.units
    }
    guard from.obeysLimit else {
      return .exceedsCredits(debit, available: available, requested: amount)
    }
    guard to.obeysLimit else { return .exceedsDebits(credit, requested: amount) }
    accounts[debit] = from
    accounts[credit] = to
    return nil
  }

  /// Resolves an open hold, once.
  private mutating func resolve(
    _ id: TransferID, as resolution: Hold.Resolution, now: UInt64
  ) -> TransferRefusal? {
    if case .posted(let amount) = resolution, amount == .zero { return .amountIsZero }
    guard var hold = holds[id] else { return .holdNotFound(id) }
    guard var from = accounts[hold.debit] else { return .debitAccountNotFound(hold.debit) }
    guard var to = accounts[hold.credit] else { return .creditAccountNotFound(hold.credit) }
    if let before = hold.resolution { return .holdIsResolved(id, before) }
    let isOver = hold.expiresAt.map { $0 <= now } ?? false
    switch resolution {
    case .posted(let amount):
      guard amount <= hold.amount else {
        return .exceedsHold(held: hold.amount, requested: amount)
      }
      if isOver { return .holdHasExpired(at: hold.expiresAt ?? now, now: now) }
      from.debitsPosted += amount.units
      to.creditsPosted += amount.units
    case .voided:
      if isOver { return .holdHasExpired(at: hold.expiresAt ?? now, now: now) }
    case .expired:
      guard isOver else { return .holdHasNotExpired(at: hold.expiresAt, now: now) }
    }
    from.debitsPending -= hold.amount.units
    to.creditsPending -= hold.amount.units
    // No limit needs a check: what is posted is at most what the hold had reserved.
    hold.resolution = resolution
    holds[id] = hold
    accounts[hold.debit] = from
    accounts[hold.credit] = to
    return nil
  }
}

/// Whether pending + posted + amount fits into 128 bits.
private func fits(_ pending: UInt128, _ posted: UInt128, _ amount: Amount) -> Bool {
  let (counters, first) = pending.addingReportingOverflow(posted)
  let (_, second) = counters.addingReportingOverflow(amount.units)
  return !first && !second
}

extension Transfer.Action {
  /// The hold that a second phase resolves.
  var resolvedHold: TransferID? {
    switch self {
    case .move, .hold: nil
    case .post(let hold, _), .void(let hold), .expire(let hold): hold
    }
  }
}
