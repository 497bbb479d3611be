internal import AssayAccounting
internal import AssaySettlement

extension Problem {
  /// The problem that a refusal of the machine's is.
  init(_ refusal: Refusal) {
    let code: Code
    switch refusal {
    case .keyHasOtherRequest: code = .idempotencyKeyReused
    case .clock: code = .unavailable
    case .amountIsZero, .assetHasOtherDecimals: code = .malformedBody
    case .terms, .secretUsedBefore, .providerIsNamed: code = .termsRefused
    case .jobExists: code = .jobExists
    case .jobNotFound, .noInvitation: code = .notFound
    case .wrongPhase, .operatorRevealsFirst: code = .wrongState
    case .deadlinePassed: code = .deadlinePassed
    case .deadlineNotPassed: code = .deadlineNotPassed
    case .wrongParty: code = .wrongParty
    case .unsuitableBid: code = .bidRefused
    case .cheatingWouldPay: code = .cheatingWouldPay
    case .alreadyAnswered: code = .alreadyAnswered
    case .evidence, .otherAnswer: code = .evidenceRefused
    case .books(.exceedsCredits), .books(.debitAccountNotFound): code = .insufficientFunds
    case .books: code = .booksRefused
    // No referee, and whatever the machine learns to refuse before it has a code of its own.
    default: code = .commandRefused
    }
    self.init(code, "\(refusal)")
  }
}
