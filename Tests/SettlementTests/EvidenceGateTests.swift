import AssayAccounting
import AssayCryptography
import AssayEvidence
import AssayMerkle
import AssaySettlement
import AssaySettlementTestSupport
import AssaySpecification
import Testing

/// What the machine does not take for evidence.
struct EvidenceGateTests {
  @Test func aClaimMustBeAboutExactlyThisJob() throws {
    var market = try Market()
    try market.advance(try market.terms(), to: .active)
    let other = SHA256.digest(of: [9])
    let market0 = market
    let wrong: [(String, [UInt8])] = [
      ("job", try market0.claim("job-1") { $0 = $0.with(job: "job-2") }),
      ("terms", try market0.claim("job-1") { $0 = $0.with(terms: other) }),
      ("spec", try market0.claim("job-1") { $0 = $0.with(spec: other) }),
      ("data root", try market0.claim("job-1") { $0 = $0.with(dataRoot: other) }),
      ("first step", try market0.claim("job-1") { $0 = $0.with(firstStep: 1) }),
      ("last step", try market0.claim("job-1") { $0 = $0.with(lastStep: 198) }),
      ("trace size", try market0.claim("job-1") { $0 = $0.with(traceSize: 20) }),
      ("provider", try market0.claim("job-1", signedBy: market.keys.outsider)),
    ]
    for (field, claim) in wrong {
      try expectRefusal(&market, .commit(job: "job-1", claim: claim)) {
        if case .evidence(.mismatch(field, _, _)) = $0 { true } else { false }
      }
    }
    // Named as the provider, signed by another.
    let forged = try market.claim("job-1", signedBy: market.keys.outsider) {
      $0 = $0.with(provider: market0.keys.provider.verifyingKey)
    }
    try expectRefusal(&market, .commit(job: "job-1", claim: forged)) {
      if case .evidence(.claim) = $0 { true } else { false }
    }
    try expectRefusal(&market, .commit(job: "job-1", claim: [])) {
      if case .evidence(.claim) = $0 { true } else { false }
    }
    // After all that, the right one is taken.
    try market.apply(.commit(job: "job-1", claim: try market.claim("job-1")))
  }

  @Test func workThatContinuesStartsFromTheStateThatTheTermsName() throws {
    var market = try Market()
    let root = SHA256.digest(of: [8])
    let terms = try market.terms {
      $0.work.firstStep = 100
      $0.work.firstRoot = root
      $0.work.lastStep = 299
    }
    #expect(try Terms(decoding: terms.bytes) == terms)
    try market.advance(terms, to: .active)
    let other = try market.claim("job-1") { $0 = $0.with(firstRoot: SHA256.digest(of: [3])) }
    try expectRefusal(&market, .commit(job: "job-1", claim: other)) {
      if case .evidence(.mismatch("first root", _, _)) = $0 { true } else { false }
    }
    try market.apply(.commit(job: "job-1", claim: try market.claim("job-1")))
  }

  @Test func theClaimMustHaveMeasuredWhatTheTermsAskFor() throws {
    let asked = QualityCondition(threshold: .loss(atMostMillionths: 1), lowerPrice: .zero)
    var market = try Market()
    try market.advance(
      try market.terms {
        $0.quality = asked
        $0.stake = Amount(50_000)
      }, to: .active)
    try expectRefusal(&market, .commit(job: "job-1", claim: try market.claim("job-1"))) {
      if case .evidence(.mismatch("quality", _, _)) = $0 { true } else { false }
    }
    market.qualities["job-1"] = Quality(loss: .nan)
    try market.apply(.commit(job: "job-1", claim: try market.claim("job-1")))
  }

  @Test func anAcceptanceMustHaveMeasuredWhatIsClaimed() throws {
    var market = try Market()
    try market.advance(try market.terms(), to: .verifying)
    let challenge = try #require(market.machine.jobs["job-1"]?.challenge)
    for quality in [nil, Quality.accuracy(correct: 701, rows: 1_000), Quality(loss: 0.7)] {
      let envelope = Verdict(
        on: challenge, outcome: .accepted, quality: quality, device: "test"
      ).signed(by: market.keys.verifiers[0]).encoded
      let evidence = try market.log(.verdict, envelope)
      try expectRefusal(
        &market, .verdict(job: "job-1", envelope: envelope, evidence: evidence)
      ) { if case .evidence(.mismatch("quality", _, _)) = $0 { true } else { false } }
    }
    // A rejection of the quality shows what was claimed and what was measured.
    let right = Rejection(
      fault: .wrongQuality,
      claimedRoot: Quality.accuracy(correct: 700, rows: 1_000).digest,
      computedRoot: Quality(loss: 1).digest)
    let wrong = Rejection(
      fault: .wrongQuality, claimedRoot: SHA256.digest(of: [1]),
      computedRoot: Quality(loss: 1).digest)
    for (rejection, quality) in [
      (wrong, Quality(loss: 1)), (right, Quality(loss: 2)), (right, nil),
    ] {
      let envelope = Verdict(
        on: challenge, outcome: .rejected(rejection), quality: quality, device: "test"
      ).signed(by: market.keys.verifiers[0]).encoded
      let evidence = try market.log(.verdict, envelope)
      try expectRefusal(
        &market, .verdict(job: "job-1", envelope: envelope, evidence: evidence)
      ) {
        if case .evidence(.rejectionWithoutEvidence(.wrongQuality, _)) = $0 { true } else { false }
      }
    }
    try market.decide("job-1", try market.rejection("job-1", .wrongQuality))
  }

  @Test func theClaimMustBeShownInTheLogOfTheTerms() throws {
    var market = try Market()
    try market.advance(try market.terms(), to: .committed)
    let claim = try market.claim("job-1")
    let good = try market.log(.claim, claim)
    let otherKey = try market.log(.claim, claim, signedBy: market.keys.outsider)
    let asVerdict = try market.log(.verdict, claim)
    var head = good.head
    head[head.count - 10] ^= 1
    var shifted = good.proof
    shifted = InclusionProof(
      leafIndex: shifted.leafIndex, treeSize: shifted.treeSize + 1, path: shifted.path)
    for evidence in [
      otherKey, asVerdict, LogEvidence(proof: good.proof, head: head),
      LogEvidence(proof: shifted, head: good.head), LogEvidence(proof: good.proof, head: []),
    ] {
      try expectRefusal(&market, .logged(job: "job-1", evidence: evidence)) {
        if case .evidence(.notInLog) = $0 { true } else { false }
      }
    }
    // Nothing is revealed before it is logged.
    let secrets = try #require(market.secrets["job-1"])
    try expectRefusal(
      &market, .reveal(job: "job-1", role: .operator, secret: secrets.operator)
    ) { $0 == .wrongPhase(expected: [.sampling], found: .committed) }
    try market.apply(.logged(job: "job-1", evidence: good))
  }

  @Test func onlyTheCommittedSecretsAreTakenInTheirOrder() throws {
    var market = try Market()
    try market.advance(try market.terms(), to: .operatorReveal)
    let secrets = try #require(market.secrets["job-1"])
    try expectRefusal(&market, .reveal(job: "job-1", role: .buyer, secret: secrets.buyer)) {
      $0 == .operatorRevealsFirst
    }
    try expectRefusal(&market, .reveal(job: "job-1", role: .operator, secret: secrets.buyer)) {
      if case .evidence(.wrongSecret(.operator, _, _)) = $0 { true } else { false }
    }
    try expectRefusal(&market, .reveal(job: "job-1", role: .operator, secret: [1])) {
      $0 == .evidence(.secretByteCount(found: 1))
    }
    try market.apply(.reveal(job: "job-1", role: .operator, secret: secrets.operator))
    #expect(market.machine.jobs["job-1"]?.draw == nil)
    try expectRefusal(
      &market, .reveal(job: "job-1", role: .operator, secret: secrets.operator)
    ) { if case .wrongPhase = $0 { true } else { false } }
    try market.apply(.reveal(job: "job-1", role: .buyer, secret: secrets.buyer))
    let job = try #require(market.machine.jobs["job-1"])
    // Anyone draws the same again from the revealed secrets.
    let claim = try #require(job.claim)
    let again = try Challenge(
      job: "job-1", terms: job.terms.digest, claim: claim.identity,
      policy: job.terms.contents.evidence,
      source: .secrets(
        buyer: secrets.buyer, operator: secrets.operator), intervalCount: 20)
    #expect(again.draw == job.draw)
    #expect(again.indices.count == 6)
  }

  @Test func aVerdictMustBeAboutExactlyThisDraw() throws {
    var market = try Market()
    try market.advance(try market.terms(), to: .verifying)
    try market.advance(try market.terms("job-2"), to: .verifying)
    let challenge = try #require(market.machine.jobs["job-1"]?.challenge)
    let other = SHA256.digest(of: [9])
    func verdict(
      job: String = "job-1", terms: Digest? = nil, claim: Digest? = nil, policy: Digest? = nil,
      seed: Digest? = nil, intervals: [Int]? = nil
    ) -> [UInt8] {
      Verdict(
        job: job, terms: terms ?? challenge.terms, claim: claim ?? challenge.claim,
        policy: policy ?? challenge.policy.digest, drawSeed: seed ?? challenge.draw.seed,
        intervals: intervals ?? challenge.indices, outcome: .accepted, device: "test"
      ).signed(by: market.keys.verifiers[0]).encoded
    }
    let wrong: [(String, [UInt8])] = [
      ("job", verdict(job: "job-2")), ("terms", verdict(terms: other)),
      ("claim", verdict(claim: other)), ("policy", verdict(policy: other)),
      ("draw seed", verdict(seed: other)),
      ("intervals", verdict(intervals: Array(challenge.indices.dropLast()))),
      ("job", try market.verdict("job-2", .accepted)),
    ]
    for (field, envelope) in wrong {
      let evidence = try market.log(.verdict, envelope)
      try expectRefusal(
        &market, .verdict(job: "job-1", envelope: envelope, evidence: evidence)
      ) { if case .evidence(.mismatch(field, _, _)) = $0 { true } else { false } }
    }
  }

  @Test func aVerdictMustBeSignedLoggedAndShowItsFault() throws {
    var market = try Market()
    try market.advance(try market.terms(), to: .verifying)
    let good = try market.verdict("job-1", .accepted)
    let evidence = try market.log(.verdict, good)
    // A key that the terms do not admit; the referee before a dispute.
    for key in [market.keys.outsider, market.keys.referee, market.keys.provider] {
      let envelope = try market.verdict("job-1", .accepted, signedBy: key)
      let logged = try market.log(.verdict, envelope)
      try expectRefusal(
        &market, .verdict(job: "job-1", envelope: envelope, evidence: logged)
      ) { $0 == .evidence(.keyNotAdmitted(found: key.verifyingKey.description)) }
    }
    // A forged signature: another's over the same payload.
    let text = String(decoding: good, as: UTF8.self)
    let otherText = String(
      decoding: try market.verdict("job-1", .accepted, signedBy: market.keys.outsider),
      as: UTF8.self)
    let signature = try #require(text.split(separator: "\"sig\":\"").last)
    let otherSignature = try #require(otherText.split(separator: "\"sig\":\"").last)
    let forged = Array(text.replacing(signature, with: otherSignature).utf8)
    #expect(forged != good)
    try expectRefusal(
      &market, .verdict(job: "job-1", envelope: forged, evidence: evidence)
    ) { if case .evidence(.signature) = $0 { true } else { false } }
    // Another entry's proof.
    let other = try market.log(.claim, good)
    try expectRefusal(&market, .verdict(job: "job-1", envelope: good, evidence: other)) {
      if case .evidence(.notInLog) = $0 { true } else { false }
    }
    // A rejection without what it must show.
    let drawn = try #require(market.machine.jobs["job-1"]?.draw)
    let undrawn = try #require((0..<20).first { !drawn.indices.contains($0) })
    let root = SHA256.digest(of: [1])
    for rejection in [
      Rejection(fault: .wrongComputation),
      Rejection(fault: .wrongComputation, interval: drawn.indices[0]),
      Rejection(
        fault: .wrongComputation, interval: drawn.indices[0], claimedRoot: root,
        computedRoot: root),
      Rejection(fault: .withheldOpening), Rejection(fault: .withheldOpening, interval: undrawn),
      Rejection(fault: .wrongInitialState, claimedRoot: root),
    ] {
      let envelope = try market.verdict("job-1", .rejected(rejection))
      let logged = try market.log(.verdict, envelope)
      try expectRefusal(
        &market, .verdict(job: "job-1", envelope: envelope, evidence: logged)
      ) { if case .evidence(.rejectionWithoutEvidence) = $0 { true } else { false } }
    }
    try market.apply(.verdict(job: "job-1", envelope: good, evidence: evidence))
  }
}

extension ClaimExpectation {
  func with(
    job: String? = nil, terms: Digest? = nil, provider: VerifyingKey? = nil,
    spec: Digest? = nil, dataRoot: Digest? = nil, firstStep: UInt64? = nil,
    firstRoot: Digest? = nil, lastStep: UInt64? = nil, traceSize: UInt64? = nil
  ) -> ClaimExpectation {
    ClaimExpectation(
      job: job ?? self.job, terms: terms ?? self.terms, provider: provider ?? self.provider,
      spec: spec ?? self.spec, dataRoot: dataRoot ?? self.dataRoot,
      firstStep: firstStep ?? self.firstStep, firstRoot: firstRoot ?? self.firstRoot,
      lastStep: lastStep ?? self.lastStep, traceSize: traceSize ?? self.traceSize)
  }
}
