public import AssayAccounting
public import AssayCryptography
public import AssayEvidence
public import AssaySpecification
internal import AssayWire

/// A request to the settlement machine, with the key under which a repetition is recognised.
///
/// Who sends a command is for the service around the machine to establish; the machine checks that
/// the party named in it has the role, and the signatures of claims, verdicts and tree heads.
public struct Command: Hashable, Sendable {
  /// The most bytes of a key.
  public static let keyLimit = 128

  /// The idempotency key: 1 to 128 visible ASCII characters.
  public let key: String
  /// What is asked for.
  public let action: Action

  /// What a command asks for.
  public enum Action: Hashable, Sendable {
    /// Money enters: the party's account is credited.
    case deposit(party: VerifyingKey, asset: Asset, amount: Amount)
    /// Money leaves: the party's account is debited.
    case withdraw(party: VerifyingKey, asset: Asset, amount: Amount)
    /// A buyer lets somebody else fund its jobs, within bounds; takes the place of an earlier one.
    case authorise(
      buyer: VerifyingKey, agent: VerifyingKey, asset: Asset, amount: Amount, jobs: UInt32,
      seconds: UInt32)
    /// The market changes what it charges for jobs that are offered from now on.
    case policy(feeMillionths: UInt32)
    /// A job is offered under these terms, in their exact bytes.
    case offer(terms: [UInt8])
    /// A buyer, or whom it has authorised, invites bids for a job for so many seconds; the terms'
    /// price is the most that is paid, and they name no provider.
    case invite(
      terms: [UInt8], by: VerifyingKey, conditions: BidConditions, seconds: UInt32)
    /// A provider bids for a job under terms that it has read; the bid ends after so many seconds.
    case bid(
      job: String, terms: Digest, by: VerifyingKey, price: Amount, hardware: Hardware,
      region: String, seconds: UInt32)
    /// Who has invited bids takes the invitation back, or who has bid its bid.
    case retract(job: String, by: VerifyingKey)
    /// The best bid makes a job, which both sides' money is held for; by anyone, once the time for
    /// bids is over.
    case match(job: String)
    /// The buyer withdraws a job that no provider works on.
    case cancel(job: String, by: VerifyingKey)
    /// The buyer's price and fees are held, by itself or by whom it has authorised.
    case fund(job: String, by: VerifyingKey)
    /// A provider takes the job; its stake is held.
    case accept(job: String, by: VerifyingKey)
    /// The provider at work says that it is.
    case heartbeat(job: String, by: VerifyingKey)
    /// The provider leaves, and says so; what was verified of its work is paid.
    case stop(job: String, by: VerifyingKey)
    /// The provider that was not heard of comes back, or another takes over from the last verified
    /// state; that one's stake is held.
    case resume(job: String, by: VerifyingKey)
    /// The provider's signed claim, in its exact bytes.
    case commit(job: String, claim: [UInt8])
    /// The claim is shown to be in the log.
    case logged(job: String, evidence: LogEvidence)
    /// A secret is revealed: the operator's first, then the buyer's.
    case reveal(job: String, role: RevealRole, secret: [UInt8])
    /// A drawn verifier binds itself to its answer; its bond is held.
    case answer(job: String, by: VerifyingKey, commitment: Digest)
    /// A verifier's or the referee's signed verdict, shown to be in the log; with the nonce of the
    /// answer that a drawn verifier is bound to.
    case verdict(
      job: String, envelope: [UInt8], evidence: LogEvidence, nonce: [UInt8] = [])
    /// The standing verdict is challenged; the challenger's bond is held.
    case challenge(job: String, by: VerifyingKey)
    /// The referee's signed word on how one challenge ended, shown to be in the log.
    case ruling(job: String, envelope: [UInt8], evidence: LogEvidence)
    /// A guardian's signed word that the job must not go on, shown to be in the log.
    case quarantine(job: String, envelope: [UInt8], evidence: LogEvidence)
    /// A verifier's signed word that it has the data and the weights.
    case confirmData(job: String, receipt: [UInt8])
    /// The key of the sealed artefact is disclosed, and the payment released for it.
    case deliver(job: String, key: [UInt8])
    /// The standing verdict's consequences are drawn after the window, by anyone.
    case close(job: String)
    /// A state that has outlasted its deadline is left, by anyone.
    case expire(job: String)
  }

  /// A command.
  ///
  /// - Throws: `name` for a key that is empty, too long or not visible ASCII.
  public init(key: String, action: Action) throws(SettlementError) {
    let bytes = key.utf8
    guard (1...Command.keyLimit).contains(bytes.count),
      bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
    else {
      throw .name(
        field: "idempotency key",
        reason: "expected 1 to \(Command.keyLimit) visible ASCII characters, found "
          + "“\(key.prefix(80))”")
    }
    self.key = key
    self.action = action
  }

  /// A hash of the whole request, by which a changed one under the same key is recognised.
  public var digest: Digest { Command.digest(ofEncoded: encoded) }

  static func digest(ofEncoded bytes: [UInt8]) -> Digest {
    SHA256.digest(domain: "assay/command/v1", [bytes])
  }

  /// What the command asks for, in one word.
  public var name: String { action.name.rawValue }
}

extension Command.Action {
  /// What the action is, in one word.
  public var name: CommandName {
    switch self {
    case .deposit: .deposit
    case .withdraw: .withdraw
    case .authorise: .authorise
    case .policy: .policy
    case .offer: .offer
    case .invite: .invite
    case .bid: .bid
    case .retract: .retract
    case .match: .match
    case .cancel: .cancel
    case .fund: .fund
    case .accept: .accept
    case .heartbeat: .heartbeat
    case .stop: .stop
    case .resume: .resume
    case .commit: .commit
    case .logged: .logged
    case .reveal: .reveal
    case .answer: .answer
    case .verdict: .verdict
    case .challenge: .challenge
    case .ruling: .ruling
    case .quarantine: .quarantine
    case .confirmData: .confirmData
    case .deliver: .deliver
    case .close: .close
    case .expire: .expire
    }
  }

  /// The job that it is about; nil for one about no job, or about one that is yet to be.
  var job: String? {
    switch self {
    case .deposit, .withdraw, .authorise, .policy, .offer, .invite, .bid, .retract, .match: nil
    case .cancel(let job, _), .fund(let job, _), .accept(let job, _), .heartbeat(let job, _),
      .stop(let job, _), .resume(let job, _), .commit(let job, _), .logged(let job, _),
      .reveal(let job, _, _), .answer(let job, _, _), .verdict(let job, _, _, _),
      .challenge(let job, _), .ruling(let job, _, _), .quarantine(let job, _, _),
      .confirmData(let job, _), .deliver(let job, _), .close(let job),
      .expire(let job):
      job
    }
  }
}
