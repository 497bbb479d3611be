internal import AssayCircuits
public import AssayCryptography
public import AssayDatasets
public import AssaySpecification
public import AssayTraining
public import AssayVerification

/// Proves intervals of a run by executing them again: the witness is what the engine's own kernels
/// compute.
public final class IntervalProver {
  private let settings: SpecSettings
  private let step: IntegerStep
  private let engine: StepEngine
  private let examples: ExampleValues
  /// That of the last proof made.
  private var setting: ProofSetting?
  /// The commitment to the data, from the first proof on.
  private var data: GoldilocksOracle?
  private let memory = StepProver.Memory()
  private let secret: Digest?
  private let dataRoot: Digest
  private let dataCodePath: String?
  private let arithmetic: GoldilocksArithmetic

  /// Prepares to prove intervals of a spec.
  ///
  /// - Parameters:
  ///   - engine: one of the spec, made for tracing.
  ///   - secret: what hides weights and data where the spec wants that; the engine's hasher has the
  ///     same.
  ///   - dataCodePath: a file for code words of the data that take much memory, made when absent;
  ///     without one they are computed again for each proof. It only spares work: see
  ///     `ProvingCost.dataCodeByteCount`.
  /// - Throws: `ProofError.circuit` when the spec wants no proofs, or the data are no labelled
  /// bytes; `.secretMissing`.
  public convenience init(
    spec: Spec, dataset: Dataset, engine: StepEngine, secret: Digest? = nil,
    dataCodePath: String? = nil
  ) throws(ProofError) {
    try self.init(
      spec: spec, dataset: dataset, engine: engine, secret: secret, dataCodePath: dataCodePath,
      arithmetic: GoldilocksArithmetic())
  }

  /// - Parameter arithmetic: how commitments are computed.
  init(
    spec: Spec, dataset: Dataset, engine: StepEngine, secret: Digest?, dataCodePath: String?,
    arithmetic: GoldilocksArithmetic
  ) throws(ProofError) {
    self.dataCodePath = dataCodePath
    self.arithmetic = arithmetic
    settings = try SpecSettings(spec: spec)
    guard secret != nil || !settings.options.isHiding else { throw .secretMissing }
    self.secret = secret
    dataRoot = spec.data.root
    guard let step = spec.integerStep, case .labels(let labels, _) = dataset.targets else {
      throw .circuit(.notInteger)
    }
    self.step = step
    self.engine = engine
    examples = ExampleValues(
      bytes: dataset.contents, labels: labels.map { Int($0) })
  }

  /// The proofs of an interval.
  public struct Result: Sendable {
    /// What the stretches' proofs say, in order.
    public let statements: [StepStatement]
    public let proofs: [[UInt8]]
    /// The commitment to the state after the interval.
    public let end: StateCommitment
  }

  /// Why an interval was not proved.
  public enum Failure: Error, CustomStringConvertible {
    case training(TrainingError)
    case proof(ProofError)

    public var description: String {
      switch self {
      case .training(let error): "\(error)"
      case .proof(let error): "\(error)"
      }
    }
  }

  /// Executes `steps` from `start` and proves them.
  ///
  /// - Parameters:
  ///   - limit: the most steps for one proof, where fewer than the spec says are to be in memory at
  ///     a time. Not for specs that hide: two ways to cut an interval open its states too often.
  ///   - progress: called with the number of steps proved so far.
  ///   - entering: called as each stage of each stretch begins.
  public func prove(
    _ steps: ClosedRange<UInt64>, from start: ModelState, limit: Int? = nil,
    progress: (Int) -> Void = { _ in }, entering: (ProvingStage) -> Void = { _ in }
  ) throws(Failure) -> Result {
    precondition(limit == nil || !settings.options.isHiding, "stretches of hiding proofs are fixed")
    do throws(TrainingError) { try engine.load(start) } catch { throw .training(error) }
    var statements: [StepStatement] = []
    var proofs: [[UInt8]] = []
    var following: StepProver.Result?
    for stretch in settings.options.stretches(of: steps, limit: limit) {
      let result = try prove(stretch, following: following, entering: entering)
      statements.append(result.statement)
      proofs.append(result.proof)
      following = result
      progress(Int(stretch.upperBound - steps.lowerBound + 1))
    }
    let end: StateCommitment
    do throws(TrainingError) {
      end = try engine.commitment(
        step: steps.upperBound, polynomialRoot: following?.statement.end)
    } catch {
      throw .training(error)
    }
    return Result(statements: statements, proofs: proofs, end: end)
  }

  private func prove(
    _ stretch: ClosedRange<UInt64>, following: StepProver.Result?,
    entering: (ProvingStage) -> Void
  ) throws(Failure) -> StepProver.Result {
    entering(.execution)
    var sums: [StepValues] = []
    let end: ModelState
    let (startKey, endKey): (Digest?, Digest?)
    do throws(TrainingError) {
      startKey = try engine.hidingKey(step: stretch.lowerBound - 1)
      for number in stretch { sums.append(StepValues(try engine.trace(step: number))) }
      end = try engine.state(step: stretch.upperBound)
      endKey = try engine.hidingKey(step: stretch.upperBound)
    } catch {
      throw .training(error)
    }
    do throws(ProofError) {
      let setting = try setting(stepCount: stretch.count)
      entering(.witness)
      let values: ColumnValues
      do throws(CircuitError) {
        values = try WitnessAssembler.assemble(
          step: step, circuit: setting.circuit, examples: examples, steps: sums,
          end: StateValues(end, step: step))
      } catch {
        throw .circuit(error)
      }
      var keys: HidingKeys?
      if let secret, let startKey, let endKey {
        keys = HidingKeys(
          data: HidingKeys.data(secret: secret, root: dataRoot, setting: setting),
          start: startKey, end: endKey, secret: secret)
      }
      let prover = StepProver(
        setting: setting, memory: memory,
        dataFile: dataCodePath.map {
          StepProver.DataFile(path: $0, root: settings.options.dataRoot)
        }, arithmetic: arithmetic)
      let result = try prover.prove(
        values: values, inputs: try settings.inputs(stretch), spec: settings.spec.digest,
        firstStep: stretch.lowerBound, following: following, data: data,
        hiding: keys, entering: entering)
      guard result.statement.data == settings.options.dataRoot else {
        throw .statement(
          field: "the data's root in the spec's \"proof\" object",
          expected: "\(settings.options.dataRoot)", found: "\(result.statement.data)")
      }
      data = result.data
      return result
    } catch {
      throw .proof(error)
    }
  }
}

extension IntervalProver {
  /// Stretches have one length, but for the last of an interval.
  private func setting(stepCount: Int) throws(ProofError) -> ProofSetting {
    if let setting, setting.circuit.stepCount == stepCount { return setting }
    let new = try settings.setting(stepCount: stepCount)
    setting = new
    return new
  }
}

extension StepValues {
  /// The sums of a traced step.
  init(_ trace: IntegerStepTrace) {
    self.init(
      layers: trace.layers.map { layer in
        Layer(
          weight: layer.weight, velocity: layer.velocity, product: layer.product.map { Int64($0) },
          inputGradient: layer.inputGradient?.map { Int64($0) })
      }, labels: trace.labels.map { Int($0) })
  }
}

extension StateValues {
  /// The weights and velocities of a state, layer by layer.
  init(_ state: ModelState, step: IntegerStep) {
    func integers(_ name: String) -> [Int64] {
      guard let place = state.layout.tensors.firstIndex(where: { $0.name == name }) else {
        return []
      }
      return state.integers(ofTensor: place)
    }
    self.init(
      weights: step.layers.map { integers($0.weightName) },
      velocities: step.layers.compactMap { $0.velocityName.map(integers) })
  }
}
