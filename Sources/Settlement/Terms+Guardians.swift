public import AssayCryptography
public import AssayEvidence
internal import AssayWire

extension Terms {
  /// Who may stop a job where what its evidence rests on has failed, and how many it takes: part of
  /// the terms, or left out where nobody may.
  public struct Guardians: Hashable, Sendable {
    /// Their keys, none of which has another role.
    public var keys: [VerifyingKey]
    /// How many must give the same reason.
    public var quorum: Int

    /// Guardians.
    public init(keys: [VerifyingKey], quorum: Int) {
      self.keys = keys
      self.quorum = quorum
    }

    init(_ object: consuming JSONFields) throws(WireError) {
      var fields = object
      let path = fields.path(of: "keys")
      keys = []
      for (index, entry) in (try fields.array("keys")).enumerated() {
        keys.append(try entry.key(path: "\(path)[\(index)]"))
      }
      quorum = try fields.integer("quorum", in: 1...Terms.verifierLimit)
      try fields.finish()
    }

    var json: JSONValue {
      .object([
        "keys": .array(keys.map { .string(Hex.encode($0.bytes)) }), "quorum": .integer(quorum),
      ])
    }

    /// Refuses a quorum that cannot be, and so few that one who pays or works could be all of it.
    func check() throws(SettlementError) {
      guard (1...Terms.verifierLimit).contains(keys.count), (1...keys.count).contains(quorum)
      else {
        throw .terms(
          field: "guardians",
          reason: "expected 1 to \(Terms.verifierLimit) keys and a quorum of at most as many")
      }
    }
  }
}

/// A guardian's vote to stop a job.
public struct GuardianVote: Hashable, Sendable {
  /// Who.
  public let guardian: VerifyingKey
  /// Why.
  public let reason: QuarantineReason
  /// The identity of the vote's envelope.
  public let identity: Digest
  /// Its place in the log.
  public let logIndex: UInt64
}
