import AssayAdversaries
import AssayAuditing
import AssayDatasets
import AssayEvidence
import AssaySpecification
import AssayTestSupport
import Testing

/// Small runs of the templates (ResNet-20 with a third of its blocks), with what else a spec may
/// ask for: augmentation, dropout, clipping, moving averages, micro-batches.
@Suite struct TemplateTests {
  enum Template: CaseIterable {
    case mlp, lenet, resnet, gpt, integerLenet
  }

  private static func images(
    _ count: Int, _ side: Int, channels: Int, _ generator: inout SeededGenerator
  ) throws -> Dataset {
    try Dataset(
      elementType: .uint8, exampleShape: try Shape([channels, side, side]),
      contents: generator.bytes(count * channels * side * side),
      targets: .labels(
        (0..<count).map { _ in Int32.random(in: 0..<4, using: &generator) }, classes: 4))
  }

  private static func text(_ count: Int, _ generator: inout SeededGenerator) throws -> Dataset {
    try Dataset(
      elementType: .uint8, exampleShape: try Shape([9]),
      contents: generator.bytes(9 * count).map { $0 % 13 }, targets: .nextToken(vocabulary: 13))
  }

  private func job(_ template: Template) throws -> SmallJob {
    var generator = SeededGenerator(seed: 5)
    let scale = DataDescription.Scale(divisor: 255)
    switch template {
    case .mlp:
      return try SmallJob(
        dataset: Self.images(24, 4, channels: 1, &generator),
        testSet: Self.images(6, 4, channels: 1, &generator), steps: 6, interval: 2,
        scale: scale, update: UpdateOptions(microBatchCount: 2)
      ) { MultilayerPerceptron(hidden: [6], activation: .gelu).model(for: $0) }
    case .lenet:
      return try SmallJob(
        dataset: Self.images(24, 12, channels: 1, &generator),
        testSet: Self.images(6, 12, channels: 1, &generator), steps: 6, interval: 2,
        scale: scale, update: UpdateOptions(averageDecay: 0.9)
      ) { LeNet().model(for: $0) }
    case .resnet:
      return try SmallJob(
        dataset: Self.images(16, 8, channels: 3, &generator),
        testSet: Self.images(6, 8, channels: 3, &generator), steps: 4, interval: 2, scale: scale,
        batch: 4, augmentation: Augmentation(padding: 1, flips: true)
      ) { ResNet(blocks: 1).model(for: $0) }
    case .gpt:
      return try SmallJob(
        dataset: Self.text(24, &generator), testSet: Self.text(6, &generator), steps: 6,
        interval: 2, batch: 4, update: UpdateOptions(clipNorm: 0.5)
      ) { GPT(layers: 2, width: 8, heads: 2, dropout: 0.1).model(for: $0) }
    case .integerLenet:
      return try SmallJob(
        dataset: Self.images(24, 12, channels: 1, &generator),
        testSet: Self.images(6, 12, channels: 1, &generator), steps: 6, interval: 2,
        integer: .lenet)
    }
  }

  @Test(arguments: Template.allCases)
  func anHonestRunOfATemplateIsAcceptedAndNoCheatIs(template: Template) throws {
    let job = try job(template)
    let secret = [UInt8](repeating: 3, count: 32)
    let honest = try job.audit(
      job.honest, try job.challenge(job.honest, .every, secret: secret))
    #expect(honest.outcome == .accepted, "\(honest.sentence)")
    #expect(honest.quality != nil && honest.quality == job.run.quality)
    let provider = try job.cheatingProvider()
    for cheat in Cheat.allCases {
      let submission = try provider.submission(cheat)
      let report = try job.audit(
        submission, try job.challenge(submission, .every, secret: secret))
      guard case .rejected(let rejection) = report.outcome else {
        Issue.record("\(cheat): \(report.outcome), \(report.sentence)")
        continue
      }
      #expect(rejection.fault == cheat.expectedFault, "\(cheat): \(report.sentence)")
      if cheat.scope != .notComputational {
        #expect(
          rejection.interval == submission.falseIntervals.first, "\(cheat): \(report.sentence)")
      }
    }
  }
}
