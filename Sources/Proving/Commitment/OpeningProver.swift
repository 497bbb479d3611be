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
    let isMasked: Bool
    do throws(TranscriptError) {
      let batch = try transcript.challenge(OpeningLabel.claims)
      let matrix = WeightMatrix(
        claims: weights, batch: batch, stack: stack, arithmetic: arithmetic)
      var opening = Opening(
        arithmetic: arithmetic, parameters: parameters, stack: stack, oracles: oracles)
      isMasked = try opening.foldRows(matrix, &transcript)
      if isMasked {
        try opening.foldLevels(&transcript)
        try opening.sendLast(&transcript)
      }
    } catch { throw .transcript(error) }
    guard isMasked else {
      throw .parameters(
        reason: "expected claims on enough columns that masks hide every round, found others")
    }
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
  ///
  /// - Returns: whether masks hid every message, which the weights decide. A transparent opening
  ///   hides nothing and succeeds.
  mutating func foldRows(
    _ matrix: WeightMatrix<K>, _ transcript: inout TranscriptWriter<K>
  ) throws(TranscriptError) -> Bool {
    var rowWeights = matrix.rows
    var (products, masks) = self.products(of: matrix.parts)
    var point: [K] = []
    var share = K.one
    if parameters.isHiding {
      let tables = masks.map { MaskRounds.table(of: $0) }
      let mask = zip(rowWeights, tables).reduce(K.zero) { sum, part in
        zip(part.0, part.1).reduce(sum) { $0 + $1.0 * $1.1 }
      }
      try transcript.send(OpeningLabel.mask, elements: [mask])
      share = try transcript.challenge(OpeningLabel.maskChallenge)
      for (part, table) in tables.enumerated() {
        for row in table.indices {
          products[part][row] = share * products[part][row] + table[row]
        }
      }
    }
    for _ in 0..<stack.rowIndexBits {
      if parameters.isHiding,
        !MaskRounds.hide(parts: matrix.parts, rowWeights, columnCount: 1 << parameters.rowBits)
      {
        return false
      }
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
    // Behind the columns stand the tails, on which no claim has weights.
    let count = 1 << parameters.codes[0].vectorBits
    weights = [K](repeating: .zero, count: count)
    for (part, rows) in zip(matrix.parts, rowWeights) {
      arithmetic.add(part.values, times: rows[0], to: &weights, at: part.start)
    }
    vector = [K](repeating: .zero, count: count)
    let table = Multilinear.eqTable(point)
    for (number, (oracle, start)) in zip(oracles, stack.starts).enumerated() {
      var rows = Array(table[start..<start + oracle.layout.rowCount])
      if parameters.isHiding {
        for row in rows.indices { rows[row] *= share }
        if number + 1 == oracles.count { rows += [K.one] + point }
      }
      arithmetic.addRows(oracle.rows, layout: oracle.layout, weights: rows[...], to: &vector)
    }
    return true
  }

  /// For each part its inner products with all rows of the stack, and with the masks.
  private func products(of parts: [ColumnPart<K>]) -> (rows: [[K]], masks: [[K]]) {
    var masks: [[K]] = []
    let rows = parts.map { part in
      var products = [K](repeating: .zero, count: 1 << stack.rowIndexBits)
      var last: [K] = []
      for (oracle, start) in zip(oracles, stack.starts) {
        last = arithmetic.products(oracle.rows, layout: oracle.layout, part: part)
        let count = oracle.layout.rowCount
        products.replaceSubrange(start..<start + count, with: last[..<count])
        last.removeFirst(count)
      }
      masks.append(last)
      return products
    }
    return (rows, masks)
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
      let rows = code.rowCount << code.messageBits
      let committed = arithmetic.commit(
        rows == vector.count ? vector : Array(vector[..<rows]), code: code)
      try transcript.send(OpeningLabel.root(code.level), digest: committed.root)
      try open(previous, &transcript)
      self.code = committed
      try bind(
        code.roundCount, round: OpeningLabel.round(code.level),
        challenge: OpeningLabel.challenge(code.level), &transcript)
    }
  }

  mutating func sendLast(_ transcript: inout TranscriptWriter<K>) throws(TranscriptError) {
    try transcript.send(OpeningLabel.last, elements: Array(vector.prefix(parameters.lastCount)))
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
