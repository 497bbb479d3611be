public import AssayCryptography

/// A delay in the making: squarings one after another, with checkpoints from which it goes on after
/// an interruption, and from which the proof is made in a tenth of the time.
///
///     var evaluation = try DelayEvaluation(input: digest, squarings: 1 << 24)
///     while evaluation.advance() { … store evaluation.checkpoints(after: stored) … }
///     let proof = evaluation.prove()
public struct DelayEvaluation: Sendable {
  /// The checkpoints of any delay have at most so many bytes.
  public static let checkpointByteLimit =
    Int(DelayPlan.checkpointLimit) * DelayProof.elementByteCount

  /// What the delay is of.
  public let input: Digest
  /// T.
  public let squarings: UInt64
  /// Squarings that were done.
  public private(set) var done: UInt64
  /// How the proof is computed, which says where checkpoints are.
  private let plan: DelayPlan
  private let x: [UInt64]
  /// x^(2^(i·stride)) in Montgomery's form, for i = 0, 1, …: 32 limbs each; then the output.
  private var forms: [UInt64]

  private static var arithmetic: Montgomery { HiddenOrderGroup.arithmetic }

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
    forms = Self.arithmetic.form(x)
    done = 0
  }

  /// Goes on with a delay from the bytes of `checkpoints(after:)`, from the first on.
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
      let form = Limb.limbs(Array(stored[start..<start + size]))
      guard Limb.isLess(form, than: Self.arithmetic.modulus) else {
        throw .notCanonical(name: "checkpoint")
      }
      forms += form
      done += plan.stride
    }
  }

  /// Does some squarings, a million at most; returns whether there are more to do.
  public mutating func advance() -> Bool {
    let count = Self.arithmetic.count
    let until = min(squarings, done + max(plan.stride, 1 << 20))
    while done < until {
      let step = min(plan.stride, squarings - done)
      forms += Self.arithmetic.squared(Array(forms.suffix(count)), times: step)
      done += step
    }
    return done < squarings
  }

  /// Checkpoints that were reached; the input is none.
  public var checkpointCount: Int {
    forms.count / Self.arithmetic.count - (done == squarings ? 2 : 1)
  }

  /// The bytes of the checkpoints after the first `count`, 256 each: numbers in Montgomery's form.
  public func checkpoints(after count: Int) -> [UInt8] {
    let size = Self.arithmetic.count
    return (count..<max(count, checkpointCount)).flatMap { index in
      Limb.bytes(Array(forms[(index + 1) * size..<(index + 2) * size]))
    }
  }

  /// The output with its proof.
  ///
  /// - Precondition: the delay is over.
  /// - Parameters:
  ///   - cores: how many are used; the proof is the same.
  ///   - progress: told the part that is done, from 0 to 1.
  public func prove(cores: Int = 1, progress: (Double) -> Void = { _ in }) -> DelayProof {
    precondition(done == squarings, "a delay is proved when it is over")
    let arithmetic = Self.arithmetic
    let last = Array(forms.suffix(arithmetic.count))
    let output = HiddenOrderGroup.bytes(arithmetic.number(last))
    let prime = HiddenOrderGroup.prime(input: x, output: output, squarings: squarings)
    let root = DelayProver(plan: plan, prime: prime).root(
      of: forms, cores: cores, progress: progress)
    return DelayProof(
      squarings: squarings, output: output,
      proof: HiddenOrderGroup.bytes(arithmetic.number(root)))
  }
}
