internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence

/// A part of a hold that moves to somebody who did not deposit it.
struct Movement: Hashable {
  let kind: HoldKind
  let payee: Payee
  /// Which of several payees of the kind; nil where there is one.
  let place: Int?
  let from: Account
  let to: Account
  let amount: Amount

  /// The transfer that makes it; payments of a job are numbered from 0.
  func transferID(in job: String, payment: Int) -> TransferID {
    Books.transfer(
      "job/\(job)/pay/\(payment)/\(kind.rawValue)/\(payee.rawValue)"
        + (place.map { "/\($0)" } ?? ""))
  }
}

extension PayoutTable {
  /// What moves out of a hold on an occasion; the rest is given back to its depositor or held on.
  ///
  /// - Precondition: whoever the table pays has taken part.
  func movements(of kind: HoldKind, at payment: Payment) -> [Movement] {
    let shares = shares(of: kind, at: payment.payout) ?? []
    return shares.filter { $0.payee != kind.depositor }.flatMap { share in
      let from = Books.job(terms.job, kind.rawValue, terms.asset)
      let keys = keys(of: share.payee, payment)
      precondition(isKnown(share.payee, in: payment), "the payout table pays who took part")
      guard keys.count > 1 else {
        let to = keys.first.map { Books.party($0, terms.asset) } ?? Books.treasury(terms.asset)
        return [
          Movement(
            kind: kind, payee: share.payee, place: nil, from: from, to: to, amount: share.amount)
        ]
      }
      return zip(keys.indices, share.amount.split(keys.count)).compactMap { place, amount in
        amount == .zero
          ? nil
          : Movement(
            kind: kind, payee: share.payee, place: place, from: from,
            to: Books.party(keys[place], terms.asset), amount: amount)
      }
    }
  }

  /// Whether the table knows whose account a payee's is. Where a transcript has decided, and
  /// nobody, the decider's part is the treasury's.
  func isKnown(_ payee: Payee, in payment: Payment) -> Bool {
    payee == .treasury || payee == .decider || !keys(of: payee, payment).isEmpty
  }

  private func keys(of payee: Payee, _ payment: Payment) -> [VerifyingKey] {
    switch payee {
    case .buyer: [terms.parties.buyer]
    case .provider: [payment.provider].compactMap(\.self)
    case .decider: payment.deciders
    case .finder: [payment.finder].compactMap(\.self)
    case .treasury: []
    }
  }
}

extension Amount {
  /// So many parts that sum to the amount; the first has what does not divide.
  fileprivate func split(_ count: Int) -> [Amount] {
    let (part, rest) = units.quotientAndRemainder(dividingBy: UInt128(count))
    return (0..<count).map { Amount($0 == 0 ? part + rest : part) }
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
