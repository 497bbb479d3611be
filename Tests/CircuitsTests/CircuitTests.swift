import AssayAlgebra
import AssayTestSupport
import Testing

@testable import AssayCircuits
@testable import AssaySpecification

struct CircuitTests {
  static let forms = [(0, false), (0, true), (1, false), (2, true)]

  @Test("what a step computes satisfies its circuit", arguments: forms)
  func honestSteps(form: (convolutions: Int, momentum: Bool)) throws {
    var generator = SeededGenerator()
    for _ in 0..<5 {
      let random = try RandomStep(
        &generator, convolutions: form.convolutions, momentum: form.momentum)
      for circuit in [random.circuit, random.whole] {
        let values = try random.values(of: circuit)
        let violation = circuit.firstViolation(of: values, inputs: random.inputs)
        #expect(violation == nil, "seed \(generator.seed): \(String(describing: violation))")
      }
    }
  }

  @Test("a table with more than two rows for a look-up is cut in two, others are not")
  func seldomTables() throws {
    func tables(batch: Int) throws -> [String] {
      let layers = [(1 << 12, 8), (8, 2)].enumerated().map { place, extents in
        IntegerLayer(
          weightName: "w\(place)", velocityName: nil,
          product: .linear(inputs: extents.0, outputs: extents.1), elementType: .int64,
          poolsOutput: false, weightFractionBits: 9, forwardShift: place == 0 ? 7 : nil,
          gradientShift: place == 0 ? nil : 4,
          bounds: IntegerBounds(
            product: 1 << 24, inputGradient: 1 << 24, weightGradient: 1 << 24, weight: 1 << 24,
            velocity: nil))
      }
      let step = IntegerStep(
        batchSize: batch, featureCount: 1 << 12, layers: layers,
        loss: IntegerLoss(classCount: 2, shift: 5, table: IntegerLoss.exponentials),
        update: .sgd, rates: [IntegerRate(from: 1, rate: 1)])
      return try Circuit(step: step, exampleCount: 5, stepCount: 1).tables.map(\.name)
    }
    // 32,784 weights; 8 outputs and as many gradients for each example.
    #expect(try Set(tables(batch: 4095)).isSuperset(of: ["clamp", "rectifier.high"]))
    #expect(try !tables(batch: 4095).contains("rectifier"))
    #expect(try tables(batch: 4096).contains("rectifier"))
    #expect(try tables(batch: 8191).contains("masked-clamp.high"))
    #expect(try tables(batch: 8192).contains("masked-clamp"))
  }

  @Test("no value of a step can be another one", arguments: forms)
  func changedValues(form: (convolutions: Int, momentum: Bool)) throws {
    var generator = SeededGenerator()
    for _ in 0..<2 {
      let random = try RandomStep(
        &generator, convolutions: form.convolutions, momentum: form.momentum)
      let circuit = generator.next() % 2 == 0 ? random.circuit : random.whole
      let honest = try random.values(of: circuit)
      for oracle in [Oracle.start, .end, .witness] {
        for (index, column) in circuit.columns(of: oracle).enumerated() {
          let reference = ColumnReference(oracle, index)
          // Multiplicities are checked by the sum over all lookups, not place by place.
          if circuit.multiplicities.contains(reference) { continue }
          var changed = honest
          let place = Int.random(in: 0..<column.elementCount, using: &generator)
          let change = Int64([-256, -1, 1, 128].randomElement(using: &generator) ?? 1)
          changed[reference][place] += change
          let violation = circuit.firstViolation(of: changed, inputs: random.inputs)
          #expect(
            violation != nil, "seed \(generator.seed): \(column.name)[\(place)] + \(change)")
        }
      }
    }
  }

  @Test("another batch, another rate or another label does not satisfy the circuit")
  func changedInputs() throws {
    var generator = SeededGenerator(seed: 8)
    let random = try RandomStep(&generator, convolutions: 0, momentum: false)
    let values = try random.values()
    var batches = random.inputs.batches
    batches[0][0] = (batches[0][0] + 1) % random.examples.labels.count
    let otherBatch = PublicInputs(rates: random.inputs.rates, batches: batches)
    #expect(random.circuit.firstViolation(of: values, inputs: otherBatch) != nil)
    var rates = random.inputs.rates
    rates[0] += 1
    let otherRate = PublicInputs(rates: rates, batches: random.inputs.batches)
    #expect(random.circuit.firstViolation(of: values, inputs: otherRate) != nil)
    var relabelled = values
    let labels = ColumnReference(.data, 1)
    let row = random.inputs.batches[0][0] * random.step.loss.classCount
    relabelled[labels].swapAt(row, row + 1)
    #expect(random.circuit.firstViolation(of: relabelled, inputs: random.inputs) != nil)
  }

  @Test("the digest names the circuit: the same for one spec, another for another step count")
  func digests() throws {
    var generator = SeededGenerator(seed: 3)
    let random = try RandomStep(&generator, convolutions: 1, momentum: true)
    func circuit(_ count: Int) throws -> Circuit {
      try Circuit(step: random.step, exampleCount: 5, stepCount: count)
    }
    #expect(try circuit(2).digest == circuit(2).digest)
    #expect(try circuit(2).digest != circuit(3).digest)
  }

  @Test("sums that the field could not tell apart are refused")
  func bounds() throws {
    var generator = SeededGenerator(seed: 5)
    let random = try RandomStep(&generator, convolutions: 0, momentum: false)
    let step = random.step
    let fast = IntegerStep(
      batchSize: step.batchSize, featureCount: step.featureCount, layers: step.layers,
      loss: step.loss, update: step.update, rates: [IntegerRate(from: 1, rate: 1 << 50)])
    #expect {
      try Circuit(step: fast, exampleCount: 5, stepCount: 1)
    } throws: {
      guard case CircuitError.boundTooLarge? = $0 as? CircuitError else { return false }
      return true
    }
  }

  @Test("a bound counts every entry that a relation reads, of pooled maps too", arguments: forms)
  func entryCounts(form: (convolutions: Int, momentum: Bool)) throws {
    var generator = SeededGenerator()
    for _ in 0..<5 {
      let random = try RandomStep(
        &generator, convolutions: form.convolutions, momentum: form.momentum)
      let circuit = random.circuit
      for (product, free) in zip(circuit.products, circuit.freeExtentsOfProducts) {
        for term in product.left + product.right {
          let axes = AxisIndices(
            free: free.map { Int.random(in: 0..<$0, using: &generator) },
            sum: product.sumExtents.map { Int.random(in: 0..<$0, using: &generator) })
          for weights in term.weights {
            let count = weights.entries(at: axes, inputs: random.inputs).reduce(0) { $0 + $1.count }
            #expect(
              count <= weights.largestCount, "seed \(generator.seed): \(product.name)")
          }
        }
      }
    }
  }

  @Test("more positions than the argument about fractions counts are refused")
  func tooManyLookups() throws {
    let wide = IntegerLayer(
      weightName: "w", velocityName: nil, product: .linear(inputs: 1 << 20, outputs: 1 << 11),
      elementType: .int64, poolsOutput: false, weightFractionBits: 8, forwardShift: nil,
      gradientShift: nil,
      bounds: IntegerBounds(
        product: 1 << 35, inputGradient: nil, weightGradient: 1 << 24, weight: 1 << 24,
        velocity: nil))
    let step = IntegerStep(
      batchSize: 1, featureCount: 1 << 20, layers: [wide],
      loss: IntegerLoss(classCount: 1 << 11, shift: 5, table: IntegerLoss.exponentials),
      update: .sgd, rates: [IntegerRate(from: 1, rate: 1)])
    #expect {
      try Circuit(step: step, exampleCount: 5, stepCount: 1)
    } throws: {
      guard case CircuitError.tooManyLookups(_, 1 << 31)? = $0 as? CircuitError else {
        return false
      }
      return true
    }
  }

  @Test("a tag names one table: another of the same tag is the compiler's mistake")
  func tags() async {
    await #expect(processExitsWith: .failure) {
      var builder = CircuitBuilder()
      let column = builder.column("a", [2], 0...1)
      builder.look(up: "one", [column, column], in: .clamp(low: -127, high: 127))
      builder.look(up: "other", [column, column], in: .clamp(low: -128, high: 127))
    }
  }

  @Test("weights at an index and at a vector are one definition", arguments: [1, 2, 3])
  func entriesAndVectors(stride: Int) throws {
    let inputs = PublicInputs(rates: [], batches: [[3, 1, 3]])
    for kernel in 1...4 {
      for padding in 0..<kernel {
        for input in kernel...7 {
          let output = (input + 2 * padding - kernel) / stride + 1
          let geometry = WindowGeometry(
            input: input, kernel: kernel, output: output, stride: stride, padding: padding)
          let places = Weights.axis(.free(0), extent: 12)
          let offsets = Weights.axis(.sum(0), extent: kernel)
          for weights in [
            Weights.convolutionInput(output: places, kernel: offsets, geometry: geometry),
            .convolutionInput(output: .spread(places), kernel: offsets, geometry: geometry),
            .convolutionOutput(input: places, kernel: offsets, geometry: geometry),
            .paired(places), .spread(places), .ones(extent: input), places,
            .examples(step: 0, places: .free(0), batchSize: 3, extent: 9),
          ] {
            try check(weights, inputs: inputs, kernel: kernel, output: output, input: input)
          }
        }
      }
    }
  }

  private func check(
    _ weights: Weights, inputs: PublicInputs, kernel: Int, output: Int, input: Int
  ) throws {
    let extent =
      switch weights {
      case .convolutionInput(.spread, _, _): output / 2
      case .convolutionInput: output
      case .convolutionOutput: input
      case .examples: 3
      default: 8
      }
    for place in 0..<extent {
      for offset in 0..<kernel {
        func unit(_ index: Int, of count: Int) -> [Goldilocks] {
          (0..<count).map { $0 == index ? .one : .zero }
        }
        let vector = weights.vector(
          AxisVectors(free: [unit(place, of: extent)], sum: [unit(offset, of: kernel)]),
          inputs: inputs)
        var expected = vector.map { _ in Goldilocks.zero }
        let axes = AxisIndices(free: [place], sum: [offset])
        for entry in weights.entries(at: axes, inputs: inputs) {
          expected[entry.index] += Goldilocks(entry.count)
        }
        #expect(vector == expected, "\(weights) at \(place), \(offset)")
      }
    }
  }

  @Test("the assembler refuses values that are no witness")
  func assembly() throws {
    var generator = SeededGenerator(seed: 4)
    let random = try RandomStep(&generator, convolutions: 0, momentum: true)
    func assemble(
      product: [Int64]? = nil, labels: [Int]? = nil, bytes: [UInt8]? = nil
    ) -> CircuitError? {
      var steps = random.steps
      let layer = steps[0].layers[0]
      steps[0] = StepValues(
        layers: [
          StepValues.Layer(
            weight: layer.weight, velocity: layer.velocity, product: product ?? layer.product,
            inputGradient: layer.inputGradient)
        ] + steps[0].layers.dropFirst(), labels: steps[0].labels)
      do throws(CircuitError) {
        _ = try WitnessAssembler.assemble(
          step: random.step, circuit: random.circuit,
          examples: ExampleValues(
            bytes: bytes ?? random.bytes, labels: random.examples.labels),
          steps: steps, end: random.end)
        return nil
      } catch { return error }
    }
    #expect(assemble() == nil)
    var product = random.steps[0].layers[0].product
    product[1] = 1 << 30
    let shift = Int64(random.step.layers[0].forwardShift ?? 0)
    #expect(
      assemble(product: product)
        == .overflow(column: "step0.w0.output", place: 1, found: 1 << (30 - shift)))
    #expect(
      assemble(bytes: Array(random.bytes.dropLast()))
        == .columnCount(
          column: "pixels", expected: random.bytes.count, found: random.bytes.count - 1))
  }
}
