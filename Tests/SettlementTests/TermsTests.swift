import AssayAccounting
import AssayCryptography
import AssayEvidence
import AssaySettlement
import AssaySettlementTestSupport
import AssayTestSupport
import AssayWire
import Testing

struct TermsTests {
  @Test func termsReadBackAsWhatWasWritten() throws {
    var market = try Market(funds: 0)
    let provider = market.keys.provider.verifyingKey
    let terms = try market.terms {
      $0.parties.provider = provider
      $0.quality = QualityCondition(
        threshold: .loss(atMostMillionths: 1_250_000), lowerPrice: Amount(17))
    }
    let again = try Terms(decoding: terms.bytes)
    #expect(again == terms)
    #expect(again.digest == SHA256.digest(of: terms.bytes))
    #expect(again.intervalCount == 20)
    #expect(again.contents.work.traceSize == 21)
  }

  @Test func everyUnknownMissingOrDoubleKeyIsRefused() throws {
    var market = try Market(funds: 0)
    for threshold in [
      QualityCondition.Threshold.accuracy(atLeastMillionths: 950_000),
      .loss(atMostMillionths: QualityCondition.lossLimitMillionths),
    ] {
      let terms = try market.terms {
        $0.quality = QualityCondition(threshold: threshold, lowerPrice: Amount(17))
      }
      let variants = mutations(of: try JSONValue.parse(terms.bytes))
      #expect(variants.count > 100)
      for (what, variant) in variants {
        #expect(throws: SettlementError.self, "\(what)") {
          try Terms(decoding: variant.serialized())
        }
      }
    }
  }

  /// The value with a key removed, added or with its number or text made wrong, at every place.
  private func mutations(of value: JSONValue, path: String = "") -> [(String, JSONValue)] {
    var variants: [(String, JSONValue)] = []
    switch value {
    case .object(let members):
      variants.append(
        ("\(path): a key added", .object(members + [JSONMember(name: "extra", value: .null)])))
      for (index, member) in members.enumerated() {
        var without = members
        without.remove(at: index)
        let isOptional = ["referee", "provider", "quality"].contains(member.name)
        if !isOptional { variants.append(("\(path).\(member.name) removed", .object(without))) }
        for (what, inner) in mutations(of: member.value, path: "\(path).\(member.name)") {
          var changed = members
          changed[index].value = inner
          variants.append((what, .object(changed)))
        }
      }
    case .number(let text):
      for wrong in ["-\(text)", "\(text).5", "1e400", "18446744073709551616"] {
        variants.append(("\(path) = \(wrong)", .number(wrong)))
      }
      variants.append(("\(path) as text", .string(text)))
    case .string(let text):
      // A job's name, an asset's and a log's origin are free; everything else is not.
      if path == ".job" || path.hasSuffix(".id") || path.hasSuffix(".origin") {
        variants.append(("\(path) with a space", .string(text + " ")))
      } else {
        for wrong in ["", text + "0x", "-1", " \(text)"] {
          variants.append(("\(path) = \(wrong)", .string(wrong)))
        }
      }
    case .bool: variants.append(("\(path) as text", .string("true")))
    case .array(let elements):
      variants.append(("\(path) empty", .array([])))
      variants.append(("\(path) doubled", .array(elements + elements)))
    case .null: break
    }
    return variants
  }

  @Test func whatDoesNotFitTogetherIsRefused() throws {
    var market = try Market(funds: 0)
    let keys = market.keys
    let changes: [(String, (inout Terms.Contents) -> Void)] = [
      ("price", { $0.price = .zero }),
      ("money", { $0.stake = Amount(.max) }),
      ("challengeBond", { $0.challengeBond = Amount($0.fee.units - 1) }),
      ("slashing", { $0.slashing.finderMillionths = 600_000 }),
      (
        "quality.lowerPrice",
        {
          $0.quality = QualityCondition(
            threshold: .accuracy(atLeastMillionths: 1), lowerPrice: Amount($0.price.units + 1))
        }
      ),
      ("parties", { $0.parties.verifiers[0] = keys.buyer.verifyingKey }),
      ("parties", { $0.parties.referee = keys.verifiers[1].verifyingKey }),
      ("parties", { $0.parties.provider = keys.operator.verifyingKey }),
      ("parties.verifiers", { $0.parties.verifiers = [] }),
      ("work", { $0.work.lastStep = 0 }), ("work", { $0.work.interval = 0 }),
      ("work.firstRoot", { $0.work.firstStep = 10 }),
      ("work.firstRoot", { $0.work.firstRoot = SHA256.digest(of: [1]) }),
      (
        "work.interval",
        {
          $0.work.lastStep = .max
          $0.work.interval = 1
        }
      ),
      (
        "evidence",
        {
          $0.evidence = EvidencePolicy(
            selection: .drawn(21), adversary: .targeted, confidenceMillionths: 0)
        }
      ),
      (
        "evidence",
        {
          $0.evidence = EvidencePolicy(
            selection: .drawn(6), adversary: .targeted, confidenceMillionths: 300_001)
        }
      ),
      ("secretHashes", { $0.operatorSecretHash = $0.buyerSecretHash }),
      ("deadlines.workSeconds", { $0.deadlines.workSeconds = 0 }),
      ("deadlines.retrySeconds", { $0.deadlines.retrySeconds = Deadlines.limitSeconds + 1 }),
      ("job", { $0.job = "a/b" }), ("job", { $0.job = "" }),
      ("job", { $0.job = String(repeating: "a", count: 65) }),
    ]
    for (field, change) in changes {
      do {
        _ = try market.terms("job-1", change)
        Issue.record("terms with a wrong \(field) were written")
      } catch let error as SettlementError {
        guard case .terms(field, _) = error else {
          Issue.record("expected a refusal of \(field), found \(error)")
          continue
        }
      }
    }
    #expect(throws: SettlementError.self) {
      try market.terms { $0.evidence = twoVerifiers }
    }
    // Six of twenty find a single false interval with 30 %: exactly what may be promised.
    _ = try market.terms {
      $0.evidence = EvidencePolicy(
        selection: .drawn(6), adversary: .targeted, confidenceMillionths: 299_999)
    }
  }

  /// Evidence that one verdict cannot be.
  private let twoVerifiers = EvidencePolicy(
    selection: .drawn(6), adversary: .targeted, confidenceMillionths: 0, hardware: .differing)

  @Test func damagedTermsAreRefusedOrOthers() throws {
    var market = try Market(funds: 0)
    let terms = try market.terms()
    for seed in 0..<400 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let edited = Mutations.edit(terms.bytes, with: &generator)
      guard edited != terms.bytes, let read = try? Terms(decoding: edited) else { continue }
      #expect(read.digest != terms.digest)
    }
    for (name, bytes) in Mutations.truncations(of: terms.bytes).dropLast() {
      #expect(throws: SettlementError.self, "\(name)") { try Terms(decoding: bytes) }
    }
  }

  @Test func commandsKeepTheirBytesAndDamagedOnesAreRefused() throws {
    var market = try Market()
    try market.advance(try market.terms(), to: .verifying)
    try market.decide("job-1", .accepted)
    try market.apply(.challenge(job: "job-1", by: market.keys.challenger.verifyingKey))
    try market.referee("job-1", .accepted)
    try market.apply(.close(job: "job-1"))
    try market.send(.cancel(job: "job-1", by: market.keys.buyer.verifyingKey))
    try market.send(.expire(job: "job-1"))
    try market.send(
      .withdraw(
        party: market.keys.buyer.verifyingKey, asset: market.asset, amount: Amount(1)))
    #expect(Set(market.sent.map(\.command.name)).count == 13)
    for (command, _) in market.sent {
      #expect(try Command(decoding: command.encoded) == command)
      #expect(throws: SettlementError.self) { try Command(decoding: command.encoded + [0]) }
      for (name, bytes) in Mutations.truncations(of: command.encoded) where bytes.count < 200 {
        #expect(throws: SettlementError.self, "\(name)") { try Command(decoding: bytes) }
      }
      for seed in 0..<50 as Range<UInt64> {
        var generator = SeededGenerator(seed: seed)
        let edited = Mutations.edit(command.encoded, with: &generator)
        if let read = try? Command(decoding: edited) { #expect(read.encoded == edited) }
      }
    }
    for key in ["", "a b", "ä", "a\n", String(repeating: "k", count: 129)] {
      #expect(throws: SettlementError.self) { try Command(key: key, action: .close(job: "j")) }
    }
  }
}
