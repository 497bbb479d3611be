public import AssaySpecification

/// Fills a circuit's columns from what the engine computed.
///
/// Columns are found by the names that `StepCompiler` gave them. Roundings, masks, remainders and
/// the loss are derived here from the definition in `IntegerStep`, element by element; the sums
/// come from the engine. Where the two disagree, the values fail a relation and no proof can be
/// made.
public struct WitnessAssembler: Sendable {
  private let step: IntegerStep
  private let circuit: Circuit
  private let bounds: [String: ClosedRange<Int64>]
  private var named: [String: [Int64]] = [:]

  private init(step: IntegerStep, circuit: Circuit) {
    self.step = step
    self.circuit = circuit
    bounds = Dictionary(
      circuit.columns(of: .witness).map { ($0.name, $0.bounds) }, uniquingKeysWith: { $1 })
  }

  /// The values of every column.
  ///
  /// - Parameters:
  ///   - steps: one entry per step of the circuit.
  ///   - end: the state after the last step.
  public static func assemble(
    step: IntegerStep, circuit: Circuit, examples: ExampleValues, steps: [StepValues],
    end: StateValues
  ) throws(CircuitError) -> ColumnValues {
    var assembler = WitnessAssembler(step: step, circuit: circuit)
    for (index, values) in steps.enumerated() {
      try assembler.add(values, index: index)
    }
    if case .momentum = step.update {
      for (place, weight) in end.weights.enumerated() {
        try assembler.roundWeight(place, weight, name: "end.")
      }
    }
    return try assembler.columns(examples: examples, start: steps.first, end: end)
  }

  private mutating func add(_ values: StepValues, index: Int) throws(CircuitError) {
    let name = "step\(index)."
    for (place, layer) in values.layers.enumerated() {
      let parameter = step.layers[place]
      try roundWeight(place, layer.weight, name: name)
      if let velocity = layer.velocity, let velocityName = parameter.velocityName {
        addVelocity(velocity, velocityName, of: parameter, index: index, name: name)
      }
      if index > 0 {
        // The state between two steps is the one before the second.
        let before = "step\(index - 1).after."
        named[before + parameter.weightName] = layer.weight
        if let velocityName = parameter.velocityName {
          named[before + velocityName] = layer.velocity
        }
      }
    }
    for place in step.layers.indices.dropLast() {
      try activate(place, values.layers[place].product, name: name)
    }
    if let logits = values.layers.last?.product {
      try addLoss(logits, labels: values.labels, name: name + "loss.")
    }
    for place in step.layers.indices.dropFirst() {
      guard let gradient = values.layers[place].inputGradient else { continue }
      try propagate(place, gradient, name: name)
    }
  }

  private mutating func addVelocity(
    _ velocity: [Int64], _ velocityName: String, of layer: IntegerLayer, index: Int, name: String
  ) {
    guard case .momentum(let shift) = step.update else { return }
    _ = split(
      velocity, shift: shift, name: name + layer.weightName + ".velocity.remainder")
    guard index == 0, let bound = layer.bounds.velocity else { return }
    let bits = Int.bitWidth - bound.leadingZeroBitCount
    addLimbs(velocity.map { $0 + 1 << Int64(bits) }, bits: bits + 1, name: "start." + velocityName)
  }

  private mutating func roundWeight(
    _ place: Int, _ weight: [Int64], name: String
  ) throws(CircuitError) {
    let layer = step.layers[place]
    let prefix = name + layer.weightName
    let quotient = try round(weight, shift: layer.weightFractionBits, name: prefix)
    nameQuotient(quotient, prefix + ".quotient")
    named[prefix + ".rounded"] = quotient.map { Self.clamp($0, IntegerStep.weightRange) }
  }

  private mutating func activate(
    _ place: Int, _ product: [Int64], name: String
  ) throws(CircuitError) {
    let layer = step.layers[place]
    let prefix = name + layer.weightName
    let output = try round(product, shift: layer.forwardShift ?? 0, name: prefix + ".output")
    nameQuotient(output, prefix + ".output")
    named[prefix + ".activation"] = output.map { Self.clamp($0, IntegerStep.activationRange) }
    named[prefix + ".mask"] = output.map { $0 > 0 ? 1 : 0 }
  }

  private mutating func propagate(
    _ place: Int, _ gradient: [Int64], name: String
  ) throws(CircuitError) {
    let layer = step.layers[place]
    let prefix = name + layer.weightName
    let quotient = try round(
      gradient, shift: layer.gradientShift ?? 0, name: prefix + ".input-gradient")
    let mask = named[name + step.layers[place - 1].weightName + ".mask"] ?? []
    nameQuotient(quotient, prefix + ".input-gradient")
    named[prefix + ".masked-gradient"] = zip(quotient, mask).map {
      $1 * Self.clamp($0, IntegerStep.gradientRange)
    }
  }

  private mutating func addLoss(
    _ logits: [Int64], labels: [Int], name: String
  ) throws(CircuitError) {
    let loss = step.loss
    let classes = loss.classCount
    let anchors = labels.enumerated().map { logits[$0 * classes + $1] }
    named[name + "logits"] = logits
    named[name + "anchor"] = anchors
    let distances = logits.indices.map { logits[$0] - anchors[$0 / classes] }
    let difference = try round(distances, shift: loss.shift, name: name + "difference")
    let half = Int64(loss.table.count / 2)
    let exponential = difference.map {
      Int64(loss.table[Int(min(max($0, -half), half - 1) + half)])
    }
    nameQuotient(difference, name + "difference")
    named[name + "exponential"] = exponential
    let unit: Int64 = 1 << Int64(loss.probabilityBits + 1)
    var (probability, remainder, slack): ([Int64], [Int64], [Int64]) = ([], [], [])
    for row in labels.indices {
      let values = exponential[row * classes..<(row + 1) * classes]
      let sum = values.reduce(0, +)
      for value in values {
        let (p, rest) = (unit * value + sum).quotientAndRemainder(dividingBy: 2 * sum)
        probability.append(p)
        remainder.append(rest)
        slack.append(2 * sum - 1 - rest)
      }
    }
    named[name + "probability"] = probability
    let bits = Int.bitWidth - (2 * loss.largestSum - 1).leadingZeroBitCount
    addLimbs(remainder, bits: bits, name: name + "remainder")
    addLimbs(slack, bits: bits, name: name + "slack")
  }

  /// rs(values, shift), with the remainder's limbs; every quotient must be in the rounded range.
  private mutating func round(
    _ values: [Int64], shift: Int, name: String
  ) throws(CircuitError) -> [Int64] {
    let quotients = split(values, shift: shift, name: name + ".remainder")
    let range =
      Int64(IntegerStep.roundedRange.lowerBound)...Int64(IntegerStep.roundedRange.upperBound)
    if let place = quotients.firstIndex(where: { !range.contains($0) }) {
      throw .overflow(column: name, place: place, found: quotients[place])
    }
    return quotients
  }

  /// ⌊(values + half) / 2^shift⌋, and the remainders as limbs.
  private mutating func split(_ values: [Int64], shift: Int, name: String) -> [Int64] {
    // A shift by −1 is one to the right: no half of a unit where nothing is rounded.
    let half: Int64 = 1 << Int64(shift - 1)
    let mask: Int64 = 1 << Int64(shift) - 1
    addLimbs(values.map { ($0 + half) & mask }, bits: shift, name: name)
    return values.map { ($0 + half) >> Int64(shift) }
  }

  /// The limbs that `CircuitBuilder.limbs` named.
  private mutating func addLimbs(_ values: [Int64], bits: Int, name: String) {
    var place = 0
    while place < bits {
      let limb = place == 0 ? name : "\(name)+\(place)"
      guard let mask = bounds[limb]?.upperBound else { return }
      let shift = Int64(place)
      named[limb] = values.map { ($0 >> shift) & mask }
      place += mask.nonzeroBitCount
    }
  }

  /// The columns of a quotient that `CircuitBuilder.quotient` named, but for the class of the high
  /// byte, which its table says.
  private mutating func nameQuotient(_ values: [Int64], _ name: String) {
    guard bounds[name] == nil else {
      named[name] = values
      return
    }
    let shift = Int64(LookupTable.lowBits)
    let offset: Int64 = 1 << Int64(LookupTable.quotientBits - 1)
    named[name + ".high"] = values.map { ($0 + offset) >> shift }
    named[name + ".low"] = values.map { ($0 + offset) & (1 << shift - 1) }
  }

  private static func clamp(_ value: Int64, _ range: ClosedRange<Int>) -> Int64 {
    min(max(value, Int64(range.lowerBound)), Int64(range.upperBound))
  }
}

extension WitnessAssembler {
  /// Puts the named values in the order of the circuit's columns and counts the lookups.
  private func columns(
    examples: ExampleValues, start: StepValues?, end: StateValues
  ) throws(CircuitError) -> ColumnValues {
    let first = start?.layers ?? []
    let before = StateValues(
      weights: first.map(\.weight), velocities: first.compactMap(\.velocity))
    var values = ColumnValues(
      [
        .start: Self.columns(of: before), .end: Self.columns(of: end),
        .witness: [[Int64]](repeating: [], count: circuit.columns(of: .witness).count),
      ],
      data: [
        examples.pixels, .bytes(examples.oneHotLabels(classCount: step.loss.classCount)),
      ])
    for (index, column) in circuit.columns(of: .witness).enumerated() {
      let reference = ColumnReference(.witness, index)
      if let known = named[column.name] { values[reference] = known }
    }
    for lookup in circuit.lookups {
      guard let last = lookup.columns.last, values.stored(last).count == 0 else { continue }
      values[last] = try lastLane(of: lookup, values)
    }
    for (table, reference) in circuit.multiplicities.enumerated() {
      values[reference] = try multiplicities(ofTable: table, values)
    }
    for oracle in Oracle.allCases {
      for (index, column) in circuit.columns(of: oracle).enumerated() {
        let found = values.stored(ColumnReference(oracle, index)).count
        guard found == column.elementCount else {
          throw .columnCount(column: column.name, expected: column.elementCount, found: found)
        }
      }
    }
    return values
  }

  /// A state's columns: each layer's weight, then its velocity.
  static func columns(of state: StateValues) -> [[Int64]] {
    state.weights.indices.flatMap { place in
      [state.weights[place]]
        + (state.velocities.isEmpty ? [] : [state.velocities[place]])
    }
  }

  /// What a table has in its last lane where the others' columns are looked up.
  private func lastLane(of lookup: Lookup, _ values: ColumnValues) throws(CircuitError) -> [Int64] {
    let table = circuit.tables[lookup.table]
    let columns = lookup.columns.dropLast().map { values[$0] }
    guard let lane = table.lanes.last, let first = columns.first else { return [] }
    var found: [Int64] = []
    for place in first.indices {
      guard let row = table.row(first: first[place], second: { columns[1][place] }) else {
        throw .notInTable(lookup: lookup.name, place: place)
      }
      found.append(lane.value(at: row))
    }
    return found
  }

  /// How often each row of a table is looked up.
  private func multiplicities(
    ofTable index: Int, _ values: ColumnValues
  ) throws(CircuitError) -> [Int64] {
    let table = circuit.tables[index]
    var counts = [Int64](repeating: 0, count: 1 << table.bits)
    for lookup in circuit.lookups where lookup.table == index {
      let columns = lookup.columns.map { values[$0] }
      for place in columns[0].indices {
        guard let row = table.row(first: columns[0][place], second: { columns[1][place] }) else {
          throw .notInTable(lookup: lookup.name, place: place)
        }
        counts[row] += 1
      }
    }
    return counts
  }
}
