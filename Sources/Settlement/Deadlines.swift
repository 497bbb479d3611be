internal import AssayWire

/// How long each state of a job may last, in seconds from when it was entered.
///
/// Only durations: the machine has one clock, and terms are written before anybody knows when they
/// will be agreed.
public struct Deadlines: Hashable, Sendable {
  /// The longest that a state may last: ten years.
  public static let limitSeconds = 10 * 366 * 86_400

  /// From the offer until the buyer has funded.
  public var fundingSeconds: Int
  /// From the funding until a provider has accepted.
  public var acceptanceSeconds: Int
  /// From the acceptance until the provider has committed.
  public var workSeconds: Int
  /// From the commitment until the operator has shown it in the log.
  public var loggingSeconds: Int
  /// From the log entry until the operator has revealed.
  public var operatorRevealSeconds: Int
  /// From the operator's until the buyer's reveal.
  public var buyerRevealSeconds: Int
  /// From the draw until a verifier has answered.
  public var verificationSeconds: Int
  /// How long another verifier may still answer after an inconclusive answer or none.
  public var retrySeconds: Int
  /// From a verdict until its consequences may be drawn.
  public var challengeWindowSeconds: Int
  /// From a challenge until the referee has answered.
  public var disputeSeconds: Int

  /// The durations of every state.
  public init(
    fundingSeconds: Int, acceptanceSeconds: Int, workSeconds: Int, loggingSeconds: Int,
    operatorRevealSeconds: Int, buyerRevealSeconds: Int, verificationSeconds: Int,
    retrySeconds: Int, challengeWindowSeconds: Int, disputeSeconds: Int
  ) {
    self.fundingSeconds = fundingSeconds
    self.acceptanceSeconds = acceptanceSeconds
    self.workSeconds = workSeconds
    self.loggingSeconds = loggingSeconds
    self.operatorRevealSeconds = operatorRevealSeconds
    self.buyerRevealSeconds = buyerRevealSeconds
    self.verificationSeconds = verificationSeconds
    self.retrySeconds = retrySeconds
    self.challengeWindowSeconds = challengeWindowSeconds
    self.disputeSeconds = disputeSeconds
  }

  /// A day for each party's step, a week of work, a day's window.
  public static let usual = Deadlines(
    fundingSeconds: 86_400, acceptanceSeconds: 86_400, workSeconds: 7 * 86_400,
    loggingSeconds: 3_600, operatorRevealSeconds: 3_600, buyerRevealSeconds: 86_400,
    verificationSeconds: 2 * 86_400, retrySeconds: 86_400, challengeWindowSeconds: 86_400,
    disputeSeconds: 2 * 86_400)

  /// The names in the terms file and where they are kept, in the file's order.
  static var fields: [(String, WritableKeyPath<Deadlines, Int>)] {
    [
      ("fundingSeconds", \.fundingSeconds), ("acceptanceSeconds", \.acceptanceSeconds),
      ("workSeconds", \.workSeconds), ("loggingSeconds", \.loggingSeconds),
      ("operatorRevealSeconds", \.operatorRevealSeconds),
      ("buyerRevealSeconds", \.buyerRevealSeconds),
      ("verificationSeconds", \.verificationSeconds), ("retrySeconds", \.retrySeconds),
      ("challengeWindowSeconds", \.challengeWindowSeconds), ("disputeSeconds", \.disputeSeconds),
    ]
  }

  init(_ object: consuming JSONFields) throws(WireError) {
    var fields = object
    self = .usual
    for (name, path) in Deadlines.fields {
      self[keyPath: path] = try fields.integer(name, in: 1...Deadlines.limitSeconds)
    }
    try fields.finish()
  }

  var json: JSONValue {
    .object(
      Deadlines.fields.map {
        JSONMember(name: $0.0, value: .integer(self[keyPath: $0.1]))
      })
  }
}
