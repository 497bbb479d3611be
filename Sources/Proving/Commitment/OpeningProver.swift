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
  /// What the rows count for beside the masks of a hiding opening.
  private var share = K.one
  /// What is opened on level 0, by the codes of rows, and then on the level that is reached.
  private var below: [(code: CommitmentParameters.Code, words: [A.Code])]

  init(
    arithmetic: A, parameters: CommitmentParameters, stack: RowStack,
    oracles: [CommittedOracle<A>]
  ) {
    self.arithmetic = arithmetic
    self.parameters = parameters
    self.stack = stack
    self.oracles = oracles
    below = parameters.codesOfRows.map { code in
      (code, oracles.filter { $0.layout.rowBits == code.messageBits }.map(\.code))
    }
  }

  /// The oracles, each with its place in the stack.
  private var places: [(oracle: CommittedOracle<A>, firstRow: Int, segment: RowStack.Segment)] {
    oracles.indices.map {
      (oracles[$0], stack.starts[$0], stack.segments[stack.segmentNumbers[$0]])
    }
  }

  /// Level 0. While row bits are bound, a part of the weights only needs its inner products with
  /// the rows, so the first rounds run on one element for each part and row; then the rows are
  /// bound to their challenges, and the others run on vectors.
  ///
  /// - Returns: whether masks hid every message, which the weights decide. A transparent opening
  ///   hides nothing and succeeds.
  mutating func foldRows(
    _ matrix: WeightMatrix<K>, roundsOverRows: Int? = nil, _ transcript: inout TranscriptWriter<K>
  ) throws(TranscriptError) -> Bool {
    let rounds = roundsOverRows ?? matrix.roundsOverRows(stack: stack)
    var rowWeights = matrix.rows
    let rowsNeeded = matrix.parts.indices.map { matrix.rowsNeeded(ofPart: $0, rounds: rounds) }
    var products = zip(matrix.parts, rowsNeeded).map { self.products(of: $0, rows: $1) }
    try addMasks(matrix, rowsNeeded, to: &products, &transcript)
    var point: [K] = []
    for _ in 0..<rounds {
      guard isMasked(matrix, rowWeights) else { return false }
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
    let left = stack.rowIndexBits - rounds
    // One by one where each round's weights decide whether it is masked.
    for count in parameters.isHiding ? Array(repeating: 1, count: left) : [left] {
      guard isMasked(matrix, rowWeights) else { return false }
      let challenges = try bind(
        count, round: OpeningLabel.round(0), challenge: OpeningLabel.challenge(0), &transcript)
      if parameters.isHiding {
        for part in rowWeights.indices { Self.bind(&rowWeights[part], to: challenges[0]) }
      }
      point += challenges
    }
    appendTails(point)
    return true
  }

  /// Whether the mask of the next round hides its message; a transparent opening has nothing to
  /// hide.
  private func isMasked(_ matrix: WeightMatrix<K>, _ rowWeights: [[K]]) -> Bool {
    !parameters.isHiding
      || MaskRounds.hide(
        parts: matrix.parts, rowWeights, columnCount: 1 << stack.columnIndexBits)
  }

  /// The numbers of the rows that mask the opening, behind the last oracle's own.
  private var maskRows: Range<Int> {
    let first = oracles[oracles.count - 1].layout.rowCount
    return first..<first + parameters.maskCount(rounds: stack.rowIndexBits)
  }

  /// Sends what the masks add to the claim; then products are those of share · row + mask.
  private mutating func addMasks(
    _ matrix: WeightMatrix<K>, _ rowsNeeded: [[Int]], to products: inout [[K]],
    _ transcript: inout TranscriptWriter<K>
  ) throws(TranscriptError) {
    guard parameters.isHiding, let last = oracles.last else { return }
    let tables = matrix.parts.map { part in
      MaskRounds.table(
        of: arithmetic.products(
          last.rows, layout: last.layout, part: part, choosing: Array(maskRows)))
    }
    var mask = K.zero
    for (weights, table) in zip(matrix.rows, tables) {
      for (row, weight) in weights.enumerated() where weight != .zero {
        mask += weight * table[row]
      }
    }
    try transcript.send(OpeningLabel.mask, elements: [mask])
    share = try transcript.challenge(OpeningLabel.maskChallenge)
    for (part, table) in tables.enumerated() {
      for row in rowsNeeded[part] {
        products[part][row] = share * products[part][row] + table[row]
      }
    }
  }

  /// A part's inner products with some rows of the stack; zero for the others.
  private func products(of part: ColumnPart<K>, rows: [Int]) -> [K] {
    var products = [K](repeating: .zero, count: 1 << stack.rowIndexBits)
    for (oracle, start, segment) in places
    where part.start >= segment.start && part.start < segment.start + 1 << segment.bits {
      let end = start + oracle.layout.rowCount
      let chosen = rows.filter { start <= $0 && $0 < end }
      let values = arithmetic.products(
        oracle.rows, layout: oracle.layout,
        part: ColumnPart(start: part.start - segment.start, values: part.values),
        choosing: chosen.map { $0 - start })
      for (row, value) in zip(chosen, values) { products[row] = value }
    }
    return products
  }

  /// Makes the vector: all rows, with the first bits of their numbers bound to a point.
  private mutating func bindRows(to point: [K]) {
    let table = Multilinear.eqTable(point)
    let bits = stack.rowIndexBits - point.count
    let left = 1 << bits
    vector = [K](repeating: .zero, count: left << stack.columnIndexBits)
    for (oracle, start, segment) in places {
      let end = start + oracle.layout.rowCount
      for row in 0..<left {
        // Row `row` of the vector is bound from every left-th row of the stack.
        let chosen = table.indices.filter { (start..<end).contains($0 * left + row) }
        arithmetic.addRows(
          oracle.rows, layout: oracle.layout, choosing: chosen.map { $0 * left + row - start },
          weights: chosen.map { parameters.isHiding ? share * table[$0] : table[$0] },
          to: &vector, at: row << stack.columnIndexBits + segment.start)
      }
    }
    guard parameters.isHiding, let last = oracles.last else { return }
    for row in 0..<left {
      let rest = (0..<bits).map { row >> (bits - 1 - $0) & 1 == 1 ? K.one : .zero }
      arithmetic.addRows(
        last.rows, layout: last.layout, choosing: Array(maskRows),
        weights: [K.one] + point + rest, to: &vector, at: row << stack.columnIndexBits)
    }
  }

  /// Behind the columns come the tails, on which no claim has weights.
  private mutating func appendTails(_ point: [K]) {
    guard parameters.isHiding else { return }
    let columns = vector.count
    vector += [K](repeating: .zero, count: columns)
    weights += [K](repeating: .zero, count: columns)
    let table = Multilinear.eqTable(point)
    for (number, (oracle, start)) in zip(oracles, stack.starts).enumerated() {
      var rows = (start..<start + oracle.layout.rowCount).map { share * table[$0] }
      if number + 1 == oracles.count { rows += [K.one] + point }
      arithmetic.addTails(oracle.rows, weights: rows, to: &vector, at: columns)
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
    for code in parameters.codesOfLevels {
      let rows = code.rowCount << code.messageBits
      let committed = arithmetic.commit(
        rows == vector.count ? vector : Array(vector[..<rows]), code: code)
      try transcript.send(OpeningLabel.root(code.level), digest: committed.root)
      try openBelow(&transcript)
      below = [(code, [committed])]
      try bind(
        code.roundCount, round: OpeningLabel.round(code.level),
        challenge: OpeningLabel.challenge(code.level), &transcript)
    }
  }

  mutating func sendLast(_ transcript: inout TranscriptWriter<K>) throws(TranscriptError) {
    try transcript.send(OpeningLabel.last, elements: Array(vector.prefix(parameters.lastCount)))
    try openBelow(&transcript)
    try bind(
      parameters.lastBits, round: OpeningLabel.lastRound,
      challenge: OpeningLabel.lastChallenge, &transcript)
  }

  /// Opens drawn positions of the level below, and adds to the weights what the columns say of the
  /// vector.
  private mutating func openBelow(
    _ transcript: inout TranscriptWriter<K>
  ) throws(TranscriptError) {
    for (code, words) in below {
      try transcript.grind(OpeningLabel.grind(code.level))
      let indices = Set(try transcript.indices(OpeningLabel.indices(code.level))).sorted()
      let bytes = words.flatMap { $0.opening(at: indices) }
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
  }

  @discardableResult
  private mutating func bind(
    _ count: Int, round: String, challenge: String, _ transcript: inout TranscriptWriter<K>
  ) throws(TranscriptError) -> [K] {
    var point: [K] = []
    for _ in 0..<count {
      let message = arithmetic.round(&weights, &vector, after: point.last)
      try transcript.send(round, elements: [message.atZero, message.leading])
      point.append(try transcript.challenge(challenge))
    }
    guard let last = point.last else { return [] }
    arithmetic.bind(&weights, to: last)
    arithmetic.bind(&vector, to: last)
    return point
  }
}
