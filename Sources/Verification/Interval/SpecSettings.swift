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
  /// Cuts an interval's steps into stretches that one proof covers each, as many as it takes with
  /// at most `limit` steps in each, and no more than the spec says.
  public func stretches(
    of interval: ClosedRange<UInt64>, limit: Int? = nil
  ) -> [ClosedRange<UInt64>] {
    let most = UInt64(max(1, min(limit ?? steps, steps)))
    return Self.cut(interval, into: (UInt64(interval.count) - 1) / most + 1)
  }

  /// The stretches that `count` proofs of an interval cover; nil where no limit gives so many.
  func stretches(of interval: ClosedRange<UInt64>, count: Int) -> [ClosedRange<UInt64>]? {
    guard 1 <= count, count <= interval.count else { return nil }
    let stretches = Self.cut(interval, into: UInt64(count))
    return stretches.count == count && stretches[0].count <= steps ? stretches : nil
  }

  /// Stretches of one length, but for the last; fewer than `count` where that leaves no steps.
  private static func cut(
    _ interval: ClosedRange<UInt64>, into count: UInt64
  ) -> [ClosedRange<UInt64>] {
    let length = (UInt64(interval.count) - 1) / count + 1
    return stride(from: 0, to: UInt64(interval.count), by: Int(length)).map { offset in
      let first = interval.lowerBound + offset
      return first...min(first + length - 1, interval.upperBound)
    }
  }

  /// How many steps the stretches of a spec's run have: of whole intervals, and of the last.
  func stretchLengths(of spec: Spec) -> Set<Int> {
    Set(
      [spec.interval, (spec.steps - 1) % spec.interval + 1].flatMap { length in
        stretches(of: 1...length).map(\.count)
      })
  }
}
