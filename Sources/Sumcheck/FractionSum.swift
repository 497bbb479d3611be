public import AssayAlgebra
public import AssayTranscripts

/// A sum of fractions Σ_x p(x) / q(x), reduced to one value each of p and q (LogUp-GKR:
/// Papini and Haböck, ePrint 2023/1284).
///
/// The 2^bits leaves (p, q) are added in pairs up to a root; node x of a layer of 2^ℓ nodes has the
/// children x and x + 2^ℓ, so that the first variable of the layer below tells them apart:
///
///     p(x) = p₀(x)·q₁(x) + p₁(x)·q₀(x),    q(x) = q₀(x)·q₁(x).
///
/// A claim on p and q at ρ becomes, with a challenge λ, p(ρ) + λ·q(ρ) = Σ_x eq(ρ, x)·(p₀q₁ + p₁q₀ +
/// λ·q₀q₁)(x), by a sumcheck the values of p₀, q₀, p₁, q₁ at its point r, and with a challenge μ
/// a claim on the layer below at (μ, r).
public enum FractionSum {
  /// The sum as one fraction; only a verified or computed one exists, and its denominator is not 0.
  public struct Root<K: ChallengeField>: Hashable, Sendable {
    /// p of the root.
    public let numerator: K
    /// q of the root, not zero.
    public let denominator: K

    /// Keeps the fraction when its denominator is not zero.
    package init?(numerator: K, denominator: K) {
      guard denominator != .zero else { return nil }
      self.numerator = numerator
      self.denominator = denominator
    }
  }

  /// What remains to be shown of the leaves.
  public struct LeafClaim<K: ChallengeField>: Hashable, Sendable {
    /// The point, its first coordinate the most significant bit of a leaf's index.
    public let point: [K]
    /// What the multilinear extension of the leaves' numerators must be at the point.
    public let numerator: K
    /// What the multilinear extension of the leaves' denominators must be at the point.
    public let denominator: K

    package init(point: [K], numerator: K, denominator: K) {
      self.point = point
      self.numerator = numerator
      self.denominator = denominator
    }
  }

  /// The degree of a round's message.
  package static let degree = 2

  /// The messages and challenges for 2^bits leaves.
  public static func schedule(bits: Int, label: String) -> [Schedule.Step] {
    [Schedule.Step("\(label).root", .elements(2))]
      + (0..<bits).flatMap { layer in
        [Schedule.Step("\(label).lambda", .challenges(1))]
          + SumcheckRounds.schedule(rounds: layer, degree: degree, label: label)
          + [
            Schedule.Step("\(label).children", .elements(4)),
            Schedule.Step("\(label).mu", .challenges(1)),
          ]
      }
  }

  /// Reads the root of a tree of 2^bits leaves and reduces it to a claim on the leaves.
  ///
  /// - Throws: `SumcheckError.transcript`, `.pole` and `.layer`.
  /// - Soundness: the caller must check that the leaves' multilinear extensions have the claimed
  ///   values, and what the root is for (`requireCancellation`). A root that is not the sum then
  ///   passes with probability at most `soundnessNumerator(bits:)` / |K|.
  @specialized(where K == GMPGoldilocksExtension)
  @specialized(where K == GoldilocksExtension)
  public static func verify<K: ChallengeField>(
    bits: Int, label: String, transcript: inout TranscriptReader<K>
  ) throws(SumcheckError) -> (root: Root<K>, leaves: LeafClaim<K>) {
    let sent = try transcript.read("\(label).root", count: 2)
    guard let root = Root(numerator: sent[0], denominator: sent[1]) else {
      throw .pole(label: label)
    }
    var claim = LeafClaim(point: [], numerator: sent[0], denominator: sent[1])
    for layer in 0..<bits {
      claim = try verifyLayer(layer, claim, label: label, transcript: &transcript)
    }
    return (root, claim)
  }

  /// Reduces a claim on a layer to one on the layer below.
  private static func verifyLayer<K: ChallengeField>(
    _ layer: Int, _ claim: LeafClaim<K>, label: String, transcript: inout TranscriptReader<K>
  ) throws(SumcheckError) -> LeafClaim<K> {
    let lambda = try transcript.draw("\(label).lambda")
    let rounds = try SumcheckRounds.verify(
      claim: claim.numerator + lambda * claim.denominator, weights: claim.point, degree: degree,
      label: label, transcript: &transcript)
    let children = Children(try transcript.read("\(label).children", count: 4))
    guard children.batched(lambda) == rounds.value else {
      throw .layer(label: label, layer: layer)
    }
    let mu = try transcript.draw("\(label).mu")
    return children.claim(mu: mu, point: rounds.point)
  }

  /// The values of both children's numerators and denominators at one point.
  package struct Children<K: ChallengeField> {
    package let p0: K
    package let q0: K
    package let p1: K
    package let q1: K

    /// Takes p₀, q₀, p₁, q₁, in the order of the message.
    package init(_ sent: [K]) {
      (p0, q0, p1, q1) = (sent[0], sent[1], sent[2], sent[3])
    }

    /// The parent's p + λ·q.
    package func batched(_ lambda: K) -> K {
      p0 * q1 + q0 * (p1 + lambda * q1)
    }

    /// The claim on the layer of the children.
    package func claim(mu: K, point: [K]) -> LeafClaim<K> {
      LeafClaim(
        point: [mu] + point, numerator: p0 + mu * (p1 - p0), denominator: q0 + mu * (q1 - q0))
    }
  }

  /// Accepts when the sum over all roots is zero.
  ///
  /// - Throws: `SumcheckError.fractionsDoNotCancel`.
  public static func requireCancellation<K: ChallengeField>(
    _ roots: [Root<K>]
  ) throws(SumcheckError) {
    var (numerator, denominator) = (K.zero, K.one)
    for root in roots {
      numerator = numerator * root.denominator + denominator * root.numerator
      denominator = denominator * root.denominator
    }
    guard numerator == .zero else { throw .fractionsDoNotCancel }
  }

  /// The error of one tree as a multiple of 1 / |K|.
  ///
  /// Layer ℓ has ℓ rounds of degree 2, and λ and μ of degree 1: Σ_{ℓ < bits} (2ℓ + 2).
  public static func soundnessNumerator(bits: Int) -> Int {
    bits * (bits + 1)
  }

  /// The error of the lookup identity itself as a multiple of 1 / |K|.
  ///
  /// Over the common denominator, Σ p / (α − φ) has a numerator of total degree below the number
  /// of leaves in α and the coefficients of φ (Haböck, ePrint 2022/1530, Lemma 5).
  public static func identitySoundnessNumerator(leafCount: Int) -> Int {
    max(0, leafCount - 1)
  }
}
