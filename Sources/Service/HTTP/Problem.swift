internal import AssayWire

/// What went wrong, for programs (RFC 9457): the code is stable, the detail is for people.
public struct Problem: Error, Hashable, Sendable {
  /// What kind of problem it is.
  public let code: Code
  /// What was wrong, what was expected and what to do.
  public let detail: String
  /// Fields that the answer carries besides.
  var fields: [HTTPField] = []

  init(_ code: Code, _ detail: String, fields: [HTTPField] = []) {
    self.code = code
    self.detail = detail
    self.fields = fields
  }

  /// Every kind of problem. The raw value is what clients compare.
  public enum Code: String, Hashable, Sendable, CaseIterable {
    // About the request itself.
    case malformedRequest = "malformed_request"
    case malformedBody = "malformed_body"
    case bodyTooLarge = "body_too_large"
    case digestMismatch = "digest_mismatch"
    case notFound = "not_found"
    case rangeNotSatisfiable = "range_not_satisfiable"
    case methodNotAllowed = "method_not_allowed"
    case wrongAuthority = "wrong_authority"
    case rateLimited = "rate_limited"
    case idempotencyKeyMissing = "idempotency_key_missing"
    case idempotencyKeyReused = "idempotency_key_reused"
    // About who asks.
    case signatureMissing = "signature_missing"
    case signatureMalformed = "signature_malformed"
    case signatureIncomplete = "signature_incomplete"
    case signatureInvalid = "signature_invalid"
    case signatureExpired = "signature_expired"
    case signatureReplayed = "signature_replayed"
    case roleMissing = "role_missing"
    case wrongParty = "wrong_party"
    case accessTokenMissing = "access_token_missing"
    // About the job and its money.
    case jobExists = "job_exists"
    case wrongState = "wrong_state"
    case deadlinePassed = "deadline_passed"
    case deadlineNotPassed = "deadline_not_passed"
    case alreadyAnswered = "already_answered"
    case bidRefused = "bid_refused"
    case insufficientFunds = "insufficient_funds"
    case booksRefused = "books_refused"
    case termsRefused = "terms_refused"
    case cheatingWouldPay = "cheating_would_pay"
    case evidenceRefused = "evidence_refused"
    case commandRefused = "command_refused"
    // About files and tasks.
    case wrongOffset = "wrong_offset"
    case quotaExceeded = "quota_exceeded"
    case leaseLost = "lease_lost"
    case targetRefused = "target_refused"
    // About the service.
    case operatorKeyMissing = "operator_key_missing"
    case unavailable = "unavailable"
    case internalError = "internal_error"

    /// The status that an answer with this problem has.
    public var status: Int {
      switch self {
      case .malformedRequest, .malformedBody, .digestMismatch, .idempotencyKeyMissing: 400
      case .signatureMissing, .signatureMalformed, .signatureIncomplete, .signatureInvalid,
        .signatureExpired, .signatureReplayed, .accessTokenMissing:
        401
      case .roleMissing, .wrongParty, .targetRefused: 403
      case .notFound: 404
      case .methodNotAllowed: 405
      case .jobExists, .wrongState, .deadlinePassed, .deadlineNotPassed, .alreadyAnswered,
        .bidRefused, .insufficientFunds, .booksRefused, .commandRefused, .wrongOffset,
        .quotaExceeded, .leaseLost:
        409
      case .bodyTooLarge: 413
      case .rangeNotSatisfiable: 416
      case .wrongAuthority: 421
      case .idempotencyKeyReused, .termsRefused, .cheatingWouldPay, .evidenceRefused: 422
      case .rateLimited: 429
      case .internalError: 500
      case .operatorKeyMissing, .unavailable: 503
      }
    }

    /// The kind in a few words.
    public var title: String {
      let words = rawValue.split(separator: "_").joined(separator: " ")
      return words.prefix(1).uppercased() + words.dropFirst()
    }
  }

  /// The answer.
  public var response: HTTPResponse {
    let body = JSONValue.object([
      "type": .string("/problems#\(code.rawValue)"), "title": .string(code.title),
      "status": .integer(code.status), "code": .string(code.rawValue), "detail": .string(detail),
    ])
    return HTTPResponse(
      status: code.status, type: "application/problem+json", fields: fields,
      body: body.serialized())
  }
}
