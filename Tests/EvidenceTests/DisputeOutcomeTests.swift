import AssayCryptography
import AssayEvidence
import AssayTestSupport
import Testing

struct DisputeOutcomeTests {
  private let referee = try? SigningKey(seed: [UInt8](repeating: 1, count: 32))
  private let other = try? SigningKey(seed: [UInt8](repeating: 2, count: 32))

  private func outcome(
    challengerLost: Bool = true, fault: DisputeFault = .falseStatement
  ) throws -> DisputeOutcome {
    let keys = try (3...4).map { try SigningKey(seed: [UInt8](repeating: $0, count: 32)) }
    return DisputeOutcome(
      job: "job-1", terms: SHA256.digest(of: [1]), claim: SHA256.digest(of: [2]),
      challenger: keys[0].verifyingKey, defender: keys[1].verifyingKey,
      challengerLost: challengerLost, fault: fault, subject: "interval 3, step 41, operator 7")
  }

  @Test func whatTheRefereeSignsIsReadAgain() throws {
    let referee = try #require(referee)
    for fault in DisputeFault.allCases {
      for challengerLost in [false, true] {
        let outcome = try outcome(challengerLost: challengerLost, fault: fault)
        let envelope = outcome.signed(by: referee)
        let opened = try DisputeOutcome.open(envelope.encoded)
        #expect(opened.outcome == outcome)
        #expect(opened.identity == envelope.identity)
        #expect(opened.signer == referee.verifyingKey)
        #expect(outcome.loser == (challengerLost ? outcome.challenger : outcome.defender))
      }
    }
  }

  @Test func anotherSignerOrAnotherStatementIsRefused() throws {
    let referee = try #require(referee)
    let other = try #require(other)
    // The referee's words under another's signature.
    let forged = Envelope.sign(payload: try outcome().signed(by: referee).payload, with: other)
    #expect {
      try DisputeOutcome.open(forged.encoded)
    } throws: { if case EvidenceError.signature = $0 { true } else { false } }
    let text = String(decoding: try outcome().signed(by: referee).payload, as: UTF8.self)
    for (old, new) in [
      ("\"challenger\",\"fault\"", "\"nobody\",\"fault\""), ("falseStatement", "bad manners"),
      ("\"name\":\"claim\"", "\"name\":\"terms\""), ("\"about\"", "\"abort\""),
      ("\"about\"", "\"transcript\":\"00\",\"about\""),
      ("\"job\":\"job-1\"", "\"job\":\"\(String(repeating: "j", count: 129))\""),
    ] {
      let edited = text.replacing(old, with: new)
      #expect(edited != text, "\(old) stands in \(text)")
      let signed = Envelope.sign(payload: Array(edited.utf8), with: referee)
      #expect {
        try DisputeOutcome.open(signed.encoded)
      } throws: { if case EvidenceError.malformed = $0 { true } else { false } }
    }
  }

  /// A dispute whose transcript is one word.
  private struct OneWord: DisputeReferee {
    let outcome: DisputeOutcome
    func decide(_ transcript: [UInt8]) throws(EvidenceError) -> DisputeOutcome {
      guard transcript == Array("truth".utf8) else { throw .dispute(.refused(reason: "a lie")) }
      return outcome
    }
  }

  @Test func aCheckedDisputeNamesTheTranscriptThatItFollowsFrom() throws {
    let referee = OneWord(outcome: try outcome())
    let transcript = SHA256.digest(of: Array("truth".utf8))
    let checked = try CheckedDispute(transcript: Array("truth".utf8), referee: referee)
    #expect(checked.outcome.transcript == transcript)
    #expect(checked.outcome != referee.outcome)
    let signed = checked.outcome.signed(by: try #require(other))
    #expect(try DisputeOutcome.open(signed.encoded).outcome == checked.outcome)
    #expect(try CheckedDispute.require(transcript, in: checked) == checked.outcome)
    let another = SHA256.digest(of: Array("a lie".utf8))
    for (digest, dispute) in [(another, checked), (transcript, nil)] {
      #expect(throws: EvidenceError.dispute(.notChecked(transcript: digest))) {
        try CheckedDispute.require(digest, in: dispute)
      }
    }
    #expect(throws: EvidenceError.dispute(.refused(reason: "a lie"))) {
      try CheckedDispute(transcript: Array("a lie".utf8), referee: referee)
    }
  }
}
