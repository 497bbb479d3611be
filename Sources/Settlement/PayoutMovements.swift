internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence

/// A part of a hold that moves to somebody who did not deposit it.
struct Movement: Hashable {
  let kind: HoldKind
  let payee: Payee
  let from: Account
  let to: Account
  let amount: Amount

  /// The transfer that makes it; payments of a job are numbered from 0.
  func transferID(in job: String, payment: Int) -> TransferID {
    Books.transfer("job/\(job)/pay/\(payment)/\(kind.rawValue)/\(payee.rawValue)")
  }
}

extension PayoutTable {
  /// What moves out of a hold on an occasion; the rest is given back to its depositor or held on.
  ///
  /// - Precondition: whoever the table pays has taken part.
  func movements(of kind: HoldKind, at payment: Payment) -> [Movement] {
    let shares = shares(of: kind, at: payment.payout) ?? []
    return shares.filter { $0.payee != kind.depositor }.map { share in
      Movement(
        kind: kind, payee: share.payee, from: Books.job(terms.job, kind.rawValue, terms.asset),
        to: account(of: share.payee, payment), amount: share.amount)
    }
  }

  /// Whether the table knows whose account a payee's is.
  func isKnown(_ payee: Payee, in payment: Payment) -> Bool {
    payee == .treasury || key(of: payee, payment) != nil
  }

  private func key(of payee: Payee, _ payment: Payment) -> VerifyingKey? {
    switch payee {
    case .buyer: terms.parties.buyer
    case .provider: payment.provider
    case .decider: payment.decider
    case .finder: payment.finder
    case .treasury: nil
    }
  }

  private func account(of payee: Payee, _ payment: Payment) -> Account {
    guard let key = key(of: payee, payment) else {
      precondition(payee == .treasury, "the payout table pays who took part")
      return Books.treasury(terms.asset)
    }
    return Books.party(key, terms.asset)
  }
}

/// A part of a hold that somebody got, or got back.
public struct PaidShare: Hashable, Sendable {
  /// Out of which hold.
  public let kind: HoldKind
  /// Who, and how much.
  public let share: Share
  /// On which occasion.
  public let payment: Payment
}

extension Job {
  /// Every part of its holds that somebody got or got back so far, in order.
  public var paid: [PaidShare] {
    var progress = Progress(of: terms.contents.work)
    let claims = (accepted + [examination]).map { $0.claim?.lastStep }
    return payments.flatMap { payment in
      progress.claimedStep = claims[payment.acceptedClaims]
      let table = PayoutTable(
        terms: terms.contents, progress: progress, hasFinder: payment.finder != nil)
      progress = progress.after(payment.payout, under: terms.contents)
      return HoldKind.allCases.flatMap { kind in
        (table.shares(of: kind, at: payment.payout) ?? []).map {
          PaidShare(kind: kind, share: $0, payment: payment)
        }
      }
    }
  }
}

extension Progress {
  /// What is verified and paid after a payment under these terms.
  func after(_ payout: Payout, under terms: Terms.Contents) -> Progress {
    var next = self
    switch payout {
    case .ending: break
    case .instalment(let released):
      next = accepting(under: terms)
      next.released = released.adding(next.released) ?? next.released
      next.retained = next.retained.subtracting(released) ?? .zero
    case .departure:
      next.released = retained.adding(released) ?? released
      next.retained = .zero
    }
    return next
  }

  /// What is verified and earned once the present claim is accepted, before anything is released.
  func accepting(under terms: Terms.Contents) -> Progress {
    var next = self
    let due = PayoutTable(terms: terms, progress: self, hasFinder: false).due
    next.retained = retained.adding(due) ?? retained
    next.verifiedStep = claimedStep ?? verifiedStep
    next.claimedStep = nil
    next.acceptedClaims += 1
    return next
  }
}
