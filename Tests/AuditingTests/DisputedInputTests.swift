import AssayAuditing
import AssayDisputes
import AssayEvidence
import AssayMerkle
import AssaySpecification
import AssayTestSupport
import AssayTraining
import AssayWire
import Testing

/// Lies about what comes into a run from outside end in a check of that alone.
@Suite struct DisputedInputTests {
  private func dispute(
    _ disputed: DisputedSpec = .perceptron, _ deviation: DisputedRun.Deviation
  ) throws -> Finding {
    let (spec, dataset) = try disputed.make()
    let weights = try disputed.weights()
    let honest = try DisputedRun(spec, dataset, seed: 1, weights: weights)
    let liar = try DisputedRun(spec, dataset, seed: 2, deviation, weights: weights)
    let dispute = try settle(honest, liar)
    let finding = try #require(dispute.finding)
    #expect(finding.faults == Pair(challenger: nil, defender: .falseStatement), "\(finding)")
    #expect(dispute.cost.openedByteCount < 64 << 10)
    return finding
  }

  @Test(arguments: [
    DisputedSpec.perceptron, .values, .resnet, .gpt, .integerPerceptron,
  ])
  func otherExamplesEndInOneElementOfOneExample(_ disputed: DisputedSpec) throws {
    let (spec, _) = try disputed.make()
    let finding = try dispute(
      disputed,
      DisputedRun.Deviation(batch: { step in
        let batch = spec.batchOrder.batch(step: step)
        return step == 5 ? [batch[1]] + batch.dropFirst() : batch
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

  @Test(arguments: [DisputedSpec.perceptron, .resnet, .gpt, .integerMomentum])
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

  /// Rows that do not count are counted from the examples, one by one.
  @Test(arguments: [DisputedSpec.ignored, .ignoredText])
  func anotherCountOfRowsEndsInOneExample(_ disputed: DisputedSpec) throws {
    let (spec, dataset) = try disputed.make()
    let right = try DisputedRun(spec, dataset, seed: 1).answerer.history
    try right.tracer.begin(after: try ModelState.initial(spec))
    let counts = right.tracer.countedRows
    // Another first example that has another number of rows that count.
    var other: Int?
    for example in 0..<19 where other == nil {
      right.tracer.batchOverride = { step in
        [example] + spec.batchOrder.batch(step: step).dropFirst()
      }
      try right.tracer.begin(after: try ModelState.initial(spec))
      if right.tracer.countedRows[0] != counts[0] { other = example }
    }
    let example = try #require(other)
    let finding = try dispute(
      disputed,
      DisputedRun.Deviation(batch: { step in
        let batch = spec.batchOrder.batch(step: step)
        return step == 1 ? [example] + batch.dropFirst() : batch
      }))
    #expect(
      finding.subject.hasPrefix("interval 0, step 1, the rows that count, rows that count, "))
    #expect(finding.subject.hasSuffix("value 0 of 4"), "\(finding)")
  }

  @Test func aFirstStateThatTheWeightsFileDoesNotGiveEndsInOneElementOfTheFile() throws {
    for tensor in 0..<3 {
      let finding = try dispute(
        .given,
        DisputedRun.Deviation(start: { state in
          // Moments of the optimiser start from no file; take what starts as a parameter does.
          let places = state.layout.tensors.indices.filter {
            !state.layout.tensors[$0].name.hasPrefix("optimizer/")
          }
          var bytes = state.contents[places[tensor]]
          bytes[6] ^= 1
          return state.replacing(tensor: places[tensor], with: bytes)
        }))
      #expect(finding.subject.hasPrefix("the first state, "))
      #expect(finding.subject.hasSuffix("element 1, from the weights file"), "\(finding)")
    }
  }

  @Test func anotherFrozenTensorEndsInOneElementOfTheFile() throws {
    let finding = try dispute(
      .adapted,
      DisputedRun.Deviation(
        alteration: Alteration(
          step: 4, output: StepEntries.OutputID(entry: 2, slot: 3), byte: 10, mask: 2)))
    #expect(finding.subject.hasPrefix("interval 1, step 4, the frozen tensors, "), "\(finding)")
    #expect(finding.subject.hasSuffix("element 2, from the weights file"), "\(finding)")
  }

  /// A party that holds up another file to the referee, or one whose digest it makes up.
  @Test func aWeightsFileThatIsNotTheSpecsLoses() throws {
    let disputed = DisputedSpec.given
    let (spec, dataset) = try disputed.make()
    let file = try #require(try disputed.weights())
    let honest = try DisputedRun(spec, dataset, seed: 1, weights: file)
    let start = DisputedRun.Deviation(start: { state in
      var bytes = state.contents[0]
      bytes[6] ^= 1
      return state.replacing(tensor: 0, with: bytes)
    })
    let liar = try DisputedRun(spec, dataset, seed: 2, start, weights: file)
    let chain = WeightsChain(file.bytes)
    #expect(chain.count == 3)
    for place in 0..<chain.count {
      var leaves = (0..<chain.count).map { chain.record($0).encoded }
      // A byte of the part, behind its tag, the state before it and its length.
      leaves[place][24 + 32 + 4 + 77] ^= 1
      let tree = StoredTree(leafHashes: leaves.map(MerkleTree.leafHash))
      let dispute = try settle(liar, honest) { question, answer in
        switch question {
        case .weights:
          .weights(
            byteCount: UInt64(file.bytes.count), root: tree.root, [leaves[0], leaves[2]],
            tree.multiProof(forLeaves: [0, 2]))
        case .nodes(.weights, let height, let index):
          .nodes(tree.nodes(below: index, height: height))
        case .leaves(.weights, let indices):
          .leaves(indices.map { leaves[$0] }, tree.multiProof(forLeaves: indices))
        default: answer
        }
      }
      // The last part leads to the digest itself; the others to a state that is agreed on.
      #expect(
        dispute.finding?.faults
          == Pair(challenger: place == 0 ? .brokenOpening : .falseStatement, defender: nil),
        "part \(place): \(String(describing: dispute.finding))")
    }
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
