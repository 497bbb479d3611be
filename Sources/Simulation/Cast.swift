internal import AssayCryptography
internal import AssayEvidence
internal import AssaySettlement

/// Everybody who takes part in a simulated market, with keys that follow from one seed.
struct Cast {
  let buyer, `operator`, referee: SigningKey
  /// Who works, or pretends to.
  let provider: SigningKey
  /// Who takes over where the provider has left, honestly.
  let successor: SigningKey
  /// Whose work is known to be false, so that verifiers who do not look are found.
  let canary: SigningKey
  /// Who challenges on somebody's behalf, or for nothing.
  let friend: SigningKey
  /// Who executes accepted draws once more, for the finder's share.
  let watcher: SigningKey
  let verifiers, guardians: [SigningKey]

  /// As many verifiers and guardians as terms name.
  init(seed: UInt64, verifiers count: Int, guardians guardianCount: Int) {
    var choices = ChoiceStream(seed: seed, "keys")
    buyer = choices.key()
    `operator` = choices.key()
    referee = choices.key()
    provider = choices.key()
    successor = choices.key()
    canary = choices.key()
    friend = choices.key()
    watcher = choices.key()
    verifiers = (0..<count).map { _ in choices.key() }
    guardians = (0..<guardianCount).map { _ in choices.key() }
  }

  /// Puts these parties in the place of those that terms name, one for one.
  func take(part contents: inout Terms.Contents, provider: SigningKey) {
    let named = contents.parties
    contents.parties = Terms.Parties(
      buyer: buyer.verifyingKey,
      log: LogIdentity(origin: named.log.origin, key: `operator`.verifyingKey),
      verifiers: verifiers.map(\.verifyingKey),
      referee: named.referee.map { _ in referee.verifyingKey },
      provider: named.provider.map { _ in provider.verifyingKey })
    contents.guardians?.keys = guardians.map(\.verifyingKey)
    let linked = contents.panel?.linked ?? []
    contents.panel?.linked = linked.map { group in
      group.compactMap { key in
        key == named.provider
          ? provider.verifyingKey
          : named.verifiers.firstIndex(of: key).map { verifiers[$0].verifyingKey }
      }
    }
  }
}

extension ChoiceStream {
  /// A new key.
  mutating func key() -> SigningKey {
    guard let key = try? SigningKey(seed: digest().bytes) else {
      preconditionFailure("a digest is as long as a key's seed")
    }
    return key
  }
}
