import AssayWire
import Testing

@testable import AssaySpecification

@Suite struct UpdateOptionsTests {
  private func spec(
    batch: Int = 12, update: UpdateOptions, model: JSONValue? = nil
  ) throws -> Spec {
    let data = Samples.data()
    return try Spec(
      decoding: Spec.json(
        seed: 1, steps: 25, interval: 4, batchSize: batch,
        model: model ?? MultilayerPerceptron(hidden: [6], activation: .relu).model(for: data),
        data: data, optimizer: .sgd(momentum: 0, nesterov: false, weightDecay: 0),
        schedule: Schedule(kind: .constant, learningRate: 0.05), update: update))
  }

  @Test func optionsAreReadBackAsTheyWereWritten() throws {
    let update = UpdateOptions(
      microBatchCount: 3, clipNorm: 0.5, noDecay: ["hidden1.bias"], averageDecay: 0.9)
    #expect(try spec(update: update).update == update)
  }

  @Test(arguments: [0, -1, 5, 13, 1 << 40])
  func aBatchThatIsNotCutEvenlyIsRefused(count: Int) throws {
    let bytes = try spec(update: UpdateOptions(microBatchCount: 4)).bytes
    let text = String(decoding: bytes, as: UTF8.self)
    let other = text.replacing("\"accumulate\": 4", with: "\"accumulate\": \(count)")
    #expect(other != text)
    let error = #expect(throws: SpecificationError.self) { try Spec(decoding: Array(other.utf8)) }
    #expect("\(try #require(error))".contains("accumulate"))
  }

  @Test func aStepOfMicroBatchesHoldsOneOfThem() throws {
    let program = try StepProgram.training(spec(update: UpdateOptions(microBatchCount: 4)))
    #expect(program.batchSize == 3 && program.microBatchCount == 4)
    #expect(program.declaration(of: program.features).shape.dimensions.first == 3)
    #expect(program.updateStart < program.instructions.count)
    // All that follows the runs is updates; every parameter has one, and a sum before it.
    let updates = program.instructions[program.updateStart...]
    #expect(updates.count == 4)
    for update in updates {
      guard case .sgd(_, let gradient, _, _, _, _, _) = update else {
        Issue.record("\(update) is no update")
        continue
      }
      #expect(program.declaration(of: gradient).role == .accumulator)
    }
  }

  @Test func moreDrawsThanAnAddressHoldsAreRefused() throws {
    let data = Samples.data()
    let model = MultilayerPerceptron(hidden: [1 << 15], activation: .relu).model(for: data)
    let text = String(decoding: model.serialized(), as: UTF8.self)
    let dropped = text.replacing(
      #"{"name":"output.product""#,
      with: #"{"name":"drop","op":"dropout","inputs":["hidden1"],"rate":0.5},"#
        + #"{"name":"output.product""#
    ).replacing(#"["hidden1","output.weight"]"#, with: #"["drop","output.weight"]"#)
    #expect(dropped != text)
    let graph = try JSONValue.parse(Array(dropped.utf8))
    // 2^15 elements for each of 2^19 examples are as many as there are addresses.
    _ = try spec(batch: 1 << 19, update: UpdateOptions(microBatchCount: 1 << 10), model: graph)
    let error = #expect(throws: SpecificationError.self) {
      try spec(batch: 1 << 20, update: UpdateOptions(microBatchCount: 1 << 10), model: graph)
    }
    #expect("\(try #require(error))".contains("drop"))
  }

  @Test func anIgnoredLabelIsOneOfTheClasses() throws {
    let data = Samples.data()
    let model = MultilayerPerceptron(hidden: [6], activation: .relu).model(for: data)
    func labelled(_ label: Int32) throws -> Spec {
      let labelled: JSONValue = try #require(
        Labelling(smoothing: 0.1, ignored: label).applied(to: model))
      return try spec(update: UpdateOptions(), model: labelled)
    }
    #expect(try labelled(2).model.ignoredLabel == 2)
    let error = #expect(throws: SpecificationError.self) { try labelled(3) }
    #expect("\(try #require(error))".contains("ignore"))
    #expect(try spec(update: UpdateOptions()).model.ignoredLabel == nil)
  }
}
