public import AssayAccounting
public import AssayCryptography

/// What a buyer lets somebody else spend on jobs on its behalf: an amount, a time and a number.
public struct Authorisation: Hashable, Sendable {
  /// Whose money it is.
  public let buyer: VerifyingKey
  /// Who may fund the buyer's jobs with it.
  public let agent: VerifyingKey
  /// Of which asset.
  public let asset: Asset
  /// What is left of the amount.
  public let amount: Amount
  /// How many jobs are left.
  public let jobs: UInt32
  /// When it ends, in seconds.
  public let until: UInt64

  /// One of a buyer for an agent and an asset; a later one takes its place.
  public struct Key: Hashable, Sendable {
    let buyer: VerifyingKey
    let agent: VerifyingKey
    let asset: String
  }

  var key: Key { Key(buyer: buyer, agent: agent, asset: asset.id) }

  /// What is left after a job that costs so much; nil where it is not covered.
  func spending(_ cost: Amount, now: UInt64) -> Authorisation? {
    guard now < until, jobs > 0, let rest = amount.subtracting(cost) else { return nil }
    return Authorisation(
      buyer: buyer, agent: agent, asset: asset, amount: rest, jobs: jobs - 1, until: until)
  }
}
