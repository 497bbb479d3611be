internal import AssaySpecification
internal import AssayTensors

/// The program that computes what a state predicts, ready to run.
struct StateEvaluation {
  let program: StepProgram
  let executor: any StepExecutor
  /// How many classes or tokens are told apart; nil where values are predicted.
  let outputCount: Int?
  private let layout: StateLayout

  /// Prepares to evaluate batches of `batch` examples.
  init(
    _ spec: Spec, _ backend: any Backend, batch: Int, weights: WeightsFile?
  ) throws(TrainingError) {
    layout = spec.stateLayout
    outputCount =
      switch spec.data.target {
      case .label(let classes): classes
      case .values: nil
      case .nextToken(let vocabulary): vocabulary
      }
    do throws(SpecificationError) {
      program = try StepProgram.evaluation(spec, batch: batch)
    } catch {
      throw .specification(error)
    }
    do throws(BackendError) {
      executor = try backend.makeExecutor(for: program)
    } catch {
      throw .backend(error)
    }
    try executor.loadFrozen(of: program, spec, weights)
  }

  /// Whether targets are labels, and the prediction has a row of `outputCount` for each of them.
  ///
  /// The last extent of a prediction is `outputCount` in every spec; its buffer may be declared
  /// with another shape of as many elements.
  var predictsEachLabel: Bool {
    guard let outputCount else { return false }
    let labels = program.declaration(of: program.targets).shape.elementCount
    let outputs = program.declaration(of: program.prediction).shape.elementCount
    return outputs == labels * outputCount
  }

  /// Puts the tensors of `state` that the program reads in place.
  ///
  /// - Parameter averaged: take the moving averages of the parameters that have one.
  func load(_ state: ModelState, averaged: Bool = false) throws(BackendError) {
    func index(_ name: String) -> Int? { layout.tensors.firstIndex { $0.name == name } }
    for (buffer, declaration) in program.stateBuffers {
      let average = averaged ? index(UpdateOptions.averageName(declaration.name)) : nil
      guard let index = average ?? index(declaration.name) else { continue }
      try executor.load(elements: state.contents[index], into: buffer)
    }
  }
}
