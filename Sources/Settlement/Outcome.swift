public import AssayAccounting
public import AssayCryptography
public import AssayEvidence

/// What became of a command.
public enum Outcome: Hashable, Sendable {
  /// It was applied, now or when it was first asked for.
  case applied(Applied)
  /// It was not applied, and nothing changed.
  case refused(Refusal)
}

/// What an applied command did.
public struct Applied: Hashable, Sendable {
  /// Its place among all applied commands, from 0.
  public let sequence: UInt64
  /// When it was applied, in seconds.
  public let time: UInt64
  /// The job it was about.
  public let job: String?
  /// Where that job stands after it.
  public let phase: PhaseName?
  /// The transfers it made, in order.
  public let transfers: [TransferID]
}

/// Why a command was refused.
///
/// The rules are checked in the order of the cases; the first that is broken is the answer.
public enum Refusal: Error, Hashable, Sendable {
  /// Another request was applied under this key.
  case keyHasOtherRequest(key: String)
  /// The clock went back, or is beyond 2⁵³ seconds.
  case clock(last: UInt64, now: UInt64)
  /// The amount is zero.
  case amountIsZero
  /// The ledger knows an asset of that name with another number of decimals.
  case assetHasOtherDecimals(expected: Int, found: Int)
  /// The terms cannot be read or break a rule.
  case terms(SettlementError)
  /// The terms name another policy than the market has.
  case otherPolicy(expected: MarketPolicy, found: MarketPolicy)
  /// The market may not take so much.
  case feeTooHigh(limit: Int)
  /// The buyer has authorised less, fewer jobs, or for a shorter time.
  case beyondAuthorisation(Authorisation, needed: Amount)
  /// There is a job of that name.
  case jobExists(String)
  /// A secret's hash stood in the terms of another job: the secret may be known.
  case secretUsedBefore(role: RevealRole)
  /// There is no job of that name.
  case jobNotFound(String)
  /// The job's state does not allow this.
  case wrongPhase(expected: [PhaseName], found: PhaseName)
  /// The state's deadline has passed: now it can only expire or be closed.
  case deadlinePassed(at: UInt64, now: UInt64)
  /// The state's deadline has not passed.
  case deadlineNotPassed(at: UInt64, now: UInt64)
  /// Somebody else must do this.
  case wrongParty(role: String, found: VerifyingKey)
  /// The terms do not say how the job would go on with another provider.
  case noContinuity
  /// The terms name no referee who could decide a challenge.
  case noReferee
  /// The operator reveals before the buyer: its silence must not depend on the draw.
  case operatorRevealsFirst
  /// Under these terms cheating would pay.
  case cheatingWouldPay(Deterrence)
  /// This verifier has answered.
  case alreadyAnswered(VerifyingKey)
  /// Drawn verifiers bind themselves to their answers before anybody shows one.
  case answerFirst
  /// The terms draw no verifiers who would bind themselves.
  case noPanel
  /// What is shown is not the answer that this verifier is bound to.
  case otherAnswer(VerifyingKey)
  /// An acceptance that does not show what only execution yields.
  case noWork(VerifyingKey)
  /// Fewer verifiers than the terms ask for have said that they have the data.
  case dataNotConfirmed(found: Int, needed: Int)
  /// The terms do not ask for verifiers that have the data.
  case noDataReceipts
  /// The key is not the one to which the claim is bound.
  case otherDeliveryKey(expected: Digest)
  /// Nobody of that key has an open challenge.
  case noSuchChallenge(VerifyingKey)
  /// The terms name no guardians.
  case noGuardians
  /// No bids are invited for a job of that name.
  case noInvitation(String)
  /// Bids are invited under terms that name a provider.
  case providerIsNamed
  /// Others who do the same work may still claim it: nothing is opened before.
  case replicasPending
  /// A bid does not satisfy a condition of the invitation.
  case unsuitableBid(String, expected: String, found: String)
  /// The evidence was not admitted.
  case evidence(EvidenceError)
  /// The money is not there, or the books refuse for another reason.
  case books(TransferRefusal)
}

extension Refusal: CustomStringConvertible {
  public var description: String {
    switch self {
    case .keyHasOtherRequest(let key):
      "another request was applied under the key “\(key)”; use a new key for a new request"
    case .clock(let last, let now): "the clock says \(now), but it was \(last) before"
    case .amountIsZero: "the amount is zero"
    case .assetHasOtherDecimals(let expected, let found):
      "the books count this asset with \(expected) decimals, found \(found)"
    case .terms(let error): "\(error)"
    case .otherPolicy(let expected, let found):
      "the terms name version \(found.version) of the market's policy (\(found.feeMillionths) "
        + "millionths), it has version \(expected.version) (\(expected.feeMillionths) millionths)"
    case .feeTooHigh(let limit): "a market takes at most \(limit) millionths"
    case .beyondAuthorisation(let given, let needed):
      "\(needed) are needed; the buyer has authorised \(given.amount) for \(given.jobs) jobs "
        + "until \(given.until)"
    case .jobExists(let job): "there is a job “\(job)” already"
    case .secretUsedBefore(let role):
      "the \(role.rawValue)'s secret was used in another job; make a new one"
    case .jobNotFound(let job): "there is no job “\(job)”"
    case .wrongPhase(let expected, let found):
      "the job is \(found.rawValue); this needs it to be "
        + expected.map(\.rawValue).joined(separator: " or ")
    case .deadlinePassed(let at, let now):
      "the deadline was \(at), it is \(now); the state can only expire or be closed now"
    case .deadlineNotPassed(let at, let now): "the deadline is \(at), it is only \(now)"
    case .wrongParty(let role, let found): "\(found) cannot do this: expected \(role)"
    case .noContinuity:
      "the terms have no “continuity”: their one provider does all of the work or none"
    case .noReferee: "the terms name no referee, so there are no challenges"
    case .operatorRevealsFirst: "the operator must reveal first"
    case .cheatingWouldPay(let numbers): "cheating would pay: \(numbers)"
    case .alreadyAnswered(let key): "the verifier \(key) has answered"
    case .answerFirst: "the drawn verifiers bind themselves to their answers first"
    case .noPanel: "the terms have no “panel”: any admitted verifier hands in its verdict at once"
    case .otherAnswer(let key): "this is not the answer that the verifier \(key) is bound to"
    case .noWork(let key):
      "the verifier \(key) accepts and shows no work; a verdict of `assay audit` does, which "
        + "executes the drawn intervals"
    case .dataNotConfirmed(let found, let needed):
      "\(found) verifiers have said that they have the data, the terms ask for \(needed): "
        + "assay job confirm-data"
    case .noDataReceipts: "the terms ask for no “dataReceipts”; fund the job"
    case .otherDeliveryKey(let expected):
      "this is not the key of the sealed artefact, to which the claim is bound by \(expected)"
    case .noSuchChallenge(let key): "\(key) has no open challenge"
    case .noGuardians: "the terms name no guardians, so nobody can put the job in quarantine"
    case .noInvitation(let job): "no bids are invited for a job “\(job)”"
    case .providerIsNamed: "the terms name the provider; bids are invited where they name none"
    case .replicasPending:
      "other providers of the same work may still claim it; nothing is revealed before"
    case .unsuitableBid(let field, let expected, let found):
      "the bid's \(field): expected \(expected), found \(found)"
    case .evidence(let error): "\(error)"
    case .books(let refusal): "\(refusal)"
    }
  }
}
