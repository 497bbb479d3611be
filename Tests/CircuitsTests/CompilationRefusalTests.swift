import Testing

@testable import AssayCircuits
@testable import AssaySpecification

/// Steps that no circuit is made of.
@Suite struct CompilationRefusalTests {
  private func layer(
    _ product: IntegerLayer.Product, isFirst: Bool = true, isLast: Bool = true
  ) -> IntegerLayer {
    IntegerLayer(
      weightName: isFirst ? "a" : "b", velocityName: nil, product: product, elementType: .int64,
      poolsOutput: false, weightFractionBits: 8, forwardShift: isLast ? nil : 5,
      gradientShift: isFirst ? nil : 5,
      bounds: IntegerBounds(
        product: 1 << 24, inputGradient: 1 << 24, weightGradient: 1 << 24, weight: 1 << 24,
        velocity: nil))
  }

  private func circuit(
    _ layers: [IntegerLayer], rate: Int = 1, stepCount: Int = 1
  ) throws(CircuitError) -> Circuit {
    let step = IntegerStep(
      batchSize: 1, featureCount: 4, layers: layers,
      loss: IntegerLoss(classCount: 2, shift: 5, table: IntegerLoss.exponentials), update: .sgd,
      rates: [IntegerRate(from: 1, rate: rate)])
    return try Circuit(step: step, exampleCount: 5, stepCount: stepCount)
  }

  private func refusal(_ layers: [IntegerLayer], rate: Int = 1) -> CircuitError? {
    do throws(CircuitError) {
      _ = try circuit(layers, rate: rate)
      return nil
    } catch { return error }
  }

  private func convolution(channels: Int, height: Int, groups: Int = 1) throws -> IntegerLayer {
    let geometry = try #require(
      ConvolutionGeometry(
        batch: 1, inputChannels: channels, height: height, width: 2, outputChannels: 2,
        kernelHeight: 1, kernelWidth: 1, stride: 1, padding: 0, groups: groups))
    return layer(.convolution(geometry), isFirst: channels == 1, isLast: false)
  }

  @Test func layersThatDoNotFitEachOther() throws {
    let linear = layer(.linear(inputs: 4, outputs: 2))
    #expect(refusal([linear]) == nil)
    let first = try convolution(channels: 1, height: 2)
    let right = layer(.linear(inputs: 8, outputs: 2), isFirst: false)
    #expect(refusal([first, right]) == nil)
    let cases: [(layers: [IntegerLayer], reason: String)] = [
      ([], "a model without layers"),
      (
        [
          layer(.linear(inputs: 4, outputs: 3), isLast: false),
          layer(.linear(inputs: 4, outputs: 2)),
        ],
        "reads 4 of [3] values"
      ),
      ([first, layer(.linear(inputs: 7, outputs: 2), isFirst: false)], "reads 7 of"),
      (
        [first, try convolution(channels: 2, height: 3), right],
        "over [2, 2, 2] in 1 groups"
      ),
      (
        [first, try convolution(channels: 2, height: 2, groups: 2), right],
        "over [2, 2, 2] in 2 groups"
      ),
    ]
    for (layers, reason) in cases {
      let error = refusal(layers)
      #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
    }
  }

  /// |G · X| is at most (255 + 128) · 127, and the rate multiplies it: a bound between the
  /// certificate's 2⁶² and what 64 bits hold.
  @Test func equationsThatTheFieldMightNotTellApart() {
    let linear = layer(.linear(inputs: 4, outputs: 2))
    #expect(refusal([linear], rate: 1 << 46) == nil)
    #expect(
      refusal([linear], rate: 1 << 47)
        == .boundTooLarge(relation: "step0.a.update", bits: 63, limit: 62))
    // Beyond 64 bits too.
    #expect(
      refusal([linear], rate: 1 << 60)
        == .boundTooLarge(relation: "step0.a.update", bits: 64, limit: 62))
  }

  @Test func moreStepsThanOneProofCovers() throws {
    let one = [layer(.linear(inputs: 4, outputs: 2))]
    let two = [
      layer(.linear(inputs: 4, outputs: 2), isLast: false),
      layer(.linear(inputs: 2, outputs: 2), isFirst: false),
    ]
    #expect(throws: CircuitError.tooManyLayers(layers: 1, steps: 4097, limit: 4096)) {
      try circuit(one, stepCount: 4097)
    }
    #expect(throws: CircuitError.tooManyLayers(layers: 2, steps: 2049, limit: 4096)) {
      try circuit(two, stepCount: 2049)
    }
    #expect(throws: CircuitError.tooManyLayers(layers: 1, steps: .max, limit: 4096)) {
      try circuit(one, stepCount: .max)
    }
    #expect(try circuit(two, stepCount: 3).stepCount == 3)
  }

  @Test func noStepsAtAll() async {
    await #expect(processExitsWith: .failure) {
      let layer = IntegerLayer(
        weightName: "a", velocityName: nil, product: .linear(inputs: 4, outputs: 2),
        elementType: .int64, poolsOutput: false, weightFractionBits: 8, forwardShift: nil,
        gradientShift: nil,
        bounds: IntegerBounds(
          product: 1 << 24, inputGradient: nil, weightGradient: 1 << 24, weight: 1 << 24,
          velocity: nil))
      let step = IntegerStep(
        batchSize: 1, featureCount: 4, layers: [layer],
        loss: IntegerLoss(classCount: 2, shift: 5, table: IntegerLoss.exponentials), update: .sgd,
        rates: [IntegerRate(from: 1, rate: 1)])
      _ = try Circuit(step: step, exampleCount: 5, stepCount: 0)
    }
  }
}
