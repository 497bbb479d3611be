import AssayDatasets
import AssayMerkle
import AssaySpecification
import AssayTensors
import AssayTestSupport
import Testing

@testable import AssayTraining

@Suite struct IntegerTrainingTests {
  /// A network drawn at random: convolutions of any stride and padding, pools, linear layers.
  static func sketch(seed: UInt64) -> IntegerSketch {
    var random = SeededGenerator(seed: seed)
    var image = (
      Int.random(in: 1...3, using: &random), Int.random(in: 5...9, using: &random),
      Int.random(in: 5...9, using: &random)
    )
    var sketch = IntegerSketch(image: image, layers: [])
    sketch.activationExponent = Int.random(in: -5 ... -3, using: &random)
    sketch.gradientExponent = Int.random(in: -9 ... -7, using: &random)
    sketch.hasMomentum = Bool.random(using: &random)
    sketch.rates = [
      IntegerRate(from: 1, rate: Int.random(in: 1...9, using: &random)),
      IntegerRate(from: 4, rate: Int.random(in: 0...3, using: &random)),
    ]
    for index in 0..<Int.random(in: 0...2, using: &random) {
      let height = Int.random(in: 1...min(4, image.1), using: &random)
      let width = Int.random(in: 1...min(4, image.2), using: &random)
      var layer = IntegerSketch.Layer(
        name: "conv\(index)",
        kernel: (
          height, width, Int.random(in: 1...3, using: &random),
          Int.random(in: 0..<min(height, width), using: &random)
        ), outputs: Int.random(in: 1...5, using: &random), exponent: -5, fractionBits: 14,
        start: 40 << 14)
      let out = sketch.outputShape(image, layer)
      layer.pools = out.1 % 2 == 0 && out.2 % 2 == 0
      image = layer.pools ? (out.0, out.1 / 2, out.2 / 2) : out
      sketch.layers.append(layer)
    }
    for index in 0..<Int.random(in: 0...2, using: &random) {
      let bits = Int.random(in: 0...15, using: &random)
      sketch.layers.append(
        IntegerSketch.Layer(
          name: "dense\(index)", outputs: Int.random(in: 1...20, using: &random), exponent: -6,
          fractionBits: bits, start: 40 << bits))
    }
    sketch.layers.append(
      IntegerSketch.Layer(
        name: "output", outputs: 4, exponent: -6, fractionBits: 11, start: 40 << 11))
    return sketch
  }

  static func engine(
    _ spec: Spec, _ sketch: IntegerSketch, path: CPUBackend.Path = .best, threads: Int = 1
  ) throws -> StepEngine {
    let engine = try StepEngine(
      spec: spec, dataset: try sketch.dataset,
      backend: try CPUBackend(path: path, threads: threads), hasher: PortableLeafHasher())
    try engine.load(.initial(spec))
    return engine
  }

  /// An interpreter in the spec's first state, and what it reads.
  static func interpreter(
    _ spec: Spec, _ sketch: IntegerSketch
  ) throws -> (IntegerInterpreter, pixels: [[Int]], labels: [Int]) {
    var interpreter = IntegerInterpreter(sketch: sketch)
    for layer in sketch.layers {
      let values = try #require(spec.initialIntegers(of: layer.name))
      interpreter.weights[layer.name] = values.map { Int($0) }
      interpreter.velocities[layer.name] = values.map { _ in 0 }
    }
    let dataset = try sketch.dataset
    let size = dataset.exampleShape.elementCount
    let pixels = (0..<dataset.exampleCount).map { example in
      dataset.contents[example * size..<(example + 1) * size].map { Int($0) }
    }
    guard case .labels(let labels, _) = dataset.targets else { return (interpreter, [], []) }
    return (interpreter, pixels, labels.map { Int($0) })
  }

  static func expect(_ state: ModelState, equals interpreter: IntegerInterpreter) {
    for (index, tensor) in state.layout.tensors.enumerated() {
      let isVelocity = tensor.name.hasPrefix("optimizer/velocity/")
      let name = tensor.name.split(separator: "/").last.map(String.init) ?? ""
      let expected = isVelocity ? interpreter.velocities[name] : interpreter.weights[name]
      #expect(
        state.integers(ofTensor: index).map { Int($0) } == expected,
        "\(tensor.name) after step \(state.step)")
    }
  }

  static func expect(
    _ overflow: IntegerInterpreter.Overflow, in step: UInt64, of engine: StepEngine
  ) {
    do {
      _ = try engine.run(step: step)
      Issue.record("\(overflow.tensor) overflows in step \(step), and nothing is said")
    } catch .backend(let error) {
      #expect(error == .integerOverflow(step: step, tensor: overflow.tensor))
    } catch {
      Issue.record("\(error)")
    }
  }

  @Test(arguments: 0..<24 as Range<UInt64>)
  func everyPathComputesTheDefinition(seed: UInt64) throws {
    let sketch = Self.sketch(seed: seed)
    let spec = try sketch.spec()
    var (interpreter, pixels, labels) = try Self.interpreter(spec, sketch)
    let engines = try CPUBackend.availablePaths.map { path in
      try Self.engine(spec, sketch, path: path, threads: 1 + Int(seed % 3))
    }
    for step in 1...spec.steps {
      let batch = spec.batchOrder.batch(step: step)
      let rate = Int(try #require(spec.integerStep).rate(step: step))
      let before = interpreter
      do {
        let missing = try interpreter.step(
          batch.map { pixels[$0] }, batch.map { labels[$0] }, rate: rate)
        for engine in engines {
          #expect(try engine.run(step: step) == Float(missing) / Float(128 * batch.count))
          Self.expect(try engine.state(step: step), equals: interpreter)
        }
      } catch let overflow as IntegerInterpreter.Overflow {
        // The first value out of range ends the run; nothing of the state has changed.
        for engine in engines {
          Self.expect(overflow, in: step, of: engine)
          Self.expect(try engine.state(step: step - 1), equals: before)
        }
        return
      }
    }
    // Something was learnt: the test sees more than zeros.
    let moved = sketch.layers.contains { layer in
      interpreter.weights[layer.name] != spec.initialIntegers(of: layer.name)?.map { Int($0) }
    }
    #expect(moved)
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
  func aTraceHoldsWhatTheStepWentThrough(seed: UInt64) throws {
    let sketch = Self.sketch(seed: seed)
    let spec = try sketch.spec()
    var (interpreter, pixels, labels) = try Self.interpreter(spec, sketch)
    let engine = try StepEngine(
      spec: spec, dataset: try sketch.dataset, backend: try CPUBackend(threads: 1),
      hasher: PortableLeafHasher(), tracing: true)
    try engine.load(.initial(spec))
    for step in 1...2 as ClosedRange<UInt64> {
      let batch = spec.batchOrder.batch(step: step)
      let before = interpreter
      let rate = Int(try #require(spec.integerStep).rate(step: step))
      guard
        (try? interpreter.step(batch.map { pixels[$0] }, batch.map { labels[$0] }, rate: rate))
          != nil
      else { return }
      let trace = try engine.trace(step: step)
      Self.expect(try engine.state(step: step), equals: interpreter)
      #expect(trace.examples == batch && trace.labels.map { Int($0) } == batch.map { labels[$0] })
      #expect(trace.features.map { Int($0) } == batch.flatMap { pixels[$0].map { $0 / 2 } })
      let seen = interpreter.seen
      for (index, layer) in sketch.layers.enumerated() {
        let traced = trace.layers[index]
        #expect(traced.weight.map { Int($0) } == before.weights[layer.name])
        let velocity = sketch.hasMomentum ? before.velocities[layer.name] : nil
        #expect(traced.velocity?.map { Int($0) } == velocity)
        #expect(traced.roundedWeight.map { Int($0) } == seen["rounded/\(layer.name)"])
        #expect(trace.quotients(ofLayer: index)?.map { Int($0) } == seen["quotient/\(layer.name)"])
        #expect(traced.activation?.map { Int($0) } == seen["activation/\(layer.name)"])
        guard index > 0 else { continue }
        let below = sketch.layers[index - 1].name
        #expect(
          trace.gradientQuotients(ofLayer: index)?.map { Int($0) }
            == seen["gradientQuotient/\(below)"])
        #expect(trace.layers[index - 1].gradient.map { Int($0) } == seen["gradient/\(below)"])
      }
      let rows = trace.lossRows()
      #expect(trace.layers.last?.product.map { Int($0) } == seen["logits"])
      #expect(rows.flatMap(\.exponentials).map { Int($0) } == seen["exponentials"])
      #expect(rows.flatMap(\.probabilities).map { Int($0) } == seen["probabilities"])
    }
  }
}
