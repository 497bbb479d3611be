import AssayAuditing
import AssayDisputes
import AssayEvidence
import AssaySpecification
import AssayTestSupport
import AssayTraining
import Testing

/// Lies about what comes into a run from outside end in a check of that alone.
@Suite struct DisputedInputTests {
  private func dispute(
    _ disputed: DisputedSpec = .perceptron, _ deviation: DisputedRun.Deviation
  ) throws -> Finding {
    let (spec, dataset) = try disputed.make()
    let honest = try DisputedRun(spec, dataset, seed: 1)
    let liar = try DisputedRun(spec, dataset, seed: 2, deviation)
    let dispute = try settle(honest, liar)
    let finding = try #require(dispute.finding)
    #expect(finding.faults == Pair(challenger: nil, defender: .falseStatement), "\(finding)")
    #expect(dispute.cost.openedByteCount < 64 << 10)
    return finding
  }

  @Test(arguments: [DisputedSpec.perceptron, .values, .resnet, .gpt])
  func otherExamplesEndInOneElementOfOneExample(_ disputed: DisputedSpec) throws {
    let (spec, _) = try disputed.make()
    let finding = try dispute(
      disputed,
      DisputedRun.Deviation(batch: { step in
        let batch = spec.batchOrder.batch(step: step)
        return step == 5 ? [batch[1], batch[0]] + batch.dropFirst(2) : batch
      }))
    #expect(finding.subject.hasPrefix("interval 1, step 5, the batch, features, element "))
    #expect(finding.explanation.contains("of example"))
  }

  @Test func anotherLearningRateEndsInTheSpecs() throws {
    let (spec, _) = try DisputedSpec.perceptron.make()
    let finding = try dispute(
      .perceptron,
      DisputedRun.Deviation(scalars: { step in
        var scalars = spec.scalars(step: step)
        if step >= 5 { scalars.learningRate = scalars.learningRate.nextUp }
        return scalars
      }))
    #expect(finding.subject == "interval 1, step 5, the learning rate")
  }

  @Test(arguments: [DisputedSpec.perceptron, .resnet, .gpt])
  func anotherFirstStateEndsInOneElementOfIt(_ disputed: DisputedSpec) throws {
    let finding = try dispute(
      disputed,
      DisputedRun.Deviation(start: { state in
        var bytes = state.contents[2]
        bytes[6] ^= 1
        return state.replacing(tensor: 2, with: bytes)
      }))
    #expect(finding.subject.hasPrefix("the first state, "))
    #expect(finding.explanation.hasPrefix("element 1 of "))
  }

  @Test(arguments: [DisputedSpec.tanh, .gpt])
  func aStateThatNoStepMadeEndsInTheOperatorThatWroteItLast(_ disputed: DisputedSpec) throws {
    let finding = try dispute(
      disputed,
      DisputedRun.Deviation(
        record: (
          index: 2,
          change: { state in
            var bytes = state.contents[1]
            bytes[5] ^= 4
            return state.replacing(tensor: 1, with: bytes)
          }
        )))
    #expect(finding.subject.hasPrefix("interval 1, step 6, operator "), "\(finding)")
  }

  @Test func aLossThatNoStepHadIsFound() throws {
    let finding = try dispute(.tanh, DisputedRun.Deviation(loss: (index: 3, excess: 0.25)))
    #expect(finding.subject == "interval 2, step 9, the state that it ends in")
  }

  @Test func aDropThatWasNotDrawnEndsInItsOperator() throws {
    let (spec, dataset) = try DisputedSpec.gpt.make()
    let honest = try DisputedRun(spec, dataset, seed: 1)
    let entries = honest.answerer.history.entries
    let dropout = try #require(
      entries.entries.indices.first { entry in
        guard case .instruction(_, let place) = entries.entries[entry] else { return false }
        return entries.program.instructions[place].name == "dropout"
      })
    let finding = try dispute(
      .gpt,
      DisputedRun.Deviation(
        alteration: Alteration(
          step: 4, output: StepEntries.OutputID(entry: dropout, slot: 0), byte: 7, mask: 0x40)))
    #expect(finding.subject.contains("(dropout)"))
  }
}
