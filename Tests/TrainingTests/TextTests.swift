import AssayDatasets
import AssayMerkle
import AssaySpecification
import AssayTensors
import AssayWire
import Foundation
import Testing

@testable import AssayTraining

@Suite struct TextTests {
  /// Every position of every row counts once: 70 rows make two whole batches and a rest.
  @Test(arguments: [1, 5, 32, 33, 70])
  func evaluationAgreesWithADirectComputation(rows: Int) throws {
    let dataset = try TextSamples.dataset(rows: rows)
    let spec = try TextSamples.spec(dataset)
    let state = try ModelState.initial(spec)
    let evaluation = try Evaluator(
      spec: spec, dataset: dataset, backend: try CPUBackend(threads: 1)
    ).evaluate(state)

    let table = state.floats(ofTensor: try #require(tensor("table", in: state)))
    var (loss, correct, positions) = (0.0, 0, 0)
    for row in 0..<rows {
      for place in 0..<5 {
        let token = Int(dataset.contents[6 * row + place])
        let next = Int(dataset.contents[6 * row + place + 1])
        let outputs = table[(7 * token)..<(7 * token + 7)].map { Double($0) }
        loss += Foundation.log(outputs.reduce(0) { $0 + exp($1) }) - outputs[next]
        if outputs.firstIndex(of: outputs.max() ?? 0) == next { correct += 1 }
        positions += 1
      }
    }
    #expect(abs(evaluation.loss - loss / Double(positions)) < 1e-5)
    #expect(evaluation.accuracy == Double(correct) / Double(positions))
    #expect(evaluation.exampleCount == rows)
  }

  /// A prediction that is not what the loss reads: one row for each example, six numbers wide, as
  /// the vocabulary is.
  @Test func aPredictionOfOtherRowsHasNoAccuracy() throws {
    let dataset = try TextSamples.dataset(rows: 3, row: 4, vocabulary: 6)
    let data = dataset.description(scale: .init())
    let model = try JSONValue.parse(
      Array(
        """
        {"parameters": [
        {"name": "table", "shape": [6, 2], "init": {"kind": "normal", "deviation": 1}},
        {"name": "weight", "shape": [6, 2], "init": {"kind": "normal", "deviation": 1}}],
        "nodes": [{"name": "embedded", "op": "embedding", "inputs": ["features", "table"]},
        {"name": "flat", "op": "flatten", "inputs": ["embedded"]},
        {"name": "outputs", "op": "linear", "inputs": ["embedded", "weight"]},
        {"name": "loss", "op": "softmax-cross-entropy", "inputs": ["outputs", "targets"]}],
        "loss": "loss", "prediction": "flat"}
        """.utf8))
    let spec = try Spec(
      decoding: Spec.json(
        seed: 5, steps: 1, interval: 1, batchSize: 2, model: model, data: data,
        optimizer: .sgd(momentum: 0, nesterov: false, weightDecay: 0),
        schedule: Schedule(kind: .constant, learningRate: 0.1)))
    let backend = try CPUBackend(threads: 1)
    let evaluation = try Evaluator(spec: spec, dataset: dataset, backend: backend)
      .evaluate(.initial(spec))
    #expect(evaluation.accuracy == nil)
    #expect(evaluation.loss > 0)
    #expect(throws: TrainingError.self) {
      try TokenGenerator(spec: spec, state: .initial(spec), backend: backend, seed: 1)
    }
  }

  private func tensor(_ name: String, in state: ModelState) -> Int? {
    state.layout.tensors.firstIndex { $0.name == name }
  }

  private func trained(_ spec: Spec, _ dataset: Dataset) throws -> ModelState {
    let engine = try StepEngine(
      spec: spec, dataset: dataset, backend: try CPUBackend(threads: 1),
      hasher: PortableLeafHasher())
    try engine.load(.initial(spec))
    for interval in 0..<spec.intervalCount {
      _ = try engine.run(steps: spec.steps(ofInterval: interval))
    }
    return try engine.state(step: spec.steps)
  }

  @Test func aCountingTextIsLearntAndContinued() throws {
    let dataset = try TextSamples.dataset(rows: 21, isCounting: true)
    let spec = try TextSamples.spec(dataset, steps: 150)
    let state = try trained(spec, dataset)
    let backend = try CPUBackend(threads: 1)
    let evaluation = try Evaluator(spec: spec, dataset: dataset, backend: backend)
      .evaluate(state)
    #expect(evaluation.accuracy == 1)
    #expect(evaluation.loss < 0.5)
    let generator = try TokenGenerator(spec: spec, state: state, backend: backend, seed: 1)
    var tokens: [Int32] = [4]
    // Longer than the context of five, so that the window moves.
    for _ in 0..<12 { tokens.append(try generator.next(after: tokens, temperature: 0)) }
    #expect(tokens == [4, 5, 6, 0, 1, 2, 3, 4, 5, 6, 0, 1, 2])
  }

  @Test func aTextIsContinuedWithTheAverages() throws {
    let dataset = try TextSamples.dataset(rows: 21, isCounting: true)
    let spec = try TextSamples.spec(
      dataset, steps: 150, update: UpdateOptions(averageDecay: 0.5))
    let state = try trained(spec, dataset)
    // The averages have learnt to count; the parameters themselves are made to know nothing.
    let table = try #require(tensor("table", in: state))
    var contents = state.contents
    contents[table] = [UInt8](repeating: 0, count: contents[table].count)
    let generator = try TokenGenerator(
      spec: spec, state: ModelState(step: state.step, layout: state.layout, contents: contents),
      backend: try CPUBackend(threads: 1), seed: 1)
    var tokens: [Int32] = [4]
    for _ in 0..<6 { tokens.append(try generator.next(after: tokens, temperature: 0)) }
    #expect(tokens == [4, 5, 6, 0, 1, 2, 3])
  }

  @Test func aTransformerLearnsWhatABigramCannot() throws {
    // After 0 comes 1, then 0, then 2, over and over: what follows a 0 depends on what was before.
    let cycle: [UInt8] = [0, 1, 0, 2]
    let dataset = try Dataset(
      elementType: .uint8, exampleShape: Shape([7]),
      contents: (0..<40).flatMap { row in (0..<7).map { cycle[(row + $0) % 4] } },
      targets: .nextToken(vocabulary: 3))
    let spec = try TextSamples.spec(
      dataset, template: GPT(layers: 1, width: 16, heads: 2), steps: 400, learningRate: 0.003)
    let state = try trained(spec, dataset)
    let backend = try CPUBackend(threads: 1)
    let evaluation = try Evaluator(spec: spec, dataset: dataset, backend: backend)
      .evaluate(state)
    // Half of the tokens are 0; guessing what follows them makes a quarter of all wrong.
    #expect(try #require(evaluation.accuracy) > 0.9)
    let generator = try TokenGenerator(spec: spec, state: state, backend: backend, seed: 1)
    var tokens: [Int32] = [0, 1, 0]
    for _ in 0..<9 { tokens.append(try generator.next(after: tokens, temperature: 0)) }
    #expect(tokens == [0, 1, 0, 2, 0, 1, 0, 2, 0, 1, 0, 2])
  }

  @Test func aCausalModelDoesNotSeeWhatFollows() throws {
    let dataset = try TextSamples.dataset(rows: 8)
    let spec = try TextSamples.spec(dataset, template: GPT(layers: 2, width: 8, heads: 2))
    let evaluation = try StateEvaluation(
      spec, try CPUBackend(threads: 1), batch: 1, weights: nil)
    try evaluation.load(.initial(spec))
    func outputs(_ tokens: [Int32]) throws -> [Float] {
      let (program, executor) = (evaluation.program, evaluation.executor)
      try executor.load(elements: tokens, into: program.features)
      try executor.load(elements: [Int32](repeating: 0, count: 5), into: program.targets)
      try executor.run(StepScalars(learningRate: 0))
      return try executor.withContents(of: program.prediction) { contents in
        (0..<35).map { contents.float($0) }
      }
    }
    let padded = try outputs([3, 1, 0, 0, 0])
    let other = try outputs([3, 1, 6, 2, 5])
    #expect(padded.prefix(14) == other.prefix(14))
    #expect(padded != other)
  }

  @Test func tokensAreDrawnAsOftenAsTheirProbabilitySays() throws {
    let dataset = try TextSamples.dataset(rows: 8)
    let spec = try TextSamples.spec(dataset)
    let state = try ModelState.initial(spec)
    let table = state.floats(ofTensor: try #require(tensor("table", in: state)))
    let generator = try TokenGenerator(
      spec: spec, state: state, backend: try CPUBackend(threads: 1), seed: 11)
    let count = 2000
    for temperature in [0.5, 1, 3] {
      let weights = table[14..<21].map { exp(Double($0) / temperature) }
      var found = [Int](repeating: 0, count: 7)
      for _ in 0..<count {
        found[Int(try generator.next(after: [0, 2], temperature: temperature))] += 1
      }
      for (weight, found) in zip(weights, found) {
        let share = weight / weights.reduce(0, +)
        let deviation = (share * (1 - share) / Double(count)).squareRoot()
        // Four and a half standard deviations; the seed is fixed.
        #expect(abs(Double(found) / Double(count) - share) < 4.5 * deviation)
      }
    }
  }

  @Test func oneSeedDrawsOneText() throws {
    let dataset = try TextSamples.dataset(rows: 8)
    let spec = try TextSamples.spec(dataset)
    func text(seed: UInt64) throws -> [Int32] {
      let generator = try TokenGenerator(
        spec: spec, state: .initial(spec), backend: try CPUBackend(threads: 1), seed: seed)
      var tokens: [Int32] = [0]
      for _ in 0..<40 { tokens.append(try generator.next(after: tokens, temperature: 1)) }
      return tokens
    }
    #expect(try text(seed: 3) == text(seed: 3))
    #expect(try text(seed: 3) != text(seed: 4))
  }

  @Test func aChoiceFallsWhereTheShareLies() {
    let weights = [1.0, 0, 3]
    for (share, place) in [(0.0, 0), (0.2499, 0), (0.25, 2), (0.5, 2), (1 - 0x1p-53, 2)] {
      #expect(TokenGenerator.choice(weights, share: share) == Int32(place), "\(share)")
    }
    #expect(TokenGenerator.choice([0, 5, 0], share: 0) == 1)
    #expect(TokenGenerator.choice([0, 5, 0], share: 1 - 0x1p-53) == 1)
  }

  @Test func onlyAModelOfTextGeneratesIt() throws {
    let spec = try Samples.spec(try Samples.dataset(.label(classes: 4)))
    #expect(throws: TrainingError.self) {
      try TokenGenerator(
        spec: spec, state: .initial(spec), backend: try CPUBackend(threads: 1), seed: 1)
    }
  }

  @Test func numbersThatAreNotFiniteAreNoText() throws {
    let dataset = try TextSamples.dataset(rows: 8)
    let spec = try TextSamples.spec(dataset)
    let bytes = ModelState.littleEndianBytes([Float](repeating: .nan, count: 49))
    let initial = try ModelState.initial(spec)
    let state = initial.replacing(tensor: try #require(tensor("table", in: initial)), with: bytes)
    let generator = try TokenGenerator(
      spec: spec, state: state, backend: try CPUBackend(threads: 1), seed: 1)
    #expect(throws: TrainingError.self) { try generator.next(after: [0], temperature: 1) }
    #expect(throws: TrainingError.self) { try generator.next(after: [0], temperature: 0) }
  }
}
