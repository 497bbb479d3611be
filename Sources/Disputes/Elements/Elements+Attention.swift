internal import AssaySpecification

extension AttentionInstruction {
  var written: [BufferID] {
    switch self {
    case .forward(_, _, _, let out, let maximum, let sum): [out.buffer, maximum, sum]
    case .gradient(_, _, _, _, _, _, let query, let key, let value):
      [query.buffer, key.buffer, value.buffer]
    }
  }

  func append(
    _ output: BufferID, _ element: Int, _ g: AttentionGeometry, to program: inout ElementProgram
  ) {
    switch self {
    case .forward(let query, let key, let value, let out, let maximum, let sum):
      let place =
        output == maximum || output == sum
        ? AttentionPlace(ofStatistic: element, g) : out.place(of: element, g)
      guard let place else { return program.appendUnchanged(output, element) }
      let row = AttentionRow(AttentionScores(query, key, g), place, &program)
      if output == maximum { return }
      row.appendSum(&program)
      if output == sum { return }
      let (maximum, sum) = (row.maximum, program.count - 1)
      _ = program.blocks(0..<place.seen(g)) { j, total, s throws(DisputeError) in
        let e = ScalarFunctions.exp(try row.score(j, s) - s.float(maximum))
        return ScalarFunctions.fma(
          e / (try s.float(sum)), try s.input(value.buffer, value.element(place, row: j, g)), total)
      }
    case .gradient(
      let query, let key, let value, let gradient, let maximum, let sum, let queryGradient,
      let keyGradient, let valueGradient):
      let terms = AttentionGradientTerms(
        probabilities: AttentionProbabilities(AttentionScores(query, key, g), maximum, sum),
        slopes: AttentionScores(gradient, value, g))
      if output == queryGradient.buffer, let place = queryGradient.place(of: element, g) {
        terms.appendQueryGradient(place, key, &program)
      } else if output == keyGradient.buffer, let place = keyGradient.place(of: element, g) {
        terms.appendKeyGradient(place, query, &program)
      } else if output == valueGradient.buffer, let place = valueGradient.place(of: element, g) {
        terms.appendValueGradient(place, gradient, &program)
      } else {
        program.appendUnchanged(output, element)
      }
    }
  }
}

/// An element of an attention's operand: example, head, position, and place in the head.
struct AttentionPlace: Sendable {
  var b: Int
  var h: Int
  var t: Int
  var d: Int

  init(b: Int, h: Int, t: Int, d: Int) {
    self.b = b
    self.h = h
    self.t = t
    self.d = d
  }

  init(ofStatistic element: Int, _ g: AttentionGeometry) {
    let (row, t) = element.quotientAndRemainder(dividingBy: g.positions)
    self.init(b: row / g.heads, h: row % g.heads, t: t, d: 0)
  }

  /// How many positions `t` sees.
  func seen(_ g: AttentionGeometry) -> Int { g.isCausal ? t + 1 : g.positions }

  /// Where the maximum and the sum of position `t` are.
  func statistic(t: Int, _ g: AttentionGeometry) -> Int { (b * g.heads + h) * g.positions + t }
}

extension AttentionOperand {
  /// The place of element `d` of position `row` of the same head.
  func element(_ place: AttentionPlace, row: Int, d: Int? = nil, _ g: AttentionGeometry) -> Int {
    offset + (place.b * g.positions + row) * rowStride + place.h * g.headWidth + (d ?? place.d)
  }

  /// Which element of the operand lies at a place of its buffer; nil where none does.
  func place(of element: Int, _ g: AttentionGeometry) -> AttentionPlace? {
    guard element >= offset else { return nil }
    let (row, column) = (element - offset).quotientAndRemainder(dividingBy: rowStride)
    guard row < g.batch * g.positions, column < g.heads * g.headWidth else { return nil }
    return AttentionPlace(
      b: row / g.positions, h: column / g.headWidth, t: row % g.positions,
      d: column % g.headWidth)
  }
}

/// Products of rows of two operands, each a chain over d.
struct AttentionScores: Sendable {
  let left: AttentionOperand
  let right: AttentionOperand
  let g: AttentionGeometry

  init(_ left: AttentionOperand, _ right: AttentionOperand, _ g: AttentionGeometry) {
    self.left = left
    self.right = right
    self.g = g
  }

  /// Appends left[t]·right[j] for each j that `t` sees, or for `only` one, a chain of `headWidth`
  /// values each, and returns the place of the first.
  func append(
    t: Int, only: Int? = nil, _ head: AttentionPlace, _ program: inout ElementProgram
  ) -> Int {
    let (left, right, g, width) = (left, right, g, g.headWidth)
    let count = only == nil ? (g.isCausal ? t + 1 : g.positions) : 1
    let first = program.count
    return program.append(count * width) {
      (index: Int, s: Scalars) throws(DisputeError) -> UInt64 in
      let (number, d) = index.quotientAndRemainder(dividingBy: width)
      let sum = d == 0 ? 0 : try s.float(first + index - 1)
      return Scalars.bits(
        ScalarFunctions.fma(
          try s.input(left.buffer, left.element(head, row: t, d: d, g)),
          try s.input(right.buffer, right.element(head, row: only ?? number, d: d, g)), sum))
    }
  }

  /// The score of row `j` of those whose chains begin at value `first`.
  func score(_ j: Int, _ first: Int, _ s: Scalars) throws(DisputeError) -> Float {
    try product(chain: first + j * g.headWidth, s) * g.scale
  }

  /// The product whose chain begins at value `first`.
  func product(chain first: Int, _ s: Scalars) throws(DisputeError) -> Float {
    try s.float(first + g.headWidth - 1)
  }
}

/// The scores of one position, and their maximum: places of values.
struct AttentionRow: Sendable {
  private let scores: AttentionScores
  private let seen: Int
  private let first: Int
  /// The largest score; +0 where it is a zero.
  let maximum: Int

  init(_ scores: AttentionScores, _ place: AttentionPlace, _ program: inout ElementProgram) {
    let seen = place.seen(scores.g)
    let first = scores.append(t: place.t, place, &program)
    let largest = program.chain(seen, from: -.infinity) { j, largest, s throws(DisputeError) in
      let score = try scores.score(j, first, s)
      return score > largest ? score : largest
    }
    self.scores = scores
    self.seen = seen
    self.first = first
    maximum = program.append { s throws(DisputeError) in
      let found = try s.float(largest)
      return found == 0 ? 0 : found
    }
  }

  func score(_ j: Int, _ s: Scalars) throws(DisputeError) -> Float {
    try scores.score(j, first, s)
  }

  /// Appends the sum of exponentials.
  func appendSum(_ program: inout ElementProgram) {
    let row = self
    _ = program.lanes(seen) { j, sum, s throws(DisputeError) in
      try sum + ScalarFunctions.exp(row.score(j, s) - s.float(row.maximum))
    }
  }
}

/// p[t,j] from a score and the stored maximum and sum.
struct AttentionProbabilities: Sendable {
  let scores: AttentionScores
  let maximum: BufferID
  let sum: BufferID

  init(_ scores: AttentionScores, _ maximum: BufferID, _ sum: BufferID) {
    self.scores = scores
    self.maximum = maximum
    self.sum = sum
  }

  /// The probability whose score's chain begins at value `first`.
  func probability(
    _ head: AttentionPlace, t: Int, chain first: Int, _ s: Scalars
  ) throws(DisputeError) -> Float {
    let g = scores.g
    let statistic = head.statistic(t: t, g)
    let score = try scores.product(chain: first, s) * g.scale
    return try ScalarFunctions.exp(score - s.input(maximum, statistic)) / s.input(sum, statistic)
  }
}

extension ElementProgram {
  /// Appends the element as it was: the operator does not write it.
  mutating func appendUnchanged(_ buffer: BufferID, _ element: Int) {
    append(1) { (_: Int, s: Scalars) throws(DisputeError) -> UInt64 in
      try s.reader.input(buffer, element)
    }
  }
}
