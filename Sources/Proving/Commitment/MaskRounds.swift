internal import AssayAlgebra

/// What the rows that mask an opening do in the rounds that bind the index of a row.
///
/// With masks M₀ … M_k the opening is about the rows share · F_w + M₀ + Σ_j w_j·M_j, where w_j is
/// bit j of a row's index, the most significant first.
enum MaskRounds {
  /// What the masks add to the inner products of all 2^k rows with a part of the weights, given
  /// their own k + 1 products with it.
  static func table<K: ChallengeField>(of masks: [K]) -> [K] {
    var table = [masks[0]]
    for mask in masks.dropFirst() {
      table = table.flatMap { [$0, $0 + mask] }
    }
    return table
  }

  /// Whether the mask of a round makes its message uniform among those that public weights allow.
  ///
  /// The message is H(0) and H(1) for H(b) = ⟨A_b, mask⟩ + …, where A_b adds up the weights of all
  /// rows whose first bit is b. Over the base field the pairs (A₀(i), A₁(i)) must span all pairs of
  /// elements of K, or, where one half has no weights and so adds nothing to any message, all
  /// elements.
  static func hide<K: ChallengeField>(
    parts: [ColumnPart<K>], _ rowWeights: [[K]], columnCount: Int
  ) -> Bool {
    var sums: [(ColumnPart<K>, [K])] = []
    var isUsed = [false, false]
    for (part, rows) in zip(parts, rowWeights) {
      let half = rows.count / 2
      var own: [K] = []
      for (place, bit) in [rows[..<half], rows[half...]].enumerated() {
        own.append(bit.reduce(.zero, +))
        if bit.contains(where: { $0 != .zero }) { isUsed[place] = true }
      }
      sums.append((part, own))
    }
    let halves = isUsed.indices.filter { isUsed[$0] }
    let degree = K.byteCount / K.Base.byteCount
    var basis = Basis<K.Base>(dimension: halves.count * degree)
    for column in 0..<columnCount {
      if basis.isComplete { return true }
      var weights = [K](repeating: .zero, count: halves.count)
      for (part, own) in sums
      where part.start <= column && column < part.start + part.values.count {
        for (place, half) in halves.enumerated() {
          weights[place] += own[half] * part.values[column - part.start]
        }
      }
      basis.add(weights.flatMap { coordinates(of: $0) })
    }
    return basis.isComplete
  }

  private static func coordinates<K: ChallengeField>(of element: K) -> [K.Base] {
    K.Base.elements(canonicalBytes: element.canonicalBytes[...]) ?? []
  }
}

/// Vectors over a field, reduced until they show whether they span the space.
private struct Basis<F: Field> {
  let dimension: Int
  /// Each with 1 in its leading place, which the later ones have zero.
  private var vectors: [(leading: Int, vector: [F])] = []

  init(dimension: Int) {
    self.dimension = dimension
  }

  var isComplete: Bool { vectors.count == dimension }

  mutating func add(_ vector: [F]) {
    var rest = vector
    for (leading, vector) in vectors where rest[leading] != .zero {
      let factor = rest[leading]
      for place in rest.indices { rest[place] -= factor * vector[place] }
    }
    guard let leading = rest.firstIndex(where: { $0 != .zero }),
      let inverse = rest[leading].inverse
    else { return }
    vectors.append((leading, rest.map { $0 * inverse }))
  }
}
