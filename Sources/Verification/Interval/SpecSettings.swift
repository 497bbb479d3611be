public import AssayCircuits
public import AssaySpecification

/// The proof settings of a spec: one for whole stretches, one for each shorter one that an interval
/// ends in.
public struct SpecSettings: Sendable {
  public let spec: Spec
  public let options: ProofOptions
  private let byStepCount: [Int: ProofSetting]

  /// Compiles the circuits of a spec.
  ///
  /// - Throws: `ProofError.circuit` when the spec wants no proofs, or cannot have them.
  public init(spec: Spec) throws(ProofError) {
    guard let options = spec.proof else { throw .circuit(.notProvable) }
    self.spec = spec
    self.options = options
    var byStepCount: [Int: ProofSetting] = [:]
    for count in options.stretchLengths(of: spec) {
      byStepCount[count] = try Self.setting(spec, options, stepCount: count)
    }
    self.byStepCount = byStepCount
  }

  /// The setting of stretches of so many steps.
  public func setting(stepCount: Int) throws(ProofError) -> ProofSetting {
    if let setting = byStepCount[stepCount] { return setting }
    return try Self.setting(spec, options, stepCount: stepCount)
  }

  /// The public inputs of a stretch.
  public func inputs(_ steps: ClosedRange<UInt64>) throws(ProofError) -> PublicInputs {
    do throws(CircuitError) {
      return try PublicInputs(spec: spec, firstStep: steps.lowerBound, count: steps.count)
    } catch {
      throw .circuit(error)
    }
  }

  private static func setting(
    _ spec: Spec, _ options: ProofOptions, stepCount: Int
  ) throws(ProofError) -> ProofSetting {
    let circuit: Circuit
    do throws(CircuitError) {
      circuit = try Circuit(spec: spec, stepCount: stepCount)
    } catch {
      throw .circuit(error)
    }
    return try ProofSetting(
      circuit: circuit, rows: options.rows, hiddenOpenings: options.openings)
  }
}

extension ProofOptions {
  /// Cuts an interval's steps into stretches that one proof covers each.
  public func stretches(of interval: ClosedRange<UInt64>) -> [ClosedRange<UInt64>] {
    var stretches: [ClosedRange<UInt64>] = []
    var first = interval.lowerBound
    while first <= interval.upperBound {
      let last = min(first + UInt64(steps) - 1, interval.upperBound)
      stretches.append(first...last)
      first = last + 1
    }
    return stretches
  }

  /// How many steps the stretches of a spec's run have: of whole intervals, and of the last.
  func stretchLengths(of spec: Spec) -> Set<Int> {
    let whole = UInt64(steps)
    let lengths = [spec.interval, (spec.steps - 1) % spec.interval + 1].flatMap { length in
      [min(whole, length), (length - 1) % whole + 1]
    }
    return Set(lengths.map { Int($0) })
  }
}
