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
  public struct Root<Value: AffineValue>: Hashable, Sendable {
    /// p of the root.
    public let numerator: Value
    /// q of the root, not zero.
    public let denominator: Value

    fileprivate init(numerator: Value, nonZero denominator: Value) {
      self.numerator = numerator
      self.denominator = denominator
    }

    /// Keeps the fraction when its denominator is not zero.
    package init?(numerator: Value, denominator: Value) where Value: ChallengeField {
      guard denominator != .zero else { return nil }
      self.init(numerator: numerator, nonZero: denominator)
    }
  }

  /// What remains to be shown of the leaves.
  public struct LeafClaim<Value: AffineValue>: Hashable, Sendable {
    /// The point, its first coordinate the most significant bit of a leaf's index.
    public let point: [Value.Scalar]
    /// What the multilinear extension of the leaves' numerators must be at the point.
    public let numerator: Value
    /// What the multilinear extension of the leaves' denominators must be at the point.
    public let denominator: Value

    package init(point: [Value.Scalar], numerator: Value, denominator: Value) {
      self.point = point
      self.numerator = numerator
      self.denominator = denominator
    }
  }

  /// The degree of a round's message.
  package static let degree = 2

  /// The messages and challenges for 2^bits leaves.
  ///
  /// - Parameter isMasked: whether messages are masked; the root's inverse and the two products of
  ///   each layer are messages then too.
  public static func schedule(
    bits: Int, label: String, isMasked: Bool = false
  ) -> [Schedule.Step] {
    var steps = [Schedule.Step("\(label).root", SumMessage.elements(2, isMasked: isMasked))]
    steps += SumMessage.products("\(label).inverse", 1, isMasked: isMasked)
    for layer in 0..<bits {
      steps.append(Schedule.Step("\(label).lambda", .challenges(1)))
      steps += SumcheckRounds.schedule(
        rounds: layer, degree: degree, label: label, isMasked: isMasked)
      steps.append(
        Schedule.Step("\(label).children", SumMessage.elements(4, isMasked: isMasked)))
      steps += SumMessage.products("\(label).products", 2, isMasked: isMasked)
      steps.append(Schedule.Step("\(label).mu", .challenges(1)))
    }
    return steps
  }

  /// Reads the root of a tree of 2^bits leaves and reduces it to a claim on the leaves.
  ///
  /// - Throws: `SumcheckError.transcript`, `.pole` and `.layer`.
  /// - Soundness: the caller must check that the leaves' multilinear extensions have the claimed
  ///   values, and what the root is for (`requireCancellation`). A root that is not the sum then
  ///   passes with probability at most `soundnessNumerator(bits:)` / |K|.
  @specialized(where T == TranscriptReader<GMPGoldilocksExtension>)
  @specialized(where T == TranscriptReader<GoldilocksExtension>)
  public static func verify<T: ClaimReader & ~Copyable>(
    bits: Int, label: String, transcript: inout T
  ) throws(SumcheckError) -> (root: Root<T.Value>, leaves: LeafClaim<T.Value>) {
    let sent = try transcript.read("\(label).root", count: 2)
    let hasNoPole: Bool
    do { hasNoPole = try transcript.isNotZero("\(label).inverse", sent[1]) } catch {
      throw .transcript(error)
    }
    guard hasNoPole else { throw .pole(label: label) }
    let root = Root(numerator: sent[0], nonZero: sent[1])
    var claim = LeafClaim(point: [], numerator: sent[0], denominator: sent[1])
    for layer in 0..<bits {
      claim = try verifyLayer(layer, claim, label: label, transcript: &transcript)
    }
    return (root, claim)
  }

  /// Reduces a claim on a layer to one on the layer below.
  private static func verifyLayer<T: ClaimReader & ~Copyable>(
    _ layer: Int, _ claim: LeafClaim<T.Value>, label: String, transcript: inout T
  ) throws(SumcheckError) -> LeafClaim<T.Value> {
    let lambda = try transcript.draw("\(label).lambda")
    let rounds = try SumcheckRounds.verify(
      claim: claim.numerator + claim.denominator.scaled(by: lambda), weights: claim.point,
      degree: degree, label: label, transcript: &transcript)
    let children = Children(try transcript.read("\(label).children", count: 4))
    let products = try transcript.multiply("\(label).products", children.factors(lambda))
    guard transcript.areEqual(products[0] + products[1], rounds.value) else {
      throw .layer(label: label, layer: layer)
    }
    let mu = try transcript.draw("\(label).mu")
    return children.claim(mu: mu, point: rounds.point)
  }

  /// The values of both children's numerators and denominators at one point.
  package struct Children<Value: AffineValue> {
    package let p0: Value
    package let q0: Value
    package let p1: Value
    package let q1: Value

    /// Takes p₀, q₀, p₁, q₁, in the order of the message.
    package init(_ sent: [Value]) {
      (p0, q0, p1, q1) = (sent[0], sent[1], sent[2], sent[3])
    }

    /// Two pairs whose products add up to the parent's p + λ·q.
    package func factors(_ lambda: Value.Scalar) -> [(Value, Value)] {
      [(p0, q1), (q0, p1 + q1.scaled(by: lambda))]
    }

    /// The parent's p + λ·q.
    package func batched(_ lambda: Value) -> Value where Value: ChallengeField {
      p0 * q1 + q0 * (p1 + lambda * q1)
    }

    /// The claim on the layer of the children.
    package func claim(mu: Value.Scalar, point: [Value.Scalar]) -> LeafClaim<Value> {
      LeafClaim(
        point: [mu] + point, numerator: p0 + (p1 - p0).scaled(by: mu),
        denominator: q0 + (q1 - q0).scaled(by: mu))
    }
  }

  /// The message that masked roots need to be compared: products for each root but the first.
  public static func cancellationSchedule(
    rootCount: Int, label: String, isMasked: Bool
  ) -> [Schedule.Step] {
    (1..<max(1, rootCount)).flatMap { _ in
      SumMessage.products("\(label).products", 3, isMasked: isMasked)
    }
  }

  /// The pairs whose products add a fraction to another: two for the numerator, one for the
  /// denominator.
  package static func factors<Value: AffineValue>(
    adding root: Root<Value>, to sum: (numerator: Value, denominator: Value)
  ) -> [(Value, Value)] {
    [
      (sum.numerator, root.denominator), (sum.denominator, root.numerator),
      (sum.denominator, root.denominator),
    ]
  }

  /// Accepts when the sum over all roots is zero.
  ///
  /// - Throws: `SumcheckError.fractionsDoNotCancel`, `.transcript` where roots are masked.
  public static func requireCancellation<T: ClaimReader & ~Copyable>(
    _ roots: [Root<T.Value>], label: String, transcript: inout T
  ) throws(SumcheckError) {
    guard let first = roots.first else { return }
    var (numerator, denominator) = (first.numerator, first.denominator)
    for root in roots.dropFirst() {
      let products = try transcript.multiply(
        "\(label).products", factors(adding: root, to: (numerator, denominator)))
      (numerator, denominator) = (products[0] + products[1], products[2])
    }
    guard transcript.areEqual(numerator, T.Value(constant: .zero)) else {
      throw .fractionsDoNotCancel
    }
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
