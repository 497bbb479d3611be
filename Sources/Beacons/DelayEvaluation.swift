public import AssayCryptography

/// A delay in the making: squarings one after another, with checkpoints from which it goes on after
/// an interruption, and from which the proof is made in a tenth of the time.
///
///     var evaluation = try DelayEvaluation(input: digest, squarings: 1 << 24)
///     while let checkpoint = evaluation.advance() { … store its 256 bytes … }
///     let proof = evaluation.prove()
public struct DelayEvaluation: Sendable {
  /// The checkpoints of any delay have at most so many bytes.
  public static let checkpointByteLimit =
    (Int(DelayPlan.checkpointLimit) + 1) * DelayProof.elementByteCount

  /// What the delay is of.
  public let input: Digest
  /// T.
  public let squarings: UInt64
  /// How the proof is computed, which says where checkpoints are.
  let plan: DelayPlan
  let x: [UInt64]
  /// x^(2^(i·stride)) in Montgomery's form, for i = 0, 1, …: 32 limbs each.
  private(set) var checkpoints: [UInt64]
  /// Where the squarings have come to, in Montgomery's form.
  private var current: [UInt64]
  /// Squarings that were done.
  public private(set) var done: UInt64

  /// Starts a delay.
  ///
  /// - Throws: `squarings`.
  public init(input: Digest, squarings: UInt64) throws(BeaconError) {
    guard (1...DelayProof.squaringLimit).contains(squarings) else {
      throw .squarings(found: squarings)
    }
    self.input = input
    self.squarings = squarings
    plan = DelayPlan(squarings: squarings)
    x = HiddenOrderGroup.element(for: input)
    current = HiddenOrderGroup.arithmetic.form(x)
    checkpoints = current
    done = 0
  }

  /// Goes on with a delay from the checkpoints that `advance` returned before.
  ///
  /// Nothing in them is believed: a wrong one leads to a proof that does not verify.
  ///
  /// - Throws: `checkpointByteCount`, `notCanonical`, `squarings`.
  public init(
    input: Digest, squarings: UInt64, checkpoints stored: [UInt8]
  ) throws(BeaconError) {
    try self.init(input: input, squarings: squarings)
    let size = DelayProof.elementByteCount
    let limit = (plan.checkpointCount - 1) * size
    guard stored.count <= limit, stored.count % size == 0 else {
      throw .checkpointByteCount(found: stored.count, limit: limit)
    }
    for start in stride(from: 0, to: stored.count, by: size) {
      let number = try HiddenOrderGroup.number(
        Array(stored[start..<start + size]), name: "checkpoint")
      current = HiddenOrderGroup.arithmetic.form(number)
      checkpoints += current
      done += plan.stride
    }
  }

  /// Does the squarings up to the next checkpoint, and returns it; nil when the delay is over.
  public mutating func advance() -> [UInt8]? {
    let step = min(plan.stride, squarings - done)
    current = HiddenOrderGroup.arithmetic.squared(current, times: step)
    done += step
    guard done < squarings else { return nil }
    checkpoints += current
    return HiddenOrderGroup.bytes(HiddenOrderGroup.arithmetic.number(current))
  }

  /// The output with its proof.
  ///
  /// - Precondition: the delay is over.
  /// - Parameter progress: told the part that is done, from 0 to 1.
  public func prove(progress: (Double) -> Void = { _ in }) -> DelayProof {
    precondition(done == squarings, "a delay is proved when it is over")
    let arithmetic = HiddenOrderGroup.arithmetic
    let output = HiddenOrderGroup.bytes(arithmetic.number(current))
    let prime = HiddenOrderGroup.prime(input: x, output: output, squarings: squarings)
    let root = DelayProver(plan: plan, prime: prime).root(of: checkpoints, progress: progress)
    return DelayProof(
      squarings: squarings, output: output,
      proof: HiddenOrderGroup.bytes(arithmetic.number(root)))
  }
}
