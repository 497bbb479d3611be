import AssayAuditing
import AssayCryptography
import AssayDisputes
import AssayEvidence
import AssaySpecification
import AssayTestSupport
import AssayTraining
import AssayWire
import Testing

/// Who plays foul loses, and who does not never does.
@Suite struct DisputeConductTests {
  let honest: DisputedRun
  let liar: DisputedRun

  init() throws {
    let (spec, dataset) = try DisputedSpec.perceptron.make(steps: 6, interval: 3)
    honest = try DisputedRun(spec, dataset, seed: 1)
    liar = try DisputedRun(
      spec, dataset, seed: 2,
      DisputedRun.Deviation(
        alteration: Alteration(
          step: 5, output: StepEntries.OutputID(entry: 6, slot: 0), byte: 2, mask: 1)))
  }

  private func open(
    _ challenger: DisputedRun, _ defender: DisputedRun, now: UInt64 = 0
  ) throws -> Dispute {
    try Dispute(
      spec: honest.spec, challenger: challenger.claim, defender: defender.claim,
      rules: Dispute.Rules(allowanceSeconds: 60), now: now)
  }

  /// A run's signed answer to what is asked now.
  private func answer(_ run: DisputedRun, _ dispute: Dispute) throws -> [UInt8] {
    let question = try #require(dispute.question)
    return SignedAnswer(
      number: dispute.number, position: dispute.position,
      answer: try run.answerer.answer(question)
    ).signed(by: run.key).encoded
  }

  @Test func twoHonestRunsHaveNothingToDispute() throws {
    let (spec, dataset) = try DisputedSpec.perceptron.make(steps: 6, interval: 3)
    let other = try DisputedRun(spec, dataset, seed: 3)
    let dispute = try settle(honest, other)
    #expect(dispute.finding?.faults == Pair(challenger: nil, defender: nil))
    #expect(dispute.outcome == nil)
    #expect(dispute.cost.questionCount == 1)
  }

  /// Each answer of a liar is forged in turn, in any bit; the honest party is never at fault.
  @Test func anAnswerThatContradictsACommitmentLoses() throws {
    let course = try settle(liar, honest)
    var generator = SeededGenerator(seed: 9)
    for forged in 0..<course.cost.questionCount {
      for _ in 0..<Rounds.of(2) {
        var number = 0
        let dispute = try settle(liar, honest) { _, answer in
          defer { number += 1 }
          guard number == forged else { return answer }
          // A bit of the answer's parts that leaves it an answer.
          for _ in 0..<200 {
            var bytes = answer.encoded
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            if let other = try? Answer(decoding: bytes) { return other }
          }
          return answer
        }
        let faults = try #require(dispute.finding?.faults)
        #expect(faults.defender == nil, "question \(forged)")
        #expect(faults.challenger != nil, "question \(forged)")
      }
    }
  }

  @Test func anAnswerToAnotherKindOfQuestionLoses() throws {
    let dispute = try settle(liar, honest) { _, _ in .nodes([]) }
    #expect(dispute.finding?.faults == Pair(challenger: .brokenOpening, defender: nil))
  }

  @Test func whoDoesNotAnswerInTimeLoses() throws {
    var dispute = try open(honest, liar, now: 100)
    try dispute.take(answer(honest, dispute), from: .challenger, now: 130)
    dispute.expire(now: 160)
    #expect(dispute.finding == nil)
    dispute.expire(now: 161)
    #expect(dispute.finding?.faults == Pair(challenger: nil, defender: .stalled))
    #expect(dispute.outcome?.challengerLost == false)
    #expect(throws: DisputeError.ended) {
      try dispute.take([], from: .defender, now: 161)
    }
  }

  @Test func theTimeOfAPartyIsCountedOverAllItsAnswers() throws {
    var dispute = try open(honest, liar)
    var now: UInt64 = 0
    while dispute.question != nil {
      try dispute.take(answer(liar, dispute), from: .defender, now: now)
      now += 25
      let late = try answer(honest, dispute)
      try dispute.take(late, from: .challenger, now: now)
    }
    #expect(dispute.usedSeconds.challenger == 50)
    #expect(dispute.finding?.faults == Pair(challenger: .stalled, defender: nil))
  }

  @Test func ifBothAreSilentTheChallengeFails() throws {
    var dispute = try open(honest, liar)
    dispute.expire(now: 61)
    #expect(dispute.finding?.faults == Pair(challenger: .stalled, defender: .stalled))
    #expect(dispute.outcome?.challengerLost == true)
  }

  @Test func twoAnswersToOneQuestionLose() throws {
    var dispute = try open(honest, liar)
    let first = try answer(liar, dispute)
    let second = SignedAnswer(
      number: dispute.number, position: dispute.position, answer: .nodes([])
    ).signed(by: liar.key).encoded
    try dispute.take(first, from: .defender, now: 0)
    // The same again is no other answer.
    try dispute.take(first, from: .defender, now: 0)
    #expect(dispute.finding == nil)
    var later = dispute
    try dispute.take(second, from: .defender, now: 0)
    #expect(dispute.finding?.faults == Pair(challenger: nil, defender: .equivocated))
    // Nor is it forgotten once the dispute has gone on.
    try later.take(answer(honest, later), from: .challenger, now: 0)
    #expect(later.number == 1)
    try later.take(second, from: .defender, now: 0)
    #expect(later.finding?.faults == Pair(challenger: nil, defender: .equivocated))
  }

  @Test func answersOfOthersAndOfOtherDisputesChangeNothing() throws {
    var dispute = try open(honest, liar)
    let other = try open(honest, liar, now: 5)
    #expect(other.position == dispute.position)
    let position = dispute.position
    let foreign = try answer(liar, dispute)
    #expect(throws: DisputeError.self) {
      try dispute.take(foreign, from: .challenger, now: 0)
    }
    let reversed = try open(liar, honest)
    #expect(reversed.position != position)
    let elsewhere = try answer(honest, reversed)
    #expect(throws: DisputeError.self) {
      try dispute.take(elsewhere, from: .challenger, now: 0)
    }
    #expect(dispute.position == position && !dispute.hasAnswered(.challenger))
  }

  @Test func claimsOfDifferentWorkAreNotDisputed() throws {
    let (spec, dataset) = try DisputedSpec.perceptron.make(steps: 9, interval: 3)
    let longer = try DisputedRun(spec, dataset, seed: 4)
    #expect(throws: DisputeError.self) { try self.open(self.honest, longer) }
    #expect(throws: DisputeError.self) { try self.open(self.honest, self.honest) }
  }

  @Test func aTranscriptLeadsToTheSameOutcomeAgain() throws {
    let dispute = try settle(honest, liar)
    let bytes = dispute.transcript.encoded
    let checked = try CheckedDispute(transcript: bytes, referee: TranscriptReferee())
    #expect(checked.outcome.loser == liar.key.verifyingKey)
    #expect(checked.outcome.fault == .falseStatement)
    #expect(checked.outcome.transcript == SHA256.digest(of: bytes))
    #expect(try TranscriptReferee.held(bytes).finding == dispute.finding)
    // What was answered twice and otherwise stays in the transcript, also of an earlier question.
    var other = try open(honest, liar)
    let first = try answer(liar, other)
    let second = SignedAnswer(number: 0, position: other.position, answer: .nodes([]))
      .signed(by: liar.key).encoded
    try other.take(first, from: .defender, now: 0)
    try other.take(answer(honest, other), from: .challenger, now: 0)
    try other.take(first, from: .defender, now: 0)
    try other.take(second, from: .defender, now: 0)
    #expect(other.transcript.answers.count == 3)
    let equivocated = try TranscriptReferee().decide(other.transcript.encoded)
    #expect(equivocated.fault == .equivocated && equivocated.loser == liar.key.verifyingKey)
  }

  @Test func aTranscriptThatShowsNothingOrWasChangedIsRefused() throws {
    let dispute = try settle(honest, liar)
    let bytes = dispute.transcript.encoded
    let referee = TranscriptReferee()
    func expectRefused(_ bytes: [UInt8], _ comment: Comment) {
      #expect(comment) {
        try referee.decide(bytes)
      } throws: { if case EvidenceError.dispute(.refused) = $0 { true } else { false } }
    }
    var generator = SeededGenerator(seed: 10)
    // Of a dispute whose time ran out, and of one that has not ended.
    var open = try open(honest, liar)
    try open.take(answer(honest, open), from: .challenger, now: 0)
    expectRefused(open.transcript.encoded, "not ended")
    open.expire(now: 61)
    expectRefused(open.transcript.encoded, "silence is shown by no transcript")
    expectRefused(bytes + [0], "a byte too many")
    for _ in 0..<Rounds.of(24) {
      let place = Int.random(in: 0..<bytes.count, using: &generator)
      var changed = bytes
      changed[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      expectRefused(changed, "a bit of byte \(place)")
      expectRefused(Array(bytes.prefix(place)), "\(place) bytes")
    }
  }

  @Test func theOutcomeIsWhatARefereeSigns() throws {
    let dispute = try settle(honest, liar)
    let outcome = try #require(dispute.outcome)
    let referee = try SigningKey(seed: [UInt8](repeating: 9, count: 32))
    let opened = try DisputeOutcome.open(outcome.signed(by: referee).encoded)
    #expect(opened.outcome == outcome)
    #expect(outcome.loser == liar.key.verifyingKey)
    #expect(outcome.fault == .falseStatement)
    #expect(outcome.claim == dispute.claims.defender.identity)
    #expect(dispute.cost.valueCount == 1)
  }
}
