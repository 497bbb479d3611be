internal import AssayAlgebra
public import AssayCircuits
internal import AssayCommitments
public import AssayCryptography
internal import AssayFieldVectors
internal import AssaySpecification
internal import AssaySumcheck
internal import AssayTranscripts
public import AssayVerification

/// Makes proofs of steps.
public struct StepProver {
  typealias K = GoldilocksExtension

  let setting: ProofSetting
  private let arithmetic: GoldilocksArithmetic
  private let memory: Memory
  private let dataFile: DataFile?

  /// Where code words of data are kept that take much memory, and the root of the data.
  struct DataFile {
    var path: String
    var root: Digest
  }

  /// The provers of sums, with the memory that they keep from proof to proof.
  final class Memory {
    let fractions = FractionSumProver()
    let products = BatchedProductsProver()
  }

  /// Proves in `setting`.
  public init(setting: ProofSetting) {
    self.init(setting: setting, memory: Memory())
  }

  /// - Parameter arithmetic: how commitments are computed.
  init(
    setting: ProofSetting, memory: Memory, dataFile: DataFile? = nil,
    arithmetic: GoldilocksArithmetic = GoldilocksArithmetic()
  ) {
    self.setting = setting
    self.memory = memory
    self.dataFile = dataFile
    self.arithmetic = arithmetic
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
  ///   - hiding: where the randomness of a hiding proof comes from; not used for transparent ones.
  ///   - entering: called as each stage begins.
  public func prove(
    values: ColumnValues, inputs: PublicInputs, spec: Digest, firstStep: UInt64,
    following previous: Result? = nil, data: GoldilocksOracle? = nil, hiding: HidingKeys? = nil,
    entering: (ProvingStage) -> Void = { _ in }
  ) throws(ProofError) -> Result {
    try prove(
      values: values, inputs: inputs, spec: spec, firstStep: firstStep, following: previous,
      data: data, hiding: hiding, entering: entering
    ) { challenges, transcript throws(SumcheckError) in
      try lookups(values, challenges: challenges, &transcript)
    }
  }

  /// Proves with an argument about the lookups that is given.
  func prove(
    values: ColumnValues, inputs: PublicInputs, spec: Digest, firstStep: UInt64,
    following previous: Result? = nil, data: GoldilocksOracle? = nil, hiding: HidingKeys? = nil,
    entering: (ProvingStage) -> Void = { _ in },
    lookups: (_ challenges: [K], inout TranscriptWriter<K>) throws(SumcheckError) -> [LinearClaim<
      K
    >]
  ) throws(ProofError) -> Result {
    entering(.commitment)
    guard hiding != nil || !setting.isHiding else { throw .secretMissing }
    let hiding = setting.isHiding ? hiding : nil
    // The data first: it takes the most memory.
    let data = data ?? commit(.data, values, key: hiding?.data)
    let start = previous?.end ?? commit(.start, values, key: hiding?.start)
    let end = commit(.end, values, key: hiding?.end)
    let statement = StepStatement(
      spec: spec, data: data.root, start: start.root, end: end.root, firstStep: firstStep,
      stepCount: setting.circuit.stepCount)
    let witness = commit(
      .witness, values, key: hiding?.key("witness", of: statement, setting))
    var oracles = [GoldilocksOracle](repeating: witness, count: Oracle.allCases.count)
    for (oracle, committed) in [(Oracle.start, start), (.end, end), (.data, data)] {
      oracles[oracle.rawValue] = committed
    }
    let pads = try hiding.flatMap { keys throws(ProofError) in
      try self.pads(key: keys.key("pads", of: statement, setting))
    }
    if let pads { oracles.append(pads.oracle) }
    var transcript = TranscriptWriter<K>(
      schedule: setting.schedule, context: statement.context(setting),
      pads: pads.map { Array($0.elements.dropLast(3)) } ?? [])
    var (challenges, point): ([K], [K])
    do throws(TranscriptError) {
      try transcript.send(ProofLabel.witness, digest: witness.root)
      if let pads { try transcript.send(PadLabel.root, digest: pads.oracle.root) }
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
    if let pads { claims = try settle(pads, statement, inputs, &transcript) }
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
        statement: statement, proof: try transcript.finish(), end: end, data: data)
    } catch {
      throw .transcript(error)
    }
  }

  /// The pads of a hiding proof; nil for a transparent one.
  private func pads(key: Digest) throws(ProofError) -> ProofPads? {
    guard let pads = setting.pads else { return nil }
    do throws(CommitmentError) {
      return try ProofPads(key: key, pads: pads, setting: setting, arithmetic: arithmetic)
    } catch {
      throw .commitment(error)
    }
  }

  /// Shows that masked products are products. What masked messages leave to be shown of columns and
  /// pads is what their verifier notes when it reads them.
  private func settle(
    _ pads: ProofPads, _ statement: StepStatement, _ inputs: PublicInputs,
    _ transcript: inout TranscriptWriter<K>
  ) throws(ProofError) -> [LinearClaim<K>] {
    guard let padSetting = setting.pads else { return [] }
    do throws(SumcheckError) {
      try pads.proveProducts(padSetting, &transcript)
    } catch {
      throw .sumcheck(error)
    }
    let reader = TranscriptReader<K>(
      schedule: setting.schedule, context: statement.context(setting), proof: transcript.bytes)
    return try StepVerifier<K>.stages(reader, setting: setting, inputs: inputs).claims
  }

  /// Commits to the columns of an oracle; with a key, so that the commitment hides them.
  private func commit(
    _ oracle: Oracle, _ values: ColumnValues, key: Digest?
  ) -> GoldilocksOracle {
    let layout = setting.layouts[oracle]
    let rateBits = oracle == .data ? setting.rows.dataRateBits : setting.rows.rateBits
    let columns = setting.circuit.columns(of: oracle).indices.map { index in
      switch values.stored(ColumnReference(oracle, index)) {
      case .bytes(let values): RowMatrix.Values.uint8(values)
      case .halves(let values): RowMatrix.Values.uint8(values.map { $0 >> 1 })
      case .integers(let values): RowMatrix.Values.int64(values)
      }
    }
    let rows = arithmetic.rows(
      columns, layout: layout,
      blinding: key.map {
        Blinding(
          key: $0,
          tailCount: setting.openingCount(of: oracle) * setting.parameters.rowCodes[0].queries)
      })
    if oracle == .data {
      FieldKernels.trimMemory()
      let code = arithmetic.commit(
        data: rows, layout: layout, rateBits: rateBits, file: dataFile)
      // What it took is much, and not needed again.
      FieldKernels.trimMemory()
      return CommittedOracle(rows, layout: layout, code: code)
    }
    return CommittedOracle(rows, layout: layout, rateBits: rateBits, arithmetic: arithmetic)
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
    try FractionSum.proveCancellation(
      [siteSum.root, tableSum.root], label: ProofLabel.lookups, transcript: &transcript)
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
