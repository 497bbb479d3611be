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
  /// the rows, so the first rounds run on one element for each part and row; then the rows are
  /// bound to their challenges, and the others run on vectors.
  mutating func foldRows(
    _ matrix: WeightMatrix<K>, roundsOverRows: Int? = nil, _ transcript: inout TranscriptWriter<K>
  ) throws(TranscriptError) {
    let rounds = roundsOverRows ?? matrix.roundsOverRows(stack: stack)
    var rowWeights = matrix.rows
    var products = matrix.parts.enumerated().map { number, part in
      self.products(of: part, rows: matrix.rowsNeeded(ofPart: number, rounds: rounds))
    }
    var point: [K] = []
    for _ in 0..<rounds {
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
    bindRows(to: point)
    weights = [K](repeating: .zero, count: vector.count)
    for (part, rows) in zip(matrix.parts, rowWeights) {
      for (row, weight) in rows.enumerated() where weight != .zero {
        arithmetic.add(
          part.values, times: weight, to: &weights,
          at: row << stack.columnIndexBits + part.start)
      }
    }
    try bind(
      stack.rowIndexBits - rounds, round: OpeningLabel.round(0),
      challenge: OpeningLabel.challenge(0), &transcript)
  }

  /// A part's inner products with some rows of the stack; zero for the others.
  private func products(of part: ColumnPart<K>, rows: [Int]) -> [K] {
    var products = [K](repeating: .zero, count: 1 << stack.rowIndexBits)
    for (oracle, start) in zip(oracles, stack.starts) {
      let end = start + oracle.layout.rowCount
      let chosen = rows.filter { start <= $0 && $0 < end }
      let values = arithmetic.products(
        oracle.rows, layout: oracle.layout, part: part, choosing: chosen.map { $0 - start })
      for (row, value) in zip(chosen, values) { products[row] = value }
    }
    return products
  }

  /// Makes the vector: all rows, with the first bits of their numbers bound to a point.
  private mutating func bindRows(to point: [K]) {
    let table = Multilinear.eqTable(point)
    let left = 1 << (stack.rowIndexBits - point.count)
    vector = [K](repeating: .zero, count: left << stack.columnIndexBits)
    for (oracle, start) in zip(oracles, stack.starts) {
      let end = start + oracle.layout.rowCount
      for row in 0..<left {
        // Row `row` of the vector is bound from every left-th row of the stack.
        let chosen = table.indices.filter { (start..<end).contains($0 * left + row) }
        arithmetic.addRows(
          oracle.rows, layout: oracle.layout, choosing: chosen.map { $0 * left + row - start },
          weights: chosen.map { table[$0] }, to: &vector, at: row << stack.columnIndexBits)
      }
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
    var last: K?
    for _ in 0..<count {
      let message = arithmetic.round(&weights, &vector, after: last)
      try transcript.send(round, elements: [message.atZero, message.leading])
      last = try transcript.challenge(challenge)
    }
    guard let last else { return }
    arithmetic.bind(&weights, to: last)
    arithmetic.bind(&vector, to: last)
  }
}
