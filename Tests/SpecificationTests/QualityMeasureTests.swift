import AssayCryptography
import AssayWire
import Testing

@testable import AssaySpecification

@Suite struct QualityMeasureTests {
  private let root = SHA256.digest(of: [9])

  private func spec(
    _ quality: QualityMeasure?, model: JSONValue? = nil, data: DataDescription = Samples.data()
  ) throws -> Spec {
    try Spec(
      decoding: Spec.json(
        seed: 1, steps: 5, interval: 2, batchSize: 4,
        model: model ?? MultilayerPerceptron(hidden: [6], activation: .relu).model(for: data),
        data: data, optimizer: .sgd(momentum: 0, nesterov: false, weightDecay: 0),
        schedule: Schedule(kind: .constant, learningRate: 0.05), quality: quality))
  }

  @Test(arguments: QualityMeasure.Metric.allCases)
  func aMeasureIsReadBack(metric: QualityMeasure.Metric) throws {
    for generated in [nil, DataDescription.GeneratedTask(task: "glyphs", seed: 4, first: 45)] {
      let quality = QualityMeasure(
        metric: metric, root: root, exampleCount: 17, batchSize: 5, generated: generated)
      let spec = try spec(quality)
      #expect(spec.quality == quality)
      let test = try #require(spec.testData)
      #expect(test.root == root && test.exampleCount == 17 && test.generated == generated)
      #expect(test.elementType == spec.data.elementType && test.target == spec.data.target)
      #expect(test.exampleShape == spec.data.exampleShape && test.scale == spec.data.scale)
    }
    #expect(try spec(nil).testData == nil)
  }

  @Test func whatCannotBeMeasuredIsRefused() throws {
    for (count, batch) in [(0, 1), (17, 0), (17, 18), (DataDescription.exampleCountLimit + 1, 1)] {
      #expect(throws: SpecificationError.self, "\(count) in batches of \(batch)") {
        try spec(
          QualityMeasure(metric: .loss, root: root, exampleCount: count, batchSize: batch))
      }
    }
    let values = DataDescription(
      root: root, exampleCount: 40, elementType: .float32, exampleShape: .vector(3),
      target: .values(count: 2), scale: DataDescription.Scale())
    let loss = QualityMeasure(metric: .loss, root: root, exampleCount: 4, batchSize: 4)
    _ = try spec(loss, data: values)
    let accuracy = QualityMeasure(metric: .accuracy, root: root, exampleCount: 4, batchSize: 4)
    #expect(throws: SpecificationError.self) { try spec(accuracy, data: values) }
  }

  /// A batch of the test set that would hold more than the most elements of a step.
  @Test func aBatchThatIsTooLargeIsRefused() throws {
    let huge = DataDescription(
      root: root, exampleCount: 40, elementType: .uint8, exampleShape: .vector(1 << 20),
      target: .label(classes: 2), scale: DataDescription.Scale())
    let model = MultilayerPerceptron(hidden: [], activation: .relu).model(for: huge)
    func spec(batch: Int) throws -> Spec {
      try self.spec(
        QualityMeasure(metric: .loss, root: root, exampleCount: 1 << 16, batchSize: batch),
        model: model, data: huge)
    }
    _ = try spec(batch: 1 << 12)
    #expect(throws: SpecificationError.self) { try spec(batch: 1 << 15) }
  }

  /// Keys of the `quality` object: each is needed, and no other is taken.
  @Test func everyKeyIsNeededAndNoOtherIsTaken() throws {
    let quality = QualityMeasure(metric: .loss, root: root, exampleCount: 4, batchSize: 2)
    let data = Samples.data()
    guard case .object(let members) = quality.json else { return }
    #expect(try QualityMeasure(JSONFields(.object(members)), data: data) == quality)
    for index in members.indices {
      var without = members
      without.remove(at: index)
      #expect(throws: WireError.self) {
        try QualityMeasure(JSONFields(.object(without)), data: data)
      }
    }
    let extra = members + [JSONMember(name: "threshold", value: .integer(1))]
    #expect(throws: WireError.self) { try QualityMeasure(JSONFields(.object(extra)), data: data) }
  }
}
