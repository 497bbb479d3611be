internal import AssayAlgebra

/// Tables over any field, summed plainly: Σ_j scale_j · Σ_x eq(weights, x)·h_j(tables_j(x)).
struct PlainTables<K: ChallengeField>: RoundTables {
  /// One summand. Its tables may have fewer variables than there are rounds; it is constant in the
  /// first ones then.
  struct Summand {
    /// Tables of 2^variables values each.
    var tables: [[K]]
    let variables: Int
    let scale: K
    /// h, of one value of each table.
    let term: ([K]) -> K
  }

  private(set) var summands: [Summand]
  private var weights: ArraySlice<K>
  private let degree: Int

  init(_ summands: [Summand], weights: [K], degree: Int) {
    self.summands = summands
    self.weights = weights[...]
    self.degree = degree
  }

  /// What is left of a summand's tables after the last round.
  func values(ofSummand index: Int) -> [K] {
    summands[index].tables.map { $0[0] }
  }

  mutating func message() -> [K] {
    var coefficients = [K](repeating: .zero, count: degree)
    let eq = Multilinear.eqTable(Array(weights.dropFirst()))
    for summand in summands where summand.variables >= weights.count {
      let own = Self.coefficients(ofValues: values(of: summand, eq: eq))
      for index in coefficients.indices {
        coefficients[index] += summand.scale * own[index + 1]
      }
    }
    return coefficients
  }

  /// Σ_x eq(x)·h(X, x) at X = 0, 1, …, degree.
  private func values(of summand: Summand, eq: [K]) -> [K] {
    var sums = [K](repeating: .zero, count: degree + 1)
    var values = [K](repeating: .zero, count: summand.tables.count)
    for (index, weight) in eq.enumerated() {
      for table in values.indices { values[table] = summand.tables[table][index] }
      for place in sums.indices {
        sums[place] += weight * summand.term(values)
        for table in values.indices {
          let column = summand.tables[table]
          values[table] += column[index + eq.count] - column[index]
        }
      }
    }
    return sums
  }

  mutating func fold(at challenge: K) {
    for index in summands.indices where summands[index].variables >= weights.count {
      for table in summands[index].tables.indices {
        Self.fold(&summands[index].tables[table], at: challenge)
      }
    }
    weights = weights.dropFirst()
  }

  private static func fold(_ table: inout [K], at challenge: K) {
    let half = table.count / 2
    for index in 0..<half {
      table[index] += challenge * (table[index + half] - table[index])
    }
    table.removeLast(half)
  }

  /// The coefficients of the polynomial that has these values at 0, 1, 2, … (Newton's form).
  static func coefficients(ofValues values: [K]) -> [K] {
    var differences = values
    for order in 1..<max(1, values.count) {
      let inverse = K(Int64(order)).inverse ?? .zero
      for index in (order..<values.count).reversed() {
        differences[index] = (differences[index] - differences[index - 1]) * inverse
      }
    }
    // Horner: p ← p·(X − place) + difference.
    var polynomial: [K] = []
    for place in values.indices.reversed() {
      let root = K(Int64(place))
      var next = [K.zero] + polynomial
      for index in polynomial.indices { next[index] -= root * polynomial[index] }
      next[0] += differences[place]
      polynomial = next
    }
    return polynomial
  }
}
