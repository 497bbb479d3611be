import AssayAlgebra
import AssaySpecification
import AssayTestSupport
import AssayTraining
import AssayVerification
import Testing

@testable import AssayCircuits
@testable import AssayProving

/// Providers who compute something else than the spec says, and prove it as well as they can.
///
/// Each forgery satisfies all constraints but the one that its test names, which shows that this
/// one is needed; and its proof, made without the prover's own checks, is refused in both
/// arithmetics.
@Suite struct CheatingProviderTests {
  typealias Forgery = CheatingProvider.Forgery

  /// Layers 144 → 4 → 4 → 3: the weight in the middle is square.
  static let perceptron = Result {
    try CheatingProvider(StepProofTests.Proved(.perceptron(hidden: [4, 4]), true))
  }
  static let lenet = Result {
    try CheatingProvider(StepProofTests.Proved(.lenet, false))
  }
  static let twoSteps = Result {
    try CheatingProvider(StepProofTests.Proved(.perceptron(hidden: [4]), true, proofSteps: 2))
  }

  /// The forgery fails first at the constraint of this name, or at none that counts place by
  /// place, and its proof is refused.
  func refuse(
    _ provider: CheatingProvider, _ values: ColumnValues, inputs: PublicInputs? = nil,
    rule: String?, startIsTrue: Bool = true, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let honest = provider.honest
    let violation = provider.circuit.firstViolation(of: values, inputs: honest.inputs)
    #expect(violation?.name == rule, sourceLocation: sourceLocation)
    let forged = try StepProver(setting: honest.setting).prove(
      values: values, inputs: inputs ?? honest.inputs, spec: honest.run.spec.digest, firstStep: 1)
    // It is about the true data, and goes on from the true state.
    #expect(forged.statement.data == honest.result.statement.data, sourceLocation: sourceLocation)
    if startIsTrue {
      #expect(
        forged.statement.start == honest.result.statement.start, sourceLocation: sourceLocation)
    }
    #expect(!honest.isAccepted(forged.proof, forged.statement), sourceLocation: sourceLocation)
  }

  // MARK: Sums

  @Test func aWrongProduct() throws {
    let provider = try Self.perceptron.get()
    let (sums, end) = try provider.sums()
    var product = sums[0].layers[0].product
    product[3] += 1 << Int64(provider.step.layers[0].forwardShift ?? 0)
    let values = try provider.columns(
      [provider.replacing(sums[0], layer: 0, product: product)], end: end)
    try refuse(provider, values, rule: provider.name(0, "output"))
  }

  @Test func aWrongLogit() throws {
    let provider = try Self.perceptron.get()
    let (sums, end) = try provider.sums()
    var product = sums[0].layers[2].product
    product[1] += 1
    let values = try provider.columns(
      [provider.replacing(sums[0], layer: 2, product: product)], end: end)
    try refuse(provider, values, rule: "step0.loss.logits")
  }

  @Test func aSkippedLayer() throws {
    let provider = try Self.perceptron.get()
    let (sums, end) = try provider.sums()
    // What would follow if the second layer handed its input on.
    let shift = Int64(provider.step.layers[1].forwardShift ?? 0)
    let handedOn = sums[0].layers[0].product.map { product in
      let rounded = IntegerStep.rounded(
        product, shift: provider.step.layers[0].forwardShift ?? 0)
      return min(max(rounded, 0), 127) << shift
    }
    let values = try provider.columns(
      [provider.replacing(sums[0], layer: 1, product: handedOn)], end: end)
    try refuse(provider, values, rule: provider.name(1, "output"))
  }

  @Test func aWrongGradient() throws {
    let provider = try Self.perceptron.get()
    let (sums, end) = try provider.sums()
    var gradient = try #require(sums[0].layers[1].inputGradient)
    gradient[0] += 1 << Int64(provider.step.layers[1].gradientShift ?? 0)
    let values = try provider.columns(
      [provider.replacing(sums[0], layer: 1, inputGradient: gradient)], end: end)
    try refuse(provider, values, rule: provider.name(1, "input-gradient"))
  }

  /// Of a square weight the transposed one is read: only the order of the point's coordinates
  /// tells.
  @Test func aTransposedSquareWeight() throws {
    let provider = try Self.perceptron.get()
    let name = provider.step.layers[1].weightName
    let transposed = try provider.initialState(
      permuting: name, (0..<16).map { $0 % 4 * 4 + $0 / 4 })
    let truth = try provider.sums().steps[0].layers[1].weight
    let (sums, end) = try provider.sums(from: [1: transposed])
    #expect(sums[0].layers[1].weight != truth)
    var values = try provider.columns(sums, end: end)
    values[provider.column(name, in: .start)] = truth
    let reads = provider.recounted(values)
    try refuse(provider, reads, rule: "step0.\(name)")
    // The same with the true rounded weights, so that only products are false.
    let honest = provider.honest.values
    for part in ["quotient", "rounded", "remainder"] {
      let circuit = provider.circuit.columns(of: .witness)
      for column in circuit where column.name.hasPrefix("step0.\(name).\(part)") {
        let reference = provider.column(column.name)
        values[reference] = honest[reference]
      }
    }
    try refuse(provider, provider.recounted(values), rule: provider.name(1, "output"))
  }

  @Test func aMirroredKernel() throws {
    let provider = try Self.lenet.get()
    let name = provider.step.layers[0].weightName
    let shape = provider.circuit[provider.column(name, in: .start)].shape
    let (rows, columns) = (shape[2], shape[3])
    let size = rows * columns
    let order = (0..<shape.reduce(1, *)).map { $0 / size * size + size - 1 - $0 % size }
    let mirrored = try provider.initialState(permuting: name, order)
    let (sums, end) = try provider.sums(from: [1: mirrored])
    var values = try provider.columns(sums, end: end)
    let honest = provider.honest.values
    values[provider.column(name, in: .start)] = honest[provider.column(name, in: .start)]
    for column in provider.circuit.columns(of: .witness)
    where ["quotient", "rounded", "remainder"].contains(where: {
      column.name.hasPrefix("step0.\(name).\($0)")
    }) {
      values[provider.column(column.name)] = honest[provider.column(column.name)]
    }
    try refuse(provider, provider.recounted(values), rule: provider.name(0, "output"))
  }

  // MARK: Data

  @Test func aPixelOfTheBorder() throws {
    let provider = try Self.lenet.get()
    let pixel = provider.batch[0] * 144 + 143
    let other = try provider.dataset { contents, _ in contents[pixel] ^= 0x80 }
    let (sums, end) = try provider.sums(on: other)
    try refuse(
      provider, try provider.columns(sums, end: end), rule: provider.name(0, "output"))
  }

  @Test func aWrongLabel() throws {
    let provider = try Self.perceptron.get()
    let row = provider.batch[0]
    let other = try provider.dataset { _, labels in labels[row] = (labels[row] + 1) % 3 }
    let (sums, end) = try provider.sums(on: other)
    try refuse(provider, try provider.columns(sums, end: end), rule: "step0.loss.anchor")
  }

  /// The batch in another order, one of its rows twice, and the batch of another step: each time
  /// with columns that would be right for that batch.
  @Test func anotherBatch() throws {
    let provider = try Self.perceptron.get()
    let batch = provider.batch
    let later = provider.honest.run.spec.batchOrder.batch(step: 2)
    #expect(batch[0] != batch[1] && later != batch)
    for other in [[batch[1], batch[0]], [batch[0], batch[0]], later] {
      let copied = try provider.dataset(
        copying: Dictionary(uniqueKeysWithValues: zip(batch, other)))
      let (sums, end) = try provider.sums(on: copied)
      let values = try provider.columns(sums, end: end)
      let inputs = PublicInputs(rates: provider.honest.inputs.rates, batches: [other])
      #expect(provider.circuit.firstViolation(of: values, inputs: inputs) == nil)
      try refuse(provider, values, inputs: inputs, rule: provider.name(0, "output"))
    }
  }

  // MARK: Roundings and look-ups

  /// q − 1 with the remainder r + 2^s, which fits the limb's sixteen bits but not its table.
  @Test func aRemainderOfTheNextQuotient() throws {
    let provider = try Self.perceptron.get()
    var values = provider.honest.values
    _ = try provider.moveUnitToRemainder(&values)
    try refuse(
      provider, provider.recounted(values), rule: provider.name(0, "output.remainder"))
  }

  @Test func aValueBeyondTheTable() throws {
    let provider = try Self.perceptron.get()
    var values = provider.honest.values
    let layer = provider.step.layers[0]
    let weight = provider.column(layer.weightName, in: .start)
    let high = provider.column(provider.name(0, "quotient.high"))
    values[weight][0] += (1 << 8 - values[high][0]) << Int64(layer.weightFractionBits + 8)
    values[high][0] = 1 << 8
    try refuse(
      provider, provider.recounted(values), rule: provider.name(0, "rounded.high"),
      startIsTrue: false)
  }

  /// A high byte in the class of that of quotients from 0 to 255.
  @Test func aClassThatIsNotTheBytes() throws {
    let provider = try Self.perceptron.get()
    var values = provider.honest.values
    func column(_ part: String) -> ColumnReference { provider.column(provider.name(0, part)) }
    let (high, low) = (values[column("output.high")], values[column("output.low")])
    let place = try #require(high.firstIndex { $0 != 128 })
    let table = LookupTable.rectifier(high: 127).halves.high
    values[column("output.class")][place] = table.lanes[1].value(at: 128)
    values[column("activation")][place] = min(low[place], 127)
    values[column("mask")][place] = low[place] > 0 ? 1 : 0
    try refuse(
      provider, provider.recounted(values), rule: provider.name(0, "activation.high"))
  }

  @Test func aMaskThatIsNotTheSign() throws {
    let provider = try Self.perceptron.get()
    var values = provider.honest.values
    let mask = provider.column(provider.name(0, "mask"))
    values[mask][0] = 1 - values[mask][0]
    try refuse(provider, provider.recounted(values), rule: provider.name(0, "activation.low"))
  }

  @Test func aProbabilityThatIsOneTooLarge() throws {
    let provider = try Self.perceptron.get()
    var values = provider.honest.values
    let sum = values[provider.column("step0.loss.exponential")].prefix(3).reduce(0, +)
    func add(_ amount: Int64, to name: String) {
      let limbs = provider.circuit.columns(of: .witness).filter {
        $0.name == name || $0.name.hasPrefix(name + "+")
      }.map { provider.column($0.name) }
      values[limbs[0]][0] += amount
    }
    values[provider.column("step0.loss.probability")][0] += 1
    add(-2 * sum, to: "step0.loss.remainder")
    add(2 * sum, to: "step0.loss.slack")
    let rule = try #require(
      provider.circuit.firstViolation(of: values, inputs: provider.honest.inputs)
    ).name
    #expect(["step0.loss.remainder", "step0.loss.slack"].contains(rule))
    try refuse(provider, provider.recounted(values), rule: rule)
  }

  /// Place by place all is true, but a row is said to be looked up once more, another once less.
  @Test func falseMultiplicities() throws {
    let provider = try Self.perceptron.get()
    var generator = SeededGenerator()
    for _ in 0..<Rounds.of(1) {
      let reference = try #require(
        provider.circuit.multiplicities.randomElement(using: &generator))
      var values = provider.honest.values
      let row = Int.random(in: 1..<values[reference].count, using: &generator)
      values[reference][row] += 1
      values[reference][row - 1] -= 1
      try refuse(provider, values, rule: nil)
    }
  }

  // MARK: The state

  /// In the field, 2^s·V' = … has a solution for every remainder: V' is then a fraction, which
  /// must not be a weight's change.
  @Test func aVelocityWithAFraction() throws {
    let provider = try Self.perceptron.get()
    guard case .momentum(let shift) = provider.step.update else { return }
    var values = provider.honest.values
    let layer = provider.step.layers[0]
    // 2^−s as the integer below the prime that it is, embedded as a negative number.
    let inverse = try #require(Goldilocks(1 << Int64(shift)).inverse)
    let word = inverse.canonicalBytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let fraction = Int64(truncatingIfNeeded: word &- Goldilocks.order)
    #expect(Goldilocks(fraction) * Goldilocks(1 << Int64(shift)) == .one)
    let remainder = provider.column(provider.name(0, "velocity.remainder"))
    let place = try #require(values[remainder].firstIndex { $0 + 1 < 1 << Int64(shift) })
    values[remainder][place] += 1
    values[provider.column(try #require(layer.velocityName), in: .end)][place] &+= fraction
    values[provider.column(layer.weightName, in: .end)][place] &-= fraction
    // As integers the velocity's equation fails at once, in the field only the weight's range does.
    try refuse(provider, provider.recounted(values), rule: provider.name(0, "velocity"))
  }

  @Test func aStateThatWasNotUpdated() throws {
    let provider = try Self.perceptron.get()
    let (sums, _) = try provider.sums()
    let layers = sums[0].layers
    let values = try provider.columns(
      sums,
      end: StateValues(
        weights: layers.map(\.weight), velocities: layers.compactMap(\.velocity)))
    try refuse(provider, values, rule: provider.name(0, "velocity"))
  }

  /// The second step of a stretch is computed with the weights before the first.
  @Test func staleWeights() throws {
    let provider = try Self.twoSteps.get()
    let initial = try ModelState.initial(provider.honest.run.spec)
    let (sums, end) = try provider.sums(steps: [1, 2], from: [2: initial])
    let stale = try provider.columns(sums, end: end)
    try refuse(provider, stale, rule: provider.name(0, "velocity"))
    // The state between the steps is the true one; only the second step does not read it.
    var values = stale
    for (index, column) in provider.circuit.columns(of: .witness).enumerated()
    where column.name.hasPrefix("step0.after.") {
      let reference = ColumnReference(.witness, index)
      values[reference] = provider.honest.values[reference]
    }
    try refuse(
      provider, provider.recounted(values), rule: "step1.\(provider.step.layers[0].weightName)")
  }
}
