public import AssayCryptography

/// The output of a delay, with a proof that it is the output: Wesolowski's verifiable delay
/// function (Eurocrypt 2019, ePrint 2018/623) over the RSA-2048 challenge number, modulo ±1.
///
/// The input is hashed to x; the output is y = x^(2^T), which takes T squarings one after another,
/// however many processors one has. With the prime ℓ that follows from N, x, y and T, the proof is
/// π = x^⌊2^T/ℓ⌋, and it is right if π^ℓ · x^(2^T mod ℓ) = ±y.
///
/// - Soundness: the adaptive root assumption in this group, in the random-oracle model. Whoever
///   factors N can compute an output at once, and prove any.
public struct DelayProof: Hashable, Sendable {
  /// How many bytes an element has.
  public static let elementByteCount = 256
  /// No delay has more squarings: some ten days at a million a second.
  public static let squaringLimit: UInt64 = 1 << 40

  /// T.
  public let squarings: UInt64
  /// |y|, big-endian.
  public let output: [UInt8]
  /// |π|, big-endian.
  public let proof: [UInt8]

  /// A delay's output and its proof, as they came.
  public init(squarings: UInt64, output: [UInt8], proof: [UInt8]) {
    self.squarings = squarings
    self.output = output
    self.proof = proof
  }

  /// Checks that the output follows from the input.
  ///
  /// - Throws: `squarings`, `elementByteCount`, `notCanonical`, or `wrongOutput`.
  public func verify(input: Digest) throws(BeaconError) {
    guard (1...Self.squaringLimit).contains(squarings) else { throw .squarings(found: squarings) }
    _ = try HiddenOrderGroup.number(output, name: "output")
    let root = try HiddenOrderGroup.number(proof, name: "proof")
    let x = HiddenOrderGroup.element(for: input)
    let prime = HiddenOrderGroup.prime(input: x, output: output, squarings: squarings)
    let arithmetic = HiddenOrderGroup.arithmetic
    let rest = PowersOfTwo(modulo: prime).power(squarings)
    let found = arithmetic.power([
      (form: arithmetic.form(root), exponent: prime), (form: arithmetic.form(x), exponent: rest),
    ])
    guard HiddenOrderGroup.bytes(arithmetic.number(found)) == output else { throw .wrongOutput }
  }

  /// What nobody could know before the delay was over.
  public var randomness: Digest {
    SHA256.digest(domain: "assay/delay-output/v1", [output])
  }
}
