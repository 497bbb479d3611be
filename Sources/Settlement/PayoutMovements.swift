internal import AssayAccounting
internal import AssayCryptography

/// Who has the roles that the terms leave open.
struct Roles: Hashable {
  var provider: VerifyingKey?
  var decider: VerifyingKey?
  var finder: VerifyingKey?

  init(provider: VerifyingKey?, decider: VerifyingKey?, finder: VerifyingKey?) {
    self.provider = provider
    self.decider = decider
    self.finder = finder
  }

  init(of job: Job) {
    self.init(provider: job.provider, decider: job.verdict?.verifier, finder: job.finder)
  }
}

/// A part of a hold that moves to somebody who did not deposit it.
struct Movement: Hashable {
  let kind: HoldKind
  let payee: Payee
  let from: Account
  let to: Account
  let amount: Amount

  /// The transfer that makes it.
  func transferID(in job: String) -> TransferID {
    Books.transfer("job/\(job)/settle/\(kind.rawValue)/\(payee.rawValue)")
  }
}

extension PayoutTable {
  /// What moves out of a hold at an ending; the rest goes back to its depositor.
  ///
  /// - Precondition: whoever the table pays has taken part.
  func movements(of kind: HoldKind, at ending: Ending, to roles: Roles) -> [Movement] {
    shares(of: kind, at: ending).filter { $0.payee != kind.depositor }.map { share in
      Movement(
        kind: kind, payee: share.payee, from: Books.job(terms.job, kind.rawValue, terms.asset),
        to: account(of: share.payee, roles: roles), amount: share.amount)
    }
  }

  private func account(of payee: Payee, roles: Roles) -> Account {
    let key: VerifyingKey? =
      switch payee {
      case .buyer: terms.parties.buyer
      case .provider: roles.provider
      case .decider: roles.decider
      case .finder: roles.finder
      case .treasury: nil
      }
    guard let key else {
      precondition(payee == .treasury, "the payout table pays who took part")
      return Books.treasury(terms.asset)
    }
    return Books.party(key, terms.asset)
  }
}
