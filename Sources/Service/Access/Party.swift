public import AssayCryptography
public import AssayWire

/// What a key may do at the service. What it may do in a job, the job's terms say.
public enum Role: String, Hashable, Sendable, CaseIterable {
  /// Offers and funds jobs.
  case buyer
  /// Accepts jobs and claims work.
  case provider
  /// Hands in verdicts.
  case verifier
  /// Credits deposits; sees everything.
  case `operator`
  /// Watches over the market; sees everything.
  case guardian
  /// Sees everything, changes nothing.
  case auditor

  /// Whether other parties' jobs and money may be seen.
  var seesEverything: Bool {
    switch self {
    case .operator, .guardian, .auditor: true
    case .buyer, .provider, .verifier: false
    }
  }
}

/// A key and what it may do.
public struct Party: Hashable, Sendable {
  /// The key.
  public let key: VerifyingKey
  /// A name for people.
  public let name: String
  /// What it may do.
  public let roles: Set<Role>

  /// A party.
  public init(key: VerifyingKey, name: String, roles: Set<Role>) {
    self.key = key
    self.name = name
    self.roles = roles
  }

  var seesEverything: Bool { roles.contains(where: \.seesEverything) }
}

/// Who is known to the service.
public struct PartyDirectory: Hashable, Sendable {
  /// Longer files are refused unread.
  public static let maximumByteCount = 4 << 20

  private var parties: [VerifyingKey: Party] = [:]
  /// What a key may do that is not listed.
  private var rolesOfOthers: Set<Role>

  /// Any key may buy, provide and verify: it moves no money but its own.
  public static let everyone = PartyDirectory([], rolesOfOthers: [.buyer, .provider, .verifier])

  /// These parties, and what all others may do.
  public init(_ parties: [Party], rolesOfOthers: Set<Role> = []) {
    for party in parties { self.parties[party.key] = party }
    self.rolesOfOthers = rolesOfOthers
  }

  /// Adds what a key may do to what it could before.
  public mutating func grant(_ roles: Set<Role>, to key: VerifyingKey, name: String) {
    let known = parties[key]
    parties[key] = Party(
      key: key, name: known?.name ?? name,
      roles: (known?.roles ?? rolesOfOthers).union(roles))
  }

  /// Reads a file `{"parties": [{"key": "…hex…", "name": "…", "roles": ["buyer"]}]}`.
  ///
  /// - Throws: `WireError` with what is wrong.
  public init(decoding bytes: [UInt8]) throws(WireError) {
    self.init([])
    let json = try JSONValue.parse(bytes, maximumByteCount: Self.maximumByteCount)
    var fields = try JSONFields(json)
    for var entry in try fields.objects("parties") {
      let key = try entry.verifyingKey("key")
      let name = try entry.string("name")
      var roles: Set<Role> = []
      for value in try entry.array("roles") {
        guard case .string(let text) = value, let role = Role(rawValue: text) else {
          throw entry.failure(
            "roles", "expected some of \(Role.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        roles.insert(role)
      }
      try entry.finish()
      guard parties[key] == nil else { throw entry.failure("key", "this key is listed twice") }
      parties[key] = Party(key: key, name: name, roles: roles)
    }
    try fields.finish()
  }

  /// The party with this key; nil where it may do nothing.
  public subscript(key: VerifyingKey) -> Party? {
    if let party = parties[key] { return party }
    return rolesOfOthers.isEmpty ? nil : Party(key: key, name: "", roles: rolesOfOthers)
  }

  /// The listed parties by their keys.
  public var listed: [Party] {
    parties.values.sorted { $0.key.bytes.lexicographicallyPrecedes($1.key.bytes) }
  }
}

extension JSONFields {
  /// Reads a public key in 64 hex digits.
  mutating func verifyingKey(_ name: String) throws(WireError) -> VerifyingKey {
    let bytes = try hex(name, byteCount: VerifyingKey.byteCount)
    do throws(CryptographyError) {
      return try VerifyingKey(bytes: bytes)
    } catch { throw failure(name, "\(error)") }
  }

  /// Reads bytes in hex digits.
  mutating func hex(_ name: String, byteCount: Int) throws(WireError) -> [UInt8] {
    let text = try string(name)
    guard let bytes = try? Hex.decode(text), bytes.count == byteCount else {
      throw failure(name, "expected \(2 * byteCount) lower-case hex digits")
    }
    return bytes
  }
}
