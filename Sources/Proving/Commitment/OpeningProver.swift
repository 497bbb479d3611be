internal import AssayAlgebra
public import AssayCommitments
internal import AssayCryptography
public import AssayTranscripts

/// Shows that claims about committed columns hold, in one opening of all oracles.
///
/// The protocol is described where it is checked, in `AssayCommitments`.
public enum OpeningProver {
  /// Sends the opening.
  ///
  /// A false claim leads to a proof that is refused; it is not looked for here.
  ///
  /// - Parameters:
  ///   - claims: what is to be shown; at least one.
  ///   - oracles: in the order that claims number them in.
  ///   - transcript: has absorbed the roots, and everything that the claims depend on.
  /// - Throws: `CommitmentError.parameters` or `.claim` when they do not fit the oracles,
  ///   `.transcript` when the schedule is another.
  @specialized(where A == GoldilocksArithmetic)
  @specialized(where A == PlainArithmetic<NativeBN254Scalar>)
  public static func open<A: CommitmentArithmetic>(
    claims: [LinearClaim<A.K>], oracles: [CommittedOracle<A>], parameters: CommitmentParameters,
    arithmetic: A, transcript: inout TranscriptWriter<A.K>
  ) throws(CommitmentError) {
    let layouts = oracles.map(\.layout)
    let stack = try RowStack(layouts)
    try parameters.check(layouts: layouts, twoAdicity: A.K.Base.twoAdicity)
    guard !claims.isEmpty else {
      throw .claim(claim: 0, reason: "expected at least 1 claim, found none")
    }
    var weights: [[[BlockWeight<A.K>]]] = []
    for (number, claim) in claims.enumerated() {
      weights.append(
        try claim.blockWeights(layouts: layouts, stack: stack, number: number))
    }
    do throws(TranscriptError) {
      let batch = try transcript.challenge(OpeningLabel.claims)
      let matrix = WeightMatrix(
        claims: weights, batch: batch, stack: stack, arithmetic: arithmetic)
      var opening = Opening(
        arithmetic: arithmetic, parameters: parameters, stack: stack, oracles: oracles)
      try opening.foldRows(matrix, &transcript)
      try opening.foldLevels(&transcript)
      try opening.sendLast(&transcript)
    } catch { throw .transcript(error) }
  }
}

/// What the prover of an opening holds between its messages: the vector y that the rows have folded
/// to, and the weights that the claims have on it.
private struct Opening<A: CommitmentArithmetic> {
  typealias K = A.K

  let arithmetic: A
  let parameters: CommitmentParameters
  let stack: RowStack
  let oracles: [CommittedOracle<A>]
  private var vector: [K] = []
  private var weights: [K] = []
  /// The code words of the current level, when it is not level 0.
  private var code: A.Code?

  init(
    arithmetic: A, parameters: CommitmentParameters, stack: RowStack,
    oracles: [CommittedOracle<A>]
  ) {
    self.arithmetic = arithmetic
    self.parameters = parameters
    self.stack = stack
    self.oracles = oracles
  }

  /// Level 0. While row bits are bound, a part of the weights only needs its inner products with
  /// the rows, so the rounds run on one element for each part and row.
  mutating func foldRows(
    _ matrix: WeightMatrix<K>, _ transcript: inout TranscriptWriter<K>
  ) throws(TranscriptError) {
    var rowWeights = matrix.rows
    var products = self.products(of: matrix.parts)
    var point: [K] = []
    for _ in 0..<stack.rowIndexBits {
      var message = (atZero: K.zero, leading: K.zero)
      for part in products.indices {
        let values = Self.round(rowWeights[part], products[part])
        message.atZero += values.atZero
        message.leading += values.leading
      }
      try transcript.send(OpeningLabel.round(0), elements: [message.atZero, message.leading])
      let challenge = try transcript.challenge(OpeningLabel.challenge(0))
      for part in products.indices {
        Self.bind(&rowWeights[part], to: challenge)
        Self.bind(&products[part], to: challenge)
      }
      point.append(challenge)
    }
    weights = [K](repeating: .zero, count: 1 << stack.columnIndexBits)
    for (part, rows) in zip(matrix.parts, rowWeights) {
      arithmetic.add(part.values, times: rows[0], to: &weights, at: part.start)
    }
    vector = [K](repeating: .zero, count: 1 << stack.columnIndexBits)
    let table = Multilinear.eqTable(point)
    for (oracle, start) in zip(oracles, stack.starts) {
      arithmetic.addRows(
        oracle.rows, layout: oracle.layout,
        weights: table[start..<start + oracle.layout.rowCount], to: &vector)
    }
  }

  /// For each part its inner products with all rows of the stack.
  private func products(of parts: [ColumnPart<K>]) -> [[K]] {
    parts.map { part in
      var products = [K](repeating: .zero, count: 1 << stack.rowIndexBits)
      for (oracle, start) in zip(oracles, stack.starts) {
        let values = arithmetic.products(oracle.rows, layout: oracle.layout, part: part)
        products.replaceSubrange(start..<start + values.count, with: values)
      }
      return products
    }
  }

  private static func round(_ a: [K], _ b: [K]) -> (atZero: K, leading: K) {
    let half = a.count / 2
    var atZero = K.zero
    var leading = K.zero
    for index in 0..<half where a[index] != .zero || a[index + half] != .zero {
      atZero += a[index] * b[index]
      leading += (a[index + half] - a[index]) * (b[index + half] - b[index])
    }
    return (atZero, leading)
  }

  private static func bind(_ vector: inout [K], to challenge: K) {
    let half = vector.count / 2
    for index in 0..<half {
      vector[index] += challenge * (vector[index + half] - vector[index])
    }
    vector.removeLast(half)
  }

  mutating func foldLevels(
    _ transcript: inout TranscriptWriter<K>
  ) throws(TranscriptError) {
    let codes = parameters.codes
    for (previous, code) in zip(codes, codes.dropFirst()) {
      let committed = arithmetic.commit(vector, code: code)
      try transcript.send(OpeningLabel.root(code.level), digest: committed.root)
      try open(previous, &transcript)
      self.code = committed
      try bind(
        code.splitBits, round: OpeningLabel.round(code.level),
        challenge: OpeningLabel.challenge(code.level), &transcript)
    }
  }

  mutating func sendLast(_ transcript: inout TranscriptWriter<K>) throws(TranscriptError) {
    try transcript.send(OpeningLabel.last, elements: vector)
    let codes = parameters.codes
    try open(codes[codes.count - 1], &transcript)
    try bind(
      parameters.lastBits, round: OpeningLabel.lastRound,
      challenge: OpeningLabel.lastChallenge, &transcript)
  }

  /// Opens drawn positions of a level, and adds to the weights what the columns say of the vector.
  private mutating func open(
    _ code: CommitmentParameters.Code, _ transcript: inout TranscriptWriter<K>
  ) throws(TranscriptError) {
    try transcript.grind(OpeningLabel.grind(code.level))
    let indices = Set(try transcript.indices(OpeningLabel.indices(code.level))).sorted()
    let bytes =
      self.code?.opening(at: indices) ?? oracles.flatMap { $0.code.opening(at: indices) }
    try transcript.send(OpeningLabel.columns(code.level), opening: bytes)
    let batch = try transcript.challenge(OpeningLabel.batch(code.level))
    var power = K.one
    let coefficients = indices.map { _ in
      power *= batch
      return power
    }
    arithmetic.addPowers(
      indices: indices, coefficients: coefficients, code: code, to: &weights)
  }

  private mutating func bind(
    _ count: Int, round: String, challenge: String, _ transcript: inout TranscriptWriter<K>
  ) throws(TranscriptError) {
    for _ in 0..<count {
      let message = arithmetic.round(weights, vector)
      try transcript.send(round, elements: [message.atZero, message.leading])
      let r = try transcript.challenge(challenge)
      arithmetic.bind(&weights, to: r)
      arithmetic.bind(&vector, to: r)
    }
  }
}
