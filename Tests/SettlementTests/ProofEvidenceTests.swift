import AssayAccounting
import AssayCryptography
import AssayEvidence
import AssaySettlement
import AssaySettlementTestSupport
import AssaySpecification
import AssayTestSupport
import Testing

/// Verdicts that rest on proofs.
struct ProofEvidenceTests {
  private static let withProofs: [EvidenceMethod] = [.proof, .either, .both]

  private func market(
    _ method: EvidenceMethod, to stage: Market.Stage = .verifying
  ) throws -> Market {
    var market = try Market(seed: 12)
    try market.advance(try market.terms(method: method), to: stage)
    return market
  }

  @Test(arguments: withProofs)
  func moneyMovesOnProofsThatWereCheckedHereAndOnNothingElse(_ method: EvidenceMethod) throws {
    var market = try market(method)
    try market.advance(try market.terms("job-2", method: method), to: .verifying)
    let envelope = try market.verdict("job-1", .accepted)
    let proved = try market.basis("job-1").proved
    let first = try #require(proved.first?.interval)
    let last = try #require(proved.last?.interval)
    let hand = Command.Action.verdict(
      job: "job-1", envelope: envelope, evidence: try market.log(.verdict, envelope))
    let good = try market.checkedProofs("job-1")
    let wrong: [(CheckedProofs?, Int)] = [
      (nil, first), (try market.checkedProofs("job-2"), first),
      (try market.checkedProofs("job-1", variant: 1), first),
      (try market.checkedProofs("job-1", without: last), last),
    ]
    for (proofs, interval) in wrong {
      try expectRefusal(&market, hand, proofs: proofs) {
        $0 == .evidence(.proof(.notChecked(interval: interval)))
      }
    }
    try market.apply(hand, proofs: good)
    #expect(market.machine.jobs["job-1"]?.verdict?.proved == proved)
    // The process that draws the consequences checks again, whichever exit it takes.
    try market.passDeadline("job-1")
    for exit in [Command.Action.close(job: "job-1"), .expire(job: "job-1")] {
      for (proofs, interval) in wrong {
        try expectRefusal(&market, exit, proofs: proofs) {
          $0 == .evidence(.proof(.notChecked(interval: interval)))
        }
      }
    }
    try market.apply(.close(job: "job-1"), proofs: good)
    guard case .settled(.accepted, _)? = market.machine.jobs["job-1"]?.phase else {
      Issue.record("not settled as accepted")
      return
    }
    try market.machine.checkInvariants()
  }

  @Test func everyDrawnIntervalRestsOnWhatTheTermsAskFor() throws {
    for method in EvidenceMethod.allCases {
      var market = try market(method)
      let challenge = try #require(market.machine.jobs["job-1"]?.challenge)
      let proofs = try market.checkedProofs("job-1")
      let all = try market.proved("job-1")
      let (drawn, one) = (challenge.indices, challenge.indices[2])
      func verdict(
        executed: [Int]?, _ proved: [ProvedInterval], isArtefactUnchecked: Bool = false
      ) -> [UInt8] {
        Verdict(
          on: challenge, outcome: .accepted, executed: executed, proved: proved,
          isArtefactUnchecked: isArtefactUnchecked,
          quality: .accuracy(correct: 700, rows: 1_000), device: "test"
        ).signed(by: market.keys.verifiers[0]).encoded
      }
      let others = all.filter { $0.interval != one }
      let noneExecuted = drawn.filter { $0 != one }
      let cases: [(String, [UInt8], [EvidenceMethod])] = [
        ("all executed", verdict(executed: nil, []), [.recompute, .either]),
        ("all proved", verdict(executed: [], all), [.proof, .either]),
        ("one not proved", verdict(executed: [], others), []),
        ("one executed, the others proved", verdict(executed: [one], others), [.either]),
        ("all executed, all but one proved", verdict(executed: drawn, others), [.either]),
        (
          "all proved, all but one executed", verdict(executed: noneExecuted, all),
          [.proof, .either]
        ),
        ("both", verdict(executed: drawn, all), [.proof, .either, .both]),
        ("no artefact", verdict(executed: drawn, all, isArtefactUnchecked: true), []),
      ]
      for (name, envelope, methods) in cases {
        let evidence = try market.log(.verdict, envelope)
        let hand = Command.Action.verdict(job: "job-1", envelope: envelope, evidence: evidence)
        var copy = market
        if methods.contains(method) {
          try copy.apply(hand, proofs: proofs)
        } else {
          try expectRefusal(&copy, hand, proofs: proofs) { refusal in
            switch refusal {
            case .evidence(.artefactUnchecked): name == "no artefact"
            case .evidence(.mismatch("proofs", _, _)): method == .recompute
            case .evidence(.proof(.insufficient(_, method))): method != .recompute
            default: false
            }
          }
        }
      }
      // What was not drawn was not asked for.
      let undrawn = try #require((0..<20).first { !drawn.contains($0) })
      let stray = ProvedInterval(interval: undrawn, proof: SHA256.digest(of: [1]))
      for envelope in [
        verdict(executed: drawn, (all + [stray]).sorted { $0.interval < $1.interval }),
        verdict(executed: (drawn + [undrawn]).sorted(), all),
      ] {
        let evidence = try market.log(.verdict, envelope)
        try expectRefusal(
          &market, .verdict(job: "job-1", envelope: envelope, evidence: evidence), proofs: proofs
        ) {
          if case .evidence(.mismatch("executed or proved", _, _)) = $0 { true } else { false }
        }
      }
    }
  }

  @Test func aRejectionRestsOnNoProof() throws {
    var market = try market(.proof)
    try market.decide("job-1", try market.rejection("job-1", .wrongProof))
    try market.passDeadline("job-1")
    try market.apply(.close(job: "job-1"))
    #expect(market.machine.jobs["job-1"]?.verdict?.proved == [])
  }

  @Test func aRefereeWhoAcceptsNeedsTheProofsToo() throws {
    var market = try market(.proof)
    try market.decide("job-1", try market.rejection("job-1", .wrongProof))
    try market.apply(.challenge(job: "job-1", by: market.keys.challenger.verifyingKey))
    let envelope = try market.verdict("job-1", .accepted, signedBy: market.keys.referee)
    let hand = Command.Action.verdict(
      job: "job-1", envelope: envelope, evidence: try market.log(.verdict, envelope))
    try expectRefusal(&market, hand) {
      if case .evidence(.proof(.notChecked)) = $0 { true } else { false }
    }
    try market.apply(hand, proofs: try market.checkedProofs("job-1"))
    try expectRefusal(&market, .close(job: "job-1")) {
      if case .evidence(.proof(.notChecked)) = $0 { true } else { false }
    }
    try market.apply(.close(job: "job-1"), proofs: try market.checkedProofs("job-1"))
  }

  @Test func aJournalIsReplayedWithoutProofsToTheByteAndGoesOnNeedingThem() throws {
    var market = try market(.both)
    try market.decide("job-1", .accepted)
    var replayed = SettlementMachine()
    for entry in market.journal { try replayed.replay(entry) }
    #expect(replayed.encoded == market.machine.encoded)
    // The replayed machine pays no sooner than the first.
    try market.passDeadline("job-1")
    let close = try Command(key: "close", action: .close(job: "job-1"))
    let interval = try #require(market.machine.jobs["job-1"]?.draw?.indices.first)
    #expect(
      replayed.apply(close, now: market.now)
        == .refused(.evidence(.proof(.notChecked(interval: interval)))))
    let proofs = try market.checkedProofs("job-1")
    guard case .applied = replayed.apply(close, now: market.now, proofs: proofs) else {
      Issue.record("refused with the proofs")
      return
    }
    // A repetition gives the first outcome again, and needs nothing.
    guard case .applied = replayed.apply(close, now: market.now) else {
      Issue.record("a repetition was refused")
      return
    }
  }

  @Test func aJournalThatSaysSomethingElseIsNotReplayed() throws {
    let market = try market(.proof)
    let last = try #require(market.journal.last)
    let wrong: [JournalEntry] = [
      JournalEntry(
        sequence: last.sequence, key: "other", command: last.command, outcome: last.outcome,
        time: last.time),
      JournalEntry(
        sequence: last.sequence, key: last.key, command: last.command.dropLast(),
        outcome: last.outcome, time: last.time),
      JournalEntry(
        sequence: last.sequence, key: last.key, command: last.command,
        outcome: market.journal[0].outcome, time: last.time),
      JournalEntry(
        sequence: last.sequence, key: last.key, command: last.command, outcome: last.outcome,
        time: 0),
    ]
    for entry in wrong {
      var replayed = SettlementMachine()
      for before in market.journal.dropLast() { try replayed.replay(before) }
      #expect(throws: SettlementError.self) { try replayed.replay(entry) }
    }
  }

  @Test func aReceiptNamesNoProofsWhereNoneCounted() throws {
    let cases: [(EvidenceMethod, (Market) throws -> Verdict.Outcome)] = [
      (.recompute, { _ in .accepted }), (.proof, { try $0.rejection("job-1", .wrongProof) }),
    ]
    for (method, outcome) in cases {
      var market = try market(method)
      try market.decide("job-1", try outcome(market))
      try market.passDeadline("job-1")
      try market.apply(.close(job: "job-1"))
      let job = try #require(market.machine.jobs["job-1"])
      let receipt = try #require(Receipt(of: job, in: market.machine))
      #expect(receipt.segments.last?.proved.isEmpty ?? true)
      let envelope = receipt.signed(by: market.keys.operator)
      #expect(try Receipt.open(envelope.encoded, terms: job.terms) == receipt)
      let entry = try #require(try market.proved("job-1").first)
      let text = String(decoding: envelope.payload, as: UTF8.self).replacing(
        #""postings":"#,
        with:
          #""proofs":[{"interval":\#(entry.interval),"proof":"\#(entry.proof.hex)"}],"postings":"#)
      #expect(text.contains("proofs"))
      let signed = Envelope.sign(payload: Array(text.utf8), with: market.keys.operator)
      #expect(throws: SettlementError.self, "\(method)") {
        try Receipt.open(signed.encoded, terms: job.terms)
      }
    }
  }

  @Test(arguments: withProofs)
  func aReceiptListsTheProofsAndNoOthers(_ method: EvidenceMethod) throws {
    var market = try market(method)
    try market.decide("job-1", .accepted)
    try market.passDeadline("job-1")
    try market.apply(.close(job: "job-1"), proofs: try market.checkedProofs("job-1"))
    let job = try #require(market.machine.jobs["job-1"])
    let receipt = try #require(Receipt(of: job, in: market.machine))
    #expect(receipt.segments.last?.proved == (try market.basis("job-1").proved))
    let envelope = receipt.signed(by: market.keys.operator)
    #expect(try Receipt.open(envelope.encoded, terms: job.terms) == receipt)
    let text = String(decoding: envelope.payload, as: UTF8.self)
    let proof = try #require(receipt.segments.last?.proved.first)
    let entry = #"{"interval":\#(proof.interval),"proof":"\#(proof.proof.hex)"}"#
    let undrawn = try #require((0..<20).first { job.draw?.indices.contains($0) == false })
    var edits = [
      (entry, #"{"interval":\#(undrawn),"proof":"\#(proof.proof.hex)"}"#),
      (entry, "\(entry),\(entry)"),
      (proof.proof.hex, String(proof.proof.hex.dropLast())),
      (
        #""ending":"accepted","settlement":"paid""#,
        #""ending":"buyerSilent","settlement":"paid""#
      ),
    ]
    if method != .either { edits.append(("\(entry),", "")) }
    for (from, to) in edits {
      let edited = text.replacing(from, with: to)
      #expect(edited != text, "nothing to edit: \(from)")
      let signed = Envelope.sign(payload: Array(edited.utf8), with: market.keys.operator)
      #expect(throws: SettlementError.self, "\(from) → \(to)") {
        try Receipt.open(signed.encoded, terms: job.terms)
      }
    }
  }
}

extension Market {
  /// Terms under which each interval must rest on `method`.
  fileprivate mutating func terms(
    _ job: String = "job-1", method: EvidenceMethod
  ) throws -> Terms {
    try terms(job) { contents in
      let policy = contents.evidence
      contents.evidence = EvidencePolicy(
        method: method, selection: policy.selection, adversary: policy.adversary,
        confidenceMillionths: policy.confidenceMillionths)
    }
  }
}
