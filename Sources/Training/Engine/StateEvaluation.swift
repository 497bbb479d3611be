internal import AssaySpecification
internal import AssayTensors

/// The program that computes what a state predicts, ready to run.
struct StateEvaluation {
  let program: StepProgram
  let executor: any StepExecutor
  private let layout: StateLayout

  /// Prepares to evaluate batches of `batch` examples.
  init(_ spec: Spec, _ backend: any Backend, batch: Int) throws(TrainingError) {
    layout = spec.stateLayout
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
  }

  /// Whether targets are labels, and the prediction has a row of outputs for each of them.
  var predictsEachLabel: Bool {
    let targets = program.declaration(of: program.targets)
    let outputs = program.declaration(of: program.prediction).shape.dimensions
    return targets.elementType == .int32 && outputs.dropLast() == targets.shape.dimensions[...]
  }

  /// Puts the tensors of `state` that the program reads in place.
  func load(_ state: ModelState) throws(BackendError) {
    for (buffer, declaration) in program.stateBuffers {
      guard let index = layout.tensors.firstIndex(where: { $0.name == declaration.name })
      else { continue }
      try executor.load(elements: state.contents[index], into: buffer)
    }
  }
}
