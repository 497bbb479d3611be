internal import AssayAlgebra
internal import AssayCryptography
internal import AssayTranscripts

/// What the verifier of an opening holds while messages arrive: the running claim, the point that
/// the challenges make up, and the claims that opened columns have added.
struct OpeningState<K: ChallengeField> {
  /// ⟨y, (1, x, x², …)⟩ for one opened position x of a level's code words, with the power of the
  /// challenge that batches it.
  private struct Query {
    var position: K.Base
    var coefficient: K
    /// Whose position it is, and how long the vector is that y is a part of.
    var code: CommitmentParameters.Code
    var vectorBits: Int
  }

  /// The committed matrices that one code encodes, and the weights that fold their rows.
  private struct Encoded {
    var code: CommitmentParameters.Code
    var trees: [OpenedColumns.Tree]
    var weights: [[K]]
    /// log₂ of the length of the vector that all rows of the level fold to, rounded up.
    var vectorBits: Int
  }

  private var sum: K
  private let parameters: CommitmentParameters
  /// What the committed rows count for beside the masks.
  private var share = K.one
  private var point: [K] = []
  private var queries: [Query] = []

  init(sum: K, parameters: CommitmentParameters) {
    self.sum = sum
    self.parameters = parameters
  }

  /// Reads all messages and returns the vector that is sent in the end.
  mutating func receive<R: MessageReader<K> & ~Copyable>(
    oracles: [(layout: OracleLayout, root: Digest)], stack: RowStack,
    from transcript: inout R
  ) throws(CommitmentError) -> [K] {
    do {
      if parameters.isHiding {
        // The rows are masked: the claim is about share · rows + masks.
        let mask = try Self.elements(1, OpeningLabel.mask, from: &transcript)
        share = try transcript.challenge(OpeningLabel.maskChallenge)
        sum = share * sum + mask[0]
      }
      try bind(
        stack.rowIndexBits, round: OpeningLabel.round(0), challenge: OpeningLabel.challenge(0),
        from: &transcript)
    } catch { throw .transcript(error) }
    var below = level0(oracles: oracles, stack: stack)
    for code in parameters.codesOfLevels {
      let root: Digest
      do { root = try transcript.digest(OpeningLabel.root(code.level)) } catch {
        throw .transcript(error)
      }
      for encoded in below { try open(encoded, from: &transcript) }
      let begin = point.count
      do {
        try bind(
          code.roundCount, round: OpeningLabel.round(code.level),
          challenge: OpeningLabel.challenge(code.level), from: &transcript)
      } catch { throw .transcript(error) }
      let tree = OpenedColumns.Tree(
        oracle: 0, rowCount: code.rowCount,
        header: LeafHeader.bytes(of: code, elementByteCount: K.byteCount), root: root)
      let weights = Array(Multilinear.eqTable(Array(point[begin...])).prefix(code.rowCount))
      below = [
        Encoded(code: code, trees: [tree], weights: [weights], vectorBits: code.vectorBits)
      ]
    }
    let last: [K]
    do {
      last = try Self.elements(parameters.lastCount, OpeningLabel.last, from: &transcript)
    } catch { throw .transcript(error) }
    for encoded in below { try open(encoded, from: &transcript) }
    do {
      try bind(
        parameters.lastBits, round: OpeningLabel.lastRound,
        challenge: OpeningLabel.lastChallenge, from: &transcript)
    } catch { throw .transcript(error) }
    return last
  }

  /// The committed matrices, those with rows of one length together, and the weights that fold
  /// their rows: eq of a row's place, and of the masks, which stand behind the last oracle's rows,
  /// 1 and the challenges.
  private func level0(
    oracles: [(layout: OracleLayout, root: Digest)], stack: RowStack
  ) -> [Encoded] {
    let table = Multilinear.eqTable(point)
    let vectorBits = stack.columnIndexBits + (parameters.isHiding ? 1 : 0)
    var encoded = parameters.codesOfRows.map {
      Encoded(code: $0, trees: [], weights: [], vectorBits: vectorBits)
    }
    for (number, (oracle, start)) in zip(oracles, stack.starts).enumerated() {
      let segment = stack.segmentNumbers[number]
      let masks =
        number + 1 == oracles.count ? parameters.maskCount(rounds: stack.rowIndexBits) : 0
      var own = Array(table[start..<start + oracle.layout.rowCount])
      if parameters.isHiding { for row in own.indices { own[row] *= share } }
      if masks > 0 { own += [K.one] + point }
      encoded[segment].weights.append(own)
      encoded[segment].trees.append(
        OpenedColumns.Tree(
          oracle: number, rowCount: own.count,
          header: LeafHeader.bytes(
            of: oracle.layout, rateBits: parameters.rowCodes[segment].rateBits,
            elementByteCount: K.Base.byteCount, isHidden: parameters.isHiding, maskCount: masks),
          root: oracle.root))
    }
    return encoded
  }

  /// Rounds of the sumcheck: a polynomial g of degree 2 with g(0) + g(1) = sum, given by g(0) and
  /// its leading coefficient; the sum becomes its value at the challenge.
  private mutating func bind<R: MessageReader<K> & ~Copyable>(
    _ count: Int, round: String, challenge: String, from transcript: inout R
  ) throws(TranscriptError) {
    for _ in 0..<count {
      let message = try Self.elements(openingRoundElementCount, round, from: &transcript)
      let r = try transcript.challenge(challenge)
      let (atZero, leading) = (message[0], message[1])
      let linear = sum - atZero - atZero - leading
      sum = atZero + r * (linear + r * leading)
      point.append(r)
    }
  }

  /// Reads elements, and refuses a schedule that is not this opening's.
  private static func elements<R: MessageReader<K> & ~Copyable>(
    _ count: Int, _ label: String, from transcript: inout R
  ) throws(TranscriptError) -> [K] {
    let elements = try transcript.elements(label)
    guard elements.count == count else {
      throw .count(label: label, expected: count, found: elements.count)
    }
    return elements
  }

  /// Draws positions of a level's code words, reads the columns there, and adds what they say
  /// about the vector that the columns fold to.
  private mutating func open<R: MessageReader<K> & ~Copyable>(
    _ encoded: Encoded, from transcript: inout R
  ) throws(CommitmentError) {
    let (code, trees, weights) = (encoded.code, encoded.trees, encoded.weights)
    let drawn: [Int]
    let bytes: [UInt8]
    let batch: K
    do {
      try transcript.grind(OpeningLabel.grind(code.level))
      drawn = try transcript.indices(OpeningLabel.indices(code.level))
      bytes = try transcript.opening(OpeningLabel.columns(code.level))
      batch = try transcript.challenge(OpeningLabel.batch(code.level))
    } catch { throw .transcript(error) }
    let indices = Set(drawn).sorted()
    let opened = try OpenedColumns(
      bytes: bytes, level: code.level,
      elementByteCount: code.level == 0 ? K.Base.byteCount : K.byteCount,
      indices: indices, codeBits: code.codeBits,
      isSalted: code.level == 0 && parameters.isHiding, trees: trees)
    let columns = try opened.authenticatedColumns()
    var values = [K](repeating: .zero, count: indices.count)
    for tree in trees.indices {
      let width = weights[tree].count
      if code.level == 0 {
        let elements = try opened.elements(columns[tree], as: K.Base.self, tree: tree)
        for index in indices.indices {
          values[index] += K.dot(
            weights[tree], Array(elements[index * width..<(index + 1) * width]))
        }
      } else {
        let elements = try opened.elements(columns[tree], as: K.self, tree: tree)
        for index in indices.indices {
          for row in 0..<width {
            values[index] += weights[tree][row] * elements[index * width + row]
          }
        }
      }
    }
    let root = K.Base.rootOfUnity(log2Order: code.codeBits)
    var power = K.one
    for (index, value) in zip(indices, values) {
      power *= batch
      sum += power * value
      queries.append(
        Query(
          position: root.power(UInt64(index)), coefficient: power, code: code,
          vectorBits: encoded.vectorBits))
    }
  }

  /// Compares the running claim with what the claims' weights and the opened positions' make of
  /// the last vector at the point.
  ///
  /// - Throws: `CommitmentError.sum`.
  func finish(
    last: [K], weights: [[[BlockWeight<K>]]], batch: K, stack: RowStack
  ) throws(CommitmentError) {
    // Claims are about the columns before the tails: those whose index has the first bit 0.
    var columns = point[stack.rowIndexBits...]
    let first = parameters.isHiding ? columns.removeFirst() : .zero
    let rows = point[..<stack.rowIndexBits]
    var evaluators: [RowStack.Segment: ClaimEvaluator<K>] = [:]
    var total = K.zero
    for claim in weights.reversed() {
      var value = K.zero
      for term in claim {
        // A term whose weights are zero on all blocks adds nothing.
        guard let segment = term.first?.segment else { continue }
        value += evaluators[
          segment, default: ClaimEvaluator(segment, rows: rows, columns: columns)
        ].evaluate(term)
      }
      total = total * batch + value
    }
    total *= .one - first
    for query in queries { total += query.coefficient * evaluate(query) }
    let missing = [K](repeating: .zero, count: 1 << parameters.lastBits - last.count)
    let value = Multilinear.evaluate(
      last + missing, at: Array(point.suffix(parameters.lastBits)))
    guard total * value == sum else { throw .sum }
  }

  /// The multilinear extension of (1, x, x², …) at the point: a product over the bits of an index,
  /// of which the one of weight 2ʲ chooses between 1 and x^(2ʲ); and of the place of y in its
  /// vector.
  private func evaluate(_ query: Query) -> K {
    let own = point.suffix(query.vectorBits)
    let bits = query.code.vectorBits
    var product = Multilinear.eqAtIndex(
      own.dropLast(bits), index: query.code.vectorStart >> bits)
    var square = query.position
    for coordinate in own.suffix(bits).reversed() {
      product *= K.one + coordinate * (square - .one)
      square *= square
    }
    return product
  }
}
