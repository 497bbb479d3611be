internal import AssayCryptography
internal import AssayEvidence
internal import AssayMerkle
internal import AssaySpecification
internal import AssayWire

/// What stays the same during a dispute: which question belongs to which stage, and what follows
/// from its answers.
struct Context {
  let claims: Pair<OpenedClaim>
  let segments: Pair<Segment>
  let entries: StepEntries

  /// What follows from two answers.
  enum Consequence {
    case stage(Stage)
    /// Answers that contradict what their parties had committed to.
    case broken(Pair<DisputeError?>)
    case found(Pair<DisputeFault?>, String, valueCount: Int)
  }

  /// Answers that are not what they must be.
  struct Broken: Error { let errors: Pair<DisputeError?> }

  /// The question of a stage.
  func question(of stage: Stage) -> Question {
    switch stage {
    case .records(let bracket): .records(recordsToOpen(bracket))
    case .initialRoots: .initialRoots
    case .steps(let interval): .steps(interval: interval.index)
    case .step(_, let search), .entry(_, let search), .contents(_, let search),
      .value(_, let search):
      search.question
    case .stepLeaves(let interval, let index):
      .leaves(.steps(interval: interval.index), [index - 1, index])
    case .entries(let step): .entries(step: step.step)
    case .entryLeaf(let disputed, let entry): .leaves(.entries(step: disputed.step.step), [entry])
    case .ending(let disputed): .ending(step: disputed.step.step)
    case .chunk(let disputed, let search): .chunk(disputed.contents, index: search.index)
    case .example(_, let index): .example(index)
    case .values(let element): .values(element.id)
    case .valueChunk(let disputed, let search):
      .chunk(.values(disputed.element.id), index: search.index)
    case .inputs(let disputed): .inputs(disputed.values.element.id, value: disputed.index)
    case .weights: .weights
    case .weightsNode(_, let search): search.question
    case .weightsRecord(_, let index): .leaves(.weights, [index - 1, index])
    case .weightsHeader(_, let indices), .weightsElement(_, _, _, let indices):
      .leaves(.weights, indices)
    }
  }

  /// What follows from the answers to a stage's question.
  func next(after stage: Stage, _ encoded: Pair<[UInt8]>) -> Consequence {
    do throws(Broken) {
      let answers = try both { party throws(DisputeError) in
        do throws(WireError) {
          guard encoded[party].count <= Answer.byteCountLimit else {
            throw .tooLong(limit: Answer.byteCountLimit, found: encoded[party].count)
          }
          return try Answer(decoding: encoded[party])
        } catch { throw .malformed(error) }
      }
      return try next(after: stage, answers)
    } catch { return .broken(error.errors) }
  }

  private func next(
    after stage: Stage, _ answers: Pair<Answer>
  ) throws(Broken) -> Consequence {
    switch stage {
    case .records(let bracket): try compareRecords(bracket, answers)
    case .initialRoots(let roots): try compareInitialRoots(roots, answers)
    case .steps(let interval): try compareSteps(interval, answers)
    case .step(let interval, let search):
      found(try descended(search, answers)) {
        .stepLeaves(interval, $0.index)
      } else: {
        .step(interval, $0)
      }
    case .stepLeaves(let interval, let index): try compareStepLeaves(interval, index, answers)
    case .entries(let step): try compareEntries(step, answers)
    case .entry(let disputed, let search):
      found(try descended(search, answers)) {
        .entryLeaf(disputed, $0.index)
      } else: {
        .entry(disputed, $0)
      }
    case .entryLeaf(let disputed, let entry): try compareEntry(disputed, entry, answers)
    case .ending(let disputed): try checkEnding(disputed, answers)
    case .contents(let disputed, let search):
      found(try descended(search, answers)) {
        .chunk(disputed, $0)
      } else: {
        .contents(disputed, $0)
      }
    case .chunk(let disputed, let search): try compareChunks(disputed, search, answers)
    case .example(let element, let index): try checkExample(element, index, answers)
    case .values(let element): try compareValues(element, answers)
    case .value(let disputed, let search):
      found(try descended(search, answers)) {
        .valueChunk(disputed, $0)
      } else: {
        .value(disputed, $0)
      }
    case .valueChunk(let disputed, let search):
      try compareValueChunks(disputed, search, answers)
    case .inputs(let disputed): try checkInputs(disputed, answers)
    case .weights(let given): try compareWeights(given, answers)
    case .weightsNode(let weights, let search):
      descending(weights, try descended(search, answers))
    case .weightsRecord(let weights, let index):
      try checkWeightsRecord(weights, index, answers)
    case .weightsHeader(let weights, let indices):
      try compareWeightsHeader(weights, indices, answers)
    case .weightsElement(let weights, let type, let start, let indices):
      try checkWeightsElement(weights, type, start, indices, answers)
    }
  }

  /// Applies a check to each side; both are applied, so that two liars are both found.
  func both<Value>(
    _ check: (Party) throws(DisputeError) -> Value
  ) throws(Broken) -> Pair<Value> {
    var errors = Pair<DisputeError?>(both: nil)
    var values = Pair<Value?>(both: nil)
    for party in Party.allCases {
      do throws(DisputeError) { values[party] = try check(party) } catch { errors[party] = error }
    }
    guard let challenger = values.challenger, let defender = values.defender else {
      throw Broken(errors: errors)
    }
    return Pair(challenger: challenger, defender: defender)
  }

  /// Goes down one answer's levels.
  private func descended(
    _ search: TreeSearch, _ answers: Pair<Answer>
  ) throws(Broken) -> TreeSearch {
    let nodes = try both { party throws(DisputeError) in
      try search.check(answers[party], party)
    }
    var search = search
    search.descend(nodes)
    return search
  }

  /// The stage after a search, or its next question.
  func found(
    _ search: TreeSearch, then stage: (TreeSearch) -> Stage, else more: (TreeSearch) -> Stage
  ) -> Consequence {
    .stage(search.isComplete ? stage(search) : more(search))
  }

  /// A consequence for whoever stated something else than the truth.
  func judged(_ isTrue: Pair<Bool>, _ explanation: String, valueCount: Int = 0) -> Consequence {
    .found(
      Pair(
        challenger: isTrue.challenger ? nil : .falseStatement,
        defender: isTrue.defender ? nil : .falseStatement), explanation, valueCount: valueCount)
  }
}
