import AssayAlgebra
import AssaySumcheck
import AssayTranscripts
import Testing

@Suite struct DocumentationTests {
  /// 1/(α − 3) + 1/(α − 5) + 1/(α − 8), where the third denominator makes the sum zero.
  @Test func theExampleOfTheRoomReadsAProof() throws {
    typealias K = GMPGoldilocksExtension
    let context: [UInt8] = [1]
    let layout = try LeafLayout(segmentBits: [1, 0])
    let schedule = Schedule(FractionSum.schedule(bits: layout.bits, label: "lookups"))
    // q = 2, 2, −1 and the neutral 1: 1/2 + 1/2 + 1/(−1) + 0/1, all over −4.
    let (p, q) = ([1, 1, 1, 0].map { K($0) }, [2, 2, -1, 1].map { K($0) })
    var writer = TranscriptWriter<K>(schedule: schedule, context: context)
    try writer.send("lookups.root", elements: [.zero, K(-4)])
    _ = try writer.challenge("lookups.lambda")
    // The nodes above: 1/2 − 1/1 and 1/2 + 0/1.
    let (p0, q0, p1, q1) = (K(1), K(-2), K(1), K(2))
    try writer.send("lookups.children", elements: [p0, q0, p1, q1])
    let mu = try writer.challenge("lookups.mu")
    let lambda = try writer.challenge("lookups.lambda")
    // H(X) is linear times linear in X; eq has no variable left.
    let (slopes, ends) = (
      [p[1] - p[0], q[1] - q[0], p[3] - p[2], q[3] - q[2]], [p[0], q[0], p[2], q[2]]
    )
    let square = slopes[0] * slopes[3] + slopes[1] * (slopes[2] + lambda * slopes[3])
    let linear =
      slopes[0] * ends[3] + ends[0] * slopes[3] + slopes[1] * (ends[2] + lambda * ends[3])
      + ends[1] * (slopes[2] + lambda * slopes[3])
    try writer.send("lookups.round", elements: [linear, square])
    let r = try writer.challenge("lookups.point")
    try writer.send("lookups.children", elements: zip(ends, slopes).map { $0 + r * $1 })
    let last = try writer.challenge("lookups.mu")
    let proof = try writer.finish()

    var transcript = TranscriptReader<K>(schedule: schedule, context: context, proof: proof)
    let (root, leaves) = try FractionSum.verify(
      bits: layout.bits, label: "lookups", transcript: &transcript)
    try FractionSum.requireCancellation([root], label: "lookups", transcript: &transcript)
    try transcript.finish()
    let numeratorsAreOne = leaves.numerator == layout.occupied(at: leaves.point)

    #expect(numeratorsAreOne)
    #expect(leaves.point == [last, r] && mu != last)
    #expect(leaves.denominator == Multilinear.evaluate(q, at: leaves.point))
  }
}
