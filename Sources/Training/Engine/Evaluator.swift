public import AssayDatasets
public import AssaySpecification
public import AssayTensors

/// How well a state does on a data set.
public struct Evaluation: Hashable, Sendable {
  /// Mean loss over the examples.
  public let loss: Double
  /// Share of examples whose largest output is their label; nil where targets are values.
  public let accuracy: Double?
  public let exampleCount: Int

  /// An evaluation with these figures.
  public init(loss: Double, accuracy: Double?, exampleCount: Int) {
    self.loss = loss
    self.accuracy = accuracy
    self.exampleCount = exampleCount
  }
}

/// Evaluates states of one spec on one data set, which need not be the one trained on.
public final class Evaluator {
  private let dataset: Dataset
  private let data: DataDescription
  private let full: (program: StepProgram, executor: any StepExecutor)
  private let rest: (program: StepProgram, executor: any StepExecutor)?
  private var batch: BatchBuffers
  private let layout: StateLayout

  private static let batchSize = 500

  /// Prepares to evaluate on `dataset`, whose examples must have the shape and target that the
  /// spec's data have.
  public init(
    spec: Spec, dataset: Dataset, backend: any Backend
  ) throws(TrainingError) {
    do throws(DatasetError) {
      try dataset.checkKind(against: spec.data)
    } catch {
      throw .dataset(error)
    }
    self.dataset = dataset
    data = spec.data
    layout = spec.stateLayout
    let size = min(Self.batchSize, dataset.exampleCount)
    full = try Self.prepare(spec, backend, size)
    let remainder = dataset.exampleCount % size
    rest = remainder == 0 ? nil : try Self.prepare(spec, backend, remainder)
    batch = BatchBuffers(dataset, spec.data)
  }

  private static func prepare(
    _ spec: Spec, _ backend: any Backend, _ size: Int
  ) throws(TrainingError) -> (program: StepProgram, executor: any StepExecutor) {
    let program: StepProgram
    do throws(SpecificationError) {
      program = try StepProgram.evaluation(spec, batch: size)
    } catch {
      throw .specification(error)
    }
    do throws(BackendError) {
      return (program, try backend.makeExecutor(for: program))
    } catch {
      throw .backend(error)
    }
  }

  /// The loss and accuracy of `state` over every example.
  public func evaluate(_ state: ModelState) throws(TrainingError) -> Evaluation {
    do throws(BackendError) {
      var loss = 0.0
      var correct = 0
      for part in [full, rest].compactMap({ $0 }) {
        for (buffer, declaration) in part.program.stateBuffers {
          guard let index = layout.tensors.firstIndex(where: { $0.name == declaration.name })
          else { continue }
          try part.executor.load(elements: state.contents[index], into: buffer)
        }
        let size = part.program.batchSize
        let first = size == full.program.batchSize ? 0 : dataset.exampleCount - size
        var start = first
        while start + size <= dataset.exampleCount {
          let indices = Array(start..<start + size)
          try batch.load(indices, into: part.executor, part.program)
          try part.executor.run(StepScalars(learningRate: 0))
          loss += Double(part.executor.scalar(part.program.loss)) * Double(size)
          correct += correctCount(indices, part.program, part.executor)
          start += size
        }
      }
      let accuracy: Double? =
        if case .labels = dataset.targets {
          Double(correct) / Double(dataset.exampleCount)
        } else { nil }
      return Evaluation(
        loss: loss / Double(dataset.exampleCount), accuracy: accuracy,
        exampleCount: dataset.exampleCount)
    } catch {
      throw .backend(error)
    }
  }

  /// How many of the batch's rows have their largest output (the first of equals) at the label.
  private func correctCount(
    _ indices: [Int], _ program: StepProgram, _ executor: any StepExecutor
  ) -> Int {
    guard case .labels(let labels, _) = dataset.targets else { return 0 }
    let columns = program.declaration(of: program.prediction).shape.dimensions[1]
    return executor.withContents(of: program.prediction) { contents in
      var correct = 0
      for (row, index) in indices.enumerated() {
        var best = (column: 0, value: -Float.infinity)
        for column in 0..<columns {
          // SAFETY: the buffer holds batch × columns float32, and any bits are a float.
          let value = Float(
            bitPattern: unsafe contents.unsafeLoadUnaligned(
              fromByteOffset: 4 * (row * columns + column), as: UInt32.self))
          if value > best.value { best = (column, value) }
        }
        if best.column == Int(labels[index]) { correct += 1 }
      }
      return correct
    }
  }
}
