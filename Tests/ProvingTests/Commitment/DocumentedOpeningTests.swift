import AssayAlgebra
import AssayCommitments
import AssayCryptography
import AssayProving
import AssayTranscripts
import Testing

@Suite struct DocumentedOpeningTests {
  @Test func theExampleOfTheRoomOpensASum() throws {
    let layout = try OracleLayout(kind: "witness", shapes: [[3, 5]], rowBits: 2)
    let parameters = try CommitmentParameters.plan(
      CommitmentParameters.Demand(
        [.init(elementCounts: [layout.elementCount], rows: .init(rowBits: 2, rateBits: 1))]),
      field: GoldilocksExtension.self)
    let arithmetic = PlainArithmetic<GoldilocksExtension>()
    let column = (0..<15).map { Goldilocks($0) }
    let oracle = CommittedOracle(
      arithmetic.rows([column], layout: layout), layout: layout, rateBits: 1,
      arithmetic: arithmetic)
    let sum = LinearClaim<GoldilocksExtension>(
      terms: [.tensor(oracle: 0, column: 0, coefficient: .one, weights: [.ones, .ones])],
      value: GoldilocksExtension(105))
    let schedule = Schedule(
      try OpeningVerifier.schedule(
        layouts: [layout], parameters: parameters, field: GoldilocksExtension.self))
    var transcript = TranscriptWriter<GoldilocksExtension>(
      schedule: schedule, context: oracle.root.bytes)
    try OpeningProver.open(
      claims: [sum], oracles: [oracle], parameters: parameters, arithmetic: arithmetic,
      transcript: &transcript)
    let proof = try transcript.finish()

    var reader = TranscriptReader<GoldilocksExtension>(
      schedule: schedule, context: oracle.root.bytes, proof: proof)
    try OpeningVerifier.verify(
      claims: [sum], oracles: [(layout, oracle.root)], parameters: parameters,
      transcript: &reader)
    try reader.finish()
  }
}
