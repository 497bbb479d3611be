import AssayAuditing
import AssayCryptography
import AssayDisputes
import AssayEvidence
import AssaySpecification
import AssayTestSupport
import AssayTraining
import Testing

@Suite struct DisputeTests {
  /// A run with one bit turned over after some operator of some step, and an honest one.
  @Test(arguments: DisputedSpec.allCases)
  func oneTurnedBitIsFoundWhereverItIs(_ disputed: DisputedSpec) throws {
    let (spec, dataset) = try disputed.make()
    let weights = try disputed.weights()
    let honest = try DisputedRun(spec, dataset, seed: 1, weights: weights)
    var generator = SeededGenerator(seed: 7)
    var found = 0
    for round in 0..<Rounds.of(2) {
      let alteration = try Self.alteration(of: honest, &generator)
      let liar = try DisputedRun(
        spec, dataset, seed: 2, DisputedRun.Deviation(alteration: alteration), weights: weights)
      // A bit that changes nothing that is recorded is no lie.
      guard liar.states != honest.states else { continue }
      found += 1
      let isDefender = round.isMultiple(of: 2)
      let dispute = isDefender ? try settle(honest, liar) : try settle(liar, honest)
      let finding = try #require(dispute.finding)
      #expect(finding.loser == (isDefender ? .defender : .challenger), "\(alteration): \(finding)")
      #expect(finding.faults[.challenger] == (isDefender ? nil : .falseStatement))
      #expect(finding.faults[.defender] == (isDefender ? .falseStatement : nil))
      #expect(finding.subject.contains("step \(alteration.step), "), "\(finding)")
      #expect(dispute.cost.openedByteCount < 256 << 10)
    }
    #expect(found > 0)
  }

  /// A bit of what an operator of some step writes.
  static func alteration(
    of run: DisputedRun, _ generator: inout SeededGenerator
  ) throws -> Alteration {
    let entries = run.answerer.history.entries
    while true {
      let entry = Int.random(in: 2..<entries.entries.count - 1, using: &generator)
      let outputs = entries.outputs(of: entry)
      if outputs.isEmpty { continue }
      let slot = Int.random(in: 0..<outputs.count, using: &generator)
      let tensor = entries.description(of: outputs[slot])
      let (size, isFloat) = (tensor.elementType.byteCount, tensor.elementType == .float32)
      // Another token or label might be none.
      if case .instruction = entries.entries[entry] {} else if !isFloat, size == 4 { continue }
      return Alteration(
        step: UInt64.random(in: 1...run.spec.steps, using: &generator),
        output: StepEntries.OutputID(entry: entry, slot: slot),
        // The exponent's low bit, or the fraction's first bits: what changes a number much. Of
        // whole numbers the low bits, so that none overflows.
        byte: size * Int.random(in: 0..<tensor.shape.elementCount, using: &generator)
          + (isFloat ? 2 : 0),
        mask: 1 << UInt8.random(in: 0..<(size == 1 ? 7 : 8), using: &generator))
    }
  }
}

/// The example on the page of Disputes.
@Test func theExampleOfTheDisputesPageWorks() throws {
  let (spec, dataset) = try DisputedSpec.tanh.make(steps: 6, interval: 2)
  let myRun = try DisputedRun(spec, dataset, seed: 1)
  let theirRun = try DisputedRun(
    spec, dataset, seed: 2,
    DisputedRun.Deviation(
      alteration: Alteration(
        step: 3, output: StepEntries.OutputID(entry: 4, slot: 0), byte: 2, mask: 1)))
  let (mine, theirs) = (myRun.claim, theirRun.claim)
  let clock = { 0 as UInt64 }

  var dispute = try Dispute(
    spec: spec, challenger: mine, defender: theirs,
    rules: Dispute.Rules(allowanceSeconds: 3600), now: clock())
  while let question = dispute.question {
    let (number, position) = (dispute.number, dispute.position)
    for (party, run) in [(Party.challenger, myRun), (.defender, theirRun)] {
      let answer = SignedAnswer(
        number: number, position: position, answer: try run.answerer.answer(question))
      try dispute.take(answer.signed(by: run.key).encoded, from: party, now: clock())
    }
  }
  let outcome = dispute.outcome

  #expect(outcome?.loser == theirRun.key.verifyingKey)
}
