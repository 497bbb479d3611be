import AssayCryptography
import Testing

@testable import AssaySpecification
@testable import AssayTensors

@Suite struct MemoryPlanTests {
  private func program(_ template: String, segmentCount: Int) throws -> StepProgram {
    let isText = template == "gpt"
    let data = DataDescription(
      root: .zero, exampleCount: 100, elementType: .uint8,
      exampleShape: try Shape(isText ? [17] : [1, 28, 28]),
      target: isText ? .nextToken(vocabulary: 50) : .label(classes: 10), scale: .init())
    let model =
      switch template {
      case "lenet": LeNet().model(for: data)
      case "resnet": ResNet(blocks: 2).model(for: data)
      case "gpt": GPT(layers: 3, width: 24, heads: 3, dropout: 0.1).model(for: data)
      default: MultilayerPerceptron(hidden: [30, 20], activation: .relu).model(for: data)
      }
    let spec = try Spec(
      decoding: Spec.json(
        seed: 1, steps: 10, interval: 5, batchSize: 4, model: try #require(model), data: data,
        optimizer: .sgd(momentum: 0.9, nesterov: false, weightDecay: 0),
        schedule: Schedule(kind: .constant, learningRate: 0.1),
        update: UpdateOptions(clipNorm: 1)))
    return try StepProgram.training(spec, segmentCount: segmentCount).withoutUnusedResults()
  }

  /// What follows them reads a ReLU's output alone, and a sum's or a norm's only through it.
  @Test func everyReLUOfAResidualNetworkIsWrittenOverItsInput() throws {
    let program = try program("resnet", segmentCount: 1)
    let plan = MemoryPlan(program)
    let places = program.instructions.compactMap { instruction -> [Int]? in
      guard case .unary(.relu, let x, let out, _) = instruction else { return nil }
      return [plan.offsets[x.index], plan.offsets[out.index]]
    }
    #expect(places.count == 13)
    #expect(places.allSatisfy { $0[0] == $0[1] })
  }

  @Test(arguments: ["mlp", "lenet", "resnet", "gpt"], [1, 2, 5, 20])
  func noTwoBuffersThatAreNeededAtOnceShareAByte(template: String, segmentCount: Int) throws {
    let program = try program(template, segmentCount: segmentCount)
    try program.check()
    let plan = MemoryPlan(program)
    // Who owns each 64 bytes now; walking the program must never find another owner's value gone.
    var owner: [Int: Int] = [:]
    func units(_ index: Int) -> Range<Int> {
      let first = plan.offsets[index] / 64
      return first..<first + (program.buffers[index].byteCount + 63) / 64
    }
    let kept = program.buffers.indices.filter { index in
      switch program.buffers[index].role {
      case .activation, .gradient: index == program.prediction.index
      default: true
      }
    }
    for index in kept {
      for unit in units(index) {
        #expect(owner.updateValue(index, forKey: unit) == nil)
      }
    }
    for (place, instruction) in program.instructions.enumerated() {
      for operand in instruction.operands where operand.access == .read {
        let index = operand.buffer.index
        #expect(
          units(index).allSatisfy { owner[$0] == index },
          "\(program.buffers[index].name) is gone before instruction \(place)")
      }
      for operand in instruction.operands where operand.access != .read {
        for unit in units(operand.buffer.index) {
          if let other = owner[unit], other != operand.buffer.index {
            #expect(!kept.contains(other))
          }
          owner[unit] = operand.buffer.index
        }
      }
    }
    #expect(plan.offsets.allSatisfy { $0 % 64 == 0 })
    let separate = program.buffers.reduce(0) { $0 + ($1.byteCount + 63) / 64 * 64 }
    #expect(plan.byteCount < separate)
  }
}
