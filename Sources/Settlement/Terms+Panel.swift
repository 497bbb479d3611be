public import AssayAccounting
public import AssayCryptography
internal import AssayEvidence
internal import AssayWire

extension Terms {
  /// Verifiers that are drawn, put up a bond and answer without knowing each other's answers: part
  /// of the terms, or left out where the first verdict of any admitted verifier stands.
  public struct Panel: Hashable, Sendable {
    /// How many are drawn in a round; all of them must come to the same conclusion.
    public var quorum: Int
    /// What each puts up when it binds itself to its answer.
    public var bond: Amount
    /// How many rounds there may be, each of other verifiers and of more intervals.
    public var rounds: Int
    /// From the last answer until all must have shown theirs.
    public var revealSeconds: Int
    /// How verifiers are kept from accepting unseen; nil where nothing is said.
    public var canaries: Canaries?
    /// Keys of one owner: of each group at most one is drawn, and none where the provider is in it.
    public var linked: [[VerifyingKey]]

    /// The parameters.
    public init(
      quorum: Int, bond: Amount, rounds: Int, revealSeconds: Int, canaries: Canaries? = nil,
      linked: [[VerifyingKey]] = []
    ) {
      self.quorum = quorum
      self.bond = bond
      self.rounds = rounds
      self.revealSeconds = revealSeconds
      self.canaries = canaries
      self.linked = linked
    }

    /// The most groups of linked keys, and the most keys in one.
    static let linkLimit = 64

    init(_ object: consuming JSONFields) throws(WireError) {
      var fields = object
      quorum = try fields.integer("quorum", in: 1...Terms.verifierLimit)
      bond = try fields.amount("bond")
      rounds = try fields.integer("rounds", in: 1...Challenge.roundLimit)
      revealSeconds = try fields.integer("revealSeconds", in: 1...Deadlines.limitSeconds)
      canaries = fields.contains("canaries") ? try Canaries(fields.fields("canaries")) : nil
      let path = fields.path(of: "linked")
      linked = []
      for (index, group) in (try fields.optionalArray("linked") ?? []).enumerated() {
        guard case .array(let entries) = group else {
          throw .field(path: "\(path)[\(index)]", reason: "expected an array of keys")
        }
        var keys: [VerifyingKey] = []
        for entry in entries { keys.append(try entry.key(path: "\(path)[\(index)]")) }
        linked.append(keys)
      }
      try fields.finish()
    }

    var json: JSONValue {
      var members = [
        JSONMember(name: "quorum", value: .integer(quorum)),
        JSONMember(name: "bond", value: .string(bond.description)),
        JSONMember(name: "rounds", value: .integer(rounds)),
        JSONMember(name: "revealSeconds", value: .integer(revealSeconds)),
      ]
      if let canaries { members.append(JSONMember(name: "canaries", value: canaries.json)) }
      if !linked.isEmpty {
        let groups = linked.map { group in
          JSONValue.array(group.map { .string(Hex.encode($0.bytes)) })
        }
        members.append(JSONMember(name: "linked", value: .array(groups)))
      }
      return .object(members)
    }

    /// Refuses numbers out of their ranges, and a bond that could not pay a referee.
    func check(_ contents: Terms.Contents) throws(SettlementError) {
      guard (1...contents.parties.verifiers.count).contains(quorum) else {
        throw .terms(
          field: "panel.quorum",
          reason: "expected at most the \(contents.parties.verifiers.count) verifiers, found "
            + "\(quorum)")
      }
      guard (1...Challenge.roundLimit).contains(rounds),
        (1...Deadlines.limitSeconds).contains(revealSeconds)
      else {
        throw .terms(
          field: "panel.rounds",
          reason: "expected 1 to \(Challenge.roundLimit) rounds and a time to reveal")
      }
      guard bond >= contents.fee else {
        throw .terms(
          field: "panel.bond",
          reason: "expected at least the fee (\(contents.fee)), from which a referee is paid who "
            + "finds the verifier wrong; found \(bond)")
      }
      try canaries?.check(bond: bond)
      guard linked.count <= Self.linkLimit, linked.allSatisfy({ $0.count <= Self.linkLimit })
      else {
        throw .terms(
          field: "panel.linked", reason: "expected at most \(Self.linkLimit) groups of so many")
      }
    }

    /// The verifiers in the order in which they are drawn: by a hash of seed and key, without those
    /// linked to the provider or to one before them.
    public func order(
      of verifiers: [VerifyingKey], seed: Digest, provider: VerifyingKey
    ) -> [VerifyingKey] {
      let ranked = verifiers.map { key in
        (SHA256.digest(domain: "assay/panel/v1", [seed.bytes, key.bytes]).bytes, key)
      }.sorted { $0.0.lexicographicallyPrecedes($1.0) }
      var taken: Set<Int> = Set(linked.indices.filter { linked[$0].contains(provider) })
      var order: [VerifyingKey] = []
      for (_, key) in ranked where key != provider {
        let groups = linked.indices.filter { linked[$0].contains(key) }
        guard taken.isDisjoint(with: groups) else { continue }
        taken.formUnion(groups)
        order.append(key)
      }
      return order
    }
  }
}
