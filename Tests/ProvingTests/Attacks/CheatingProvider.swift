import AssayCircuits
import AssayDatasets
import AssayMerkle
import AssaySpecification
import AssayTensors
import AssayTraining
import AssayVerification
import Testing

@testable import AssayProving

/// Computes steps in another way than the spec says, and fills the columns of a proof so that as
/// little as possible gives it away.
struct CheatingProvider {
  let honest: StepProofTests.Proved
  let step: IntegerStep
  var circuit: Circuit { honest.setting.circuit }
  /// The rows of the data that the first step's batch consists of.
  var batch: [Int] { honest.inputs.batches[0] }

  init(_ honest: StepProofTests.Proved) throws {
    self.honest = honest
    guard let step = honest.run.spec.integerStep else { throw CircuitError.notInteger }
    self.step = step
  }

  /// What is proved, with which public inputs.
  struct Forgery {
    var values: ColumnValues
    var inputs: PublicInputs
  }

  // MARK: Other computations

  /// The sums of steps, each from the state before it or from another one, on these or other data.
  func sums(
    on dataset: Dataset? = nil, steps: [UInt64] = [1], from states: [UInt64: ModelState] = [:]
  ) throws -> (steps: [StepValues], end: StateValues) {
    let run = honest.run
    let engine = try StepEngine(
      spec: run.spec, dataset: dataset ?? run.dataset, backend: try CPUBackend(threads: 1),
      hasher: run.hasher, checkingData: false, tracing: true)
    try engine.load(.initial(run.spec))
    var sums: [StepValues] = []
    for number in steps {
      if let state = states[number] { try engine.load(state) }
      sums.append(StepValues(try engine.trace(step: number)))
    }
    return (sums, StateValues(try engine.state(step: 1), step: step))
  }

  /// The columns that follow from sums, element by element, beside the true data.
  func columns(_ sums: [StepValues], end: StateValues) throws -> ColumnValues {
    let dataset = honest.run.dataset
    guard case .labels(let labels, _) = dataset.targets else { throw CircuitError.notInteger }
    return try WitnessAssembler.assemble(
      step: step, circuit: circuit,
      examples: ExampleValues(
        bytes: dataset.contents, labels: labels.map { Int($0) }),
      steps: sums, end: end)
  }

  /// The run's data with some examples replaced by others: row → row that it is copied from.
  func dataset(copying rows: [Int: Int]) throws -> Dataset {
    try dataset { contents, labels in
      let (original, originalLabels) = (contents, labels)
      let width = original.count / originalLabels.count
      for (row, source) in rows {
        contents.replaceSubrange(
          row * width..<(row + 1) * width, with: original[source * width..<(source + 1) * width])
        labels[row] = originalLabels[source]
      }
    }
  }

  /// The run's data after a change.
  func dataset(_ change: (inout [UInt8], inout [Int32]) -> Void) throws -> Dataset {
    let dataset = honest.run.dataset
    guard case .labels(var labels, let classes) = dataset.targets else { return dataset }
    var contents = dataset.contents
    change(&contents, &labels)
    return try Dataset(
      elementType: .uint8, exampleShape: dataset.exampleShape, contents: contents,
      targets: .labels(labels, classes: classes))
  }

  /// The first state with the elements of one tensor in another order.
  func initialState(permuting name: String, _ order: [Int]) throws -> ModelState {
    let state = try ModelState.initial(honest.run.spec)
    let contents = zip(state.layout.tensors, state.contents).map { tensor, bytes in
      guard tensor.name == name else { return bytes }
      let width = bytes.count / order.count
      return order.flatMap { bytes[$0 * width..<($0 + 1) * width] }
    }
    return ModelState(step: 0, layout: state.layout, contents: contents)
  }

  // MARK: Columns

  /// The column with a name, in the witness or a state.
  func column(_ name: String, in oracle: Oracle = .witness) -> ColumnReference {
    guard let index = circuit.columns(of: oracle).firstIndex(where: { $0.name == name }) else {
      preconditionFailure("no column \(name)")
    }
    return ColumnReference(oracle, index)
  }

  /// A layer's columns in step 0.
  func name(_ layer: Int, _ part: String) -> String {
    "step0.\(step.layers[layer].weightName).\(part)"
  }

  /// The multiplicities that the looked-up tuples have; a tuple in no row counts nowhere.
  func recounted(_ values: ColumnValues) -> ColumnValues {
    var counts = circuit.tables.map { [Int64](repeating: 0, count: 1 << $0.bits) }
    for lookup in circuit.lookups {
      let columns = lookup.columns.map { values[$0] }
      for place in columns[0].indices {
        let row = circuit.tables[lookup.table].row(of: columns.map { $0[place] })
        if let row { counts[lookup.table][row] += 1 }
      }
    }
    var result = values
    for (reference, count) in zip(circuit.multiplicities, counts) { result[reference] = count }
    return result
  }

  /// Lowers a rounded output of the first layer by one, and what follows from it; the remainder
  /// becomes too large by a unit. Gives the place.
  func moveUnitToRemainder(_ values: inout ColumnValues) throws -> Int {
    let shift = try #require(step.layers[0].forwardShift)
    let low = column(name(0, "output.low"))
    let highs = values[column(name(0, "output.high"))]
    let place = try #require(
      values[low].indices.first { highs[$0] == 128 && (2...127).contains(values[low][$0]) })
    values[low][place] -= 1
    values[column(name(0, "activation"))][place] -= 1
    values[column(name(0, "output.remainder"))][place] += 1 << Int64(shift)
    return place
  }

  /// A layer's sums with one of them replaced.
  func replacing(
    _ sums: StepValues, layer: Int, product: [Int64]? = nil, inputGradient: [Int64]? = nil,
    weight: [Int64]? = nil
  ) -> StepValues {
    var layers = sums.layers
    let old = layers[layer]
    layers[layer] = StepValues.Layer(
      weight: weight ?? old.weight, velocity: old.velocity, product: product ?? old.product,
      inputGradient: inputGradient ?? old.inputGradient)
    return StepValues(layers: layers, labels: sums.labels)
  }
}
