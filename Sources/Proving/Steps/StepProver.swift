internal import AssayAlgebra
public import AssayCircuits
internal import AssayCommitments
public import AssayCryptography
internal import AssayFieldVectors
internal import AssaySumcheck
internal import AssayTranscripts
public import AssayVerification

/// Makes proofs of steps.
public struct StepProver {
  typealias K = GoldilocksExtension

  let setting: ProofSetting
  private let arithmetic = GoldilocksArithmetic()
  private let dataArithmetic: GoldilocksArithmetic
  private let memory: Memory

  /// The provers of sums, with the memory that they keep from proof to proof.
  final class Memory {
    let fractions = FractionSumProver()
    let products = BatchedProductsProver()
  }

  /// Proves in `setting`.
  public init(setting: ProofSetting) {
    self.init(setting: setting, memory: Memory(), largestDataCode: IntervalProver.largestDataCode)
  }

  /// - Parameter largestDataCode: the bytes up to which code words of data, which every proof
  ///   opens, are kept.
  init(setting: ProofSetting, memory: Memory, largestDataCode: Int) {
    self.setting = setting
    self.memory = memory
    dataArithmetic = GoldilocksArithmetic(maximumCodeByteCount: largestDataCode)
  }

  /// A proof and what it proves.
  public struct Result: Sendable {
    public let statement: StepStatement
    public let proof: [UInt8]
    /// The commitments that the next stretch of steps begins with, or shares.
    let end: GoldilocksOracle
    let data: GoldilocksOracle
  }

  /// Proves that the columns' steps were computed.
  ///
  /// Values that do not satisfy the circuit give a proof that is refused.
  ///
  /// - Parameters:
  ///   - previous: the proof of the steps just before, whose last state this one begins with.
  ///   - data: the commitment to the data, where it is there already.
  ///   - entering: called as each stage begins.
  public func prove(
    values: ColumnValues, inputs: PublicInputs, spec: Digest, firstStep: UInt64,
    following previous: Result? = nil, data: GoldilocksOracle? = nil,
    entering: (ProvingStage) -> Void = { _ in }
  ) throws(ProofError) -> Result {
    try prove(
      values: values, inputs: inputs, spec: spec, firstStep: firstStep, following: previous,
      data: data, entering: entering
    ) { challenges, transcript throws(SumcheckError) in
      try lookups(values, challenges: challenges, &transcript)
    }
  }

  /// Proves with an argument about the lookups that is given.
  func prove(
    values: ColumnValues, inputs: PublicInputs, spec: Digest, firstStep: UInt64,
    following previous: Result? = nil, data: GoldilocksOracle? = nil,
    entering: (ProvingStage) -> Void = { _ in },
    lookups: (_ challenges: [K], inout TranscriptWriter<K>) throws(SumcheckError) -> [LinearClaim<
      K
    >]
  ) throws(ProofError) -> Result {
    entering(.commitment)
    let oracles = Oracle.allCases.map { oracle in
      switch oracle {
      case .start: previous?.end ?? commit(oracle, values)
      case .data: data ?? commit(oracle, values)
      case .end, .witness: commit(oracle, values)
      }
    }
    func root(_ oracle: Oracle) -> Digest { oracles[oracle.rawValue].root }
    let statement = StepStatement(
      spec: spec, data: root(.data), start: root(.start), end: root(.end), firstStep: firstStep,
      stepCount: setting.circuit.stepCount)
    var transcript = TranscriptWriter<K>(
      schedule: setting.schedule, context: statement.context(setting))
    var (challenges, point): ([K], [K])
    do throws(TranscriptError) {
      try transcript.send(ProofLabel.witness, digest: root(.witness))
      challenges = try transcript.challenges(ProofLabel.lookups)
    } catch {
      throw .transcript(error)
    }
    entering(.lookups)
    var claims: [LinearClaim<K>]
    do throws(SumcheckError) {
      claims = try lookups(challenges, &transcript)
    } catch {
      throw .sumcheck(error)
    }
    entering(.products)
    do throws(TranscriptError) {
      point = try transcript.challenges(ProofLabel.relations)
    } catch {
      throw .transcript(error)
    }
    do throws(SumcheckError) {
      claims += try products(values, inputs, point: point, &transcript)
    } catch {
      throw .sumcheck(error)
    }
    entering(.opening)
    do throws(CommitmentError) {
      try OpeningProver.open(
        claims: claims, oracles: oracles, parameters: setting.parameters, arithmetic: arithmetic,
        transcript: &transcript)
    } catch {
      throw .commitment(error)
    }
    do throws(TranscriptError) {
      return Result(
        statement: statement, proof: try transcript.finish(),
        end: oracles[Oracle.end.rawValue], data: oracles[Oracle.data.rawValue])
    } catch {
      throw .transcript(error)
    }
  }

  private func commit(_ oracle: Oracle, _ values: ColumnValues) -> GoldilocksOracle {
    let layout = setting.layouts[oracle]
    let arithmetic = oracle == .data ? dataArithmetic : arithmetic
    let columns = setting.circuit.columns(of: oracle).indices.map { index in
      switch values.stored(ColumnReference(oracle, index)) {
      case .bytes(let values): RowMatrix.Values.uint8(values)
      case .integers(let values): RowMatrix.Values.int64(values)
      }
    }
    return CommittedOracle(
      arithmetic.rows(columns, layout: layout), layout: layout,
      rateBits: setting.parameters.rateBits, arithmetic: arithmetic)
  }

  /// Shows that every looked-up tuple is in its table, but for two claims about columns.
  private func lookups(
    _ values: ColumnValues, challenges: [K], _ transcript: inout TranscriptWriter<K>
  ) throws(SumcheckError) -> [LinearClaim<K>] {
    let layouts = setting.layouts
    let claims = LookupClaims(
      circuit: setting.circuit, layouts: layouts, challenges: challenges)
    let leaves = LookupLeaves(
      circuit: setting.circuit, layouts: layouts, claims: claims, values: values)
    let prover = memory.fractions
    let siteSum = try prover.prove(
      try leaves.sites(), label: ProofLabel.sites, transcript: &transcript)
    let tables = leaves.tables()
    let tableSum = try prover.prove(
      numerators: tables.numerators, denominators: tables.denominators, bits: layouts.tableBits,
      label: ProofLabel.tables, transcript: &transcript)
    return [
      claims.sites(at: siteSum.leaves.point, denominator: siteSum.leaves.denominator),
      claims.multiplicities(
        at: tableSum.leaves.point, numerator: tableSum.leaves.numerator),
    ]
  }

  /// Shows that every relation holds, but for claims about columns.
  private func products(
    _ values: ColumnValues, _ inputs: PublicInputs, point: [K],
    _ transcript: inout TranscriptWriter<K>
  ) throws(SumcheckError) -> [LinearClaim<K>] {
    let circuit = setting.circuit
    let sums = ProductSums(circuit: circuit, inputs: inputs, point: point, columns: values)
    do throws(TranscriptError) {
      try transcript.send(ProofLabel.products, elements: sums.values)
    } catch {
      throw .transcript(error)
    }
    let ends = try memory.products.prove(
      sums.instances, label: ProofLabel.products, transcript: &transcript)
    let relations = RelationClaims(circuit: circuit, inputs: inputs, point: point)
    let products = ProductClaims(circuit: circuit, inputs: inputs, point: point)
    return relations.claims(products: sums.values)
      + products.claims(at: ends.point, values: ends.factors.map { ($0.left, $0.right) })
  }
}
