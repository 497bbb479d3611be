internal import AssayAlgebra
internal import AssayCommitments
internal import AssayCryptography
internal import AssayFieldVectors
internal import AssaySpecification
internal import AssaySumcheck
internal import AssayTranscripts
internal import AssayVerification

/// The pads of a hiding proof, and what is proved of them before the opening.
struct ProofPads {
  typealias K = GoldilocksExtension

  /// What is added to messages' elements, in their order; then u, v and u·v.
  let elements: [K]
  /// How they are committed to; the rows that mask the opening stand below them.
  let oracle: GoldilocksOracle

  /// Draws pads from a key and commits to them.
  init(
    key: Digest, pads: PadSetting, setting: ProofSetting, arithmetic: GoldilocksArithmetic
  ) throws(CommitmentError) {
    var stream = RandomElements<K>(key: key)
    var elements = stream.next(pads.count - 1)
    elements.append(elements[pads.count - 3] * elements[pads.count - 2])
    self.elements = elements
    let parameters = setting.parameters
    let blinding = Blinding(
      key: SHA256.digest(domain: "assay.hiding.pad-rows.v1", [key.bytes]),
      tailCount: parameters.rowCodes[0].queries,
      maskCount: parameters.maskCount(
        rounds: try RowStack(setting.openedLayouts).rowIndexBits))
    let rows = arithmetic.rows(
      [.elements(elements.flatMap { [$0.c0, $0.c1] })], layout: pads.layout, blinding: blinding)
    oracle = CommittedOracle(
      rows, layout: pads.layout, rateBits: setting.rows.rateBits, arithmetic: arithmetic)
  }

  /// Shows that all masked products are products: Σ eq(τ, i)·(a·b − c)(i) = 0, the product u·v
  /// among them, so that what a and b are in the end is random.
  func proveProducts(
    _ pads: PadSetting, _ transcript: inout TranscriptWriter<K>
  ) throws(SumcheckError) {
    let count = elements.count
    let factors = transcript.factors + [(elements[count - 3], elements[count - 2])]
    let tau: [K]
    do { tau = try transcript.challenges(PadLabel.tau) } catch { throw .transcript(error) }
    let columns = [factors.map(\.0), factors.map(\.1), factors.map { $0.0 * $0.1 }].map {
      $0 + [K](repeating: .zero, count: (1 << pads.productBits) - $0.count)
    }
    var tables = PlainTables(
      [
        .init(tables: columns, variables: pads.productBits, scale: .one) { values in
          values[0] * values[1] - values[2]
        }
      ], weights: tau, degree: PadSetting.degreeOfProducts)
    _ = try tables.prove(
      rounds: pads.productBits, label: PadLabel.products, transcript: &transcript)
    try transcript.write(PadLabel.ends, Array(tables.values(ofSummand: 0).prefix(2)))
    _ = try transcript.draw(PadLabel.batch)
  }
}
