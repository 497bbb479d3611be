internal import AssayAlgebra
internal import AssayCommitments
internal import AssaySumcheck
internal import AssayTranscripts

/// Reads the masked messages of a hiding proof, and notes what must hold of the pads.
///
/// The verifiers of sums compute with what it reads as they do with elements. What they would
/// compare or multiply is noted; `settle` turns all notes into claims about the committed pads (the
/// way of Frigo and shelat, ePrint 2024/2010).
struct MaskedReader<R: MessageReader & ~Copyable>: ~Copyable, ClaimReader {
  typealias K = R.K
  typealias Value = MaskedValue<K>

  var transcript: R
  /// Messages' elements so far: as many pads.
  private var padCount = 0
  /// Values that must be zero.
  private var zeros: [Value] = []
  /// Values a, b and c that must have a·b = c.
  private var products: [(a: Value, b: Value, c: Value)] = []

  init(_ transcript: consuming R) {
    self.transcript = transcript
  }

  mutating func values(_ label: String) throws(TranscriptError) -> [Value] {
    unmask(try transcript.masked(label))
  }

  private mutating func unmask(_ sent: [K]) -> [Value] {
    sent.map { element in
      defer { padCount += 1 }
      return Value(constant: element) - Value(pad: padCount)
    }
  }

  mutating func challenges(_ label: String) throws(TranscriptError) -> [K] {
    try transcript.challenges(label)
  }

  mutating func challenge(_ label: String) throws(TranscriptError) -> K {
    try transcript.challenge(label)
  }

  mutating func products(
    _ label: String, _ pairs: [(Value, Value)]
  ) throws(TranscriptError) -> [Value] {
    let values = unmask(try transcript.products(label))
    for (pair, value) in zip(pairs, values) { products.append((pair.0, pair.1, value)) }
    return values
  }

  mutating func areEqual(_ left: Value, _ right: Value) -> Bool {
    zeros.append(left - right)
    return true
  }

  mutating func isNotZero(_ label: String, _ value: Value) throws(TranscriptError) -> Bool {
    let inverses = unmask(try transcript.products(label))
    for inverse in inverses { products.append((value, inverse, Value(constant: .one))) }
    return inverses.count == 1
  }

  /// Reads what shows that the noted products hold, and returns all that is left to be shown: the
  /// claims, about columns and pads, and one that says of the pads what was noted.
  ///
  /// - Soundness: after the pads are bound a false note passes with probability at most
  ///   (3 · rounds + notes) / |K|.
  mutating func settle(
    _ claims: [LinearClaim<Value>], pads: PadSetting, oracle: Int
  ) throws(SumcheckError) -> [LinearClaim<K>] {
    let tau: [K]
    do { tau = try challenges(PadLabel.tau) } catch { throw .transcript(error) }
    // u·v = w masks the ends: u and v are in nothing else.
    let (u, v, w) = (pads.count - 3, pads.count - 2, pads.count - 1)
    let triples = products + [(Value(pad: u), Value(pad: v), Value(pad: w))]
    guard tau.count == pads.productBits, triples.count == pads.productCount + 1 else {
      throw .transcript(
        .count(label: PadLabel.tau, expected: pads.productBits, found: tau.count))
    }
    let rounds = try SumcheckRounds.verify(
      claim: Value(constant: .zero), weights: tau, degree: PadSetting.degreeOfProducts,
      label: PadLabel.products, transcript: &self)
    let ends: [K]
    let batch: K
    do {
      ends = try transcript.elements(PadLabel.ends)
      batch = try transcript.challenge(PadLabel.batch)
    } catch {
      throw .transcript(error)
    }
    guard ends.count == 2 else {
      throw .transcript(.count(label: PadLabel.ends, expected: 2, found: ends.count))
    }
    let weights = Multilinear.eqTable(rounds.point)
    var (a, b) = (Combination(count: pads.count), Combination(count: pads.count))
    var rest = Combination(count: pads.count)
    for (triple, weight) in zip(triples, weights) {
      a.add(triple.a, times: weight)
      b.add(triple.b, times: weight)
      rest.add(triple.c, times: weight)
    }
    rest.add(rounds.value, times: .one)
    // a(r) = ends₀, b(r) = ends₁, and the rounds end in their product less c(r).
    a.constant -= ends[0]
    b.constant -= ends[1]
    rest.constant -= ends[0] * ends[1]
    var all = Combination(count: pads.count)
    for value in zeros.reversed() { all.advance(batch, adding: value) }
    for combination in [rest, b, a] { all.advance(batch, adding: combination) }
    let claim = LinearClaim(
      terms: [Self.term(.vector(all.factors), oracle: oracle)], value: -all.constant)
    return claims.map { Self.claim($0, oracle: oracle) } + [claim]
  }

  /// A claim with the pads in its value moved to its terms.
  private static func claim(_ claim: LinearClaim<Value>, oracle: Int) -> LinearClaim<K> {
    let factors = claim.value.terms.map { ($0.pad, -$0.factor) }
    let pads = factors.isEmpty ? [] : [term(.sparse(factors), oracle: oracle)]
    return LinearClaim(terms: claim.terms + pads, value: claim.value.constant)
  }

  /// The sum of pads times weights: of their coordinates, times the basis.
  private static func term(_ weights: Weight<K>, oracle: Int) -> Term<K> {
    let words = K.Base.byteCount / 8
    let basis = (0..<K.byteCount / K.Base.byteCount).map { coordinate in
      var bits = [UInt64](repeating: 0, count: K.byteCount / 8)
      bits[coordinate * words] = 1
      return K(canonicalWords: bits[...]) ?? .zero
    }
    return .tensor(
      oracle: oracle, column: 0, coefficient: .one, weights: [weights, .vector(basis)])
  }

  /// A sum of masked values.
  private struct Combination {
    var constant = K.zero
    /// The factor of each pad.
    var factors: [K]

    init(count: Int) {
      factors = [K](repeating: .zero, count: count)
    }

    mutating func add(_ value: Value, times factor: K) {
      constant += value.constant * factor
      for term in value.terms { factors[term.pad] += term.factor * factor }
    }

    /// One step of Horner's scheme.
    mutating func advance(_ batch: K, adding value: Value) {
      scale(by: batch)
      add(value, times: .one)
    }

    mutating func advance(_ batch: K, adding other: Combination) {
      scale(by: batch)
      constant += other.constant
      for pad in factors.indices { factors[pad] += other.factors[pad] }
    }

    private mutating func scale(by batch: K) {
      constant *= batch
      for pad in factors.indices { factors[pad] *= batch }
    }
  }
}
