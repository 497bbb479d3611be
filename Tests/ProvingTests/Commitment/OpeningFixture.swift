import AssayAlgebra
import AssayCommitments
import AssayCryptography
import AssayProving
import AssayTestSupport
import AssayTranscripts

/// Oracles with random columns, and claims about them whose values come straight from the
/// definition.
struct OpeningFixture<K: ChallengeField> {
  typealias Arithmetic = PlainArithmetic<K>

  var layouts: [OracleLayout]
  var columns: [[[Int64]]]
  var claims: [LinearClaim<K>]
  var parameters: CommitmentParameters
  var oracles: [CommittedOracle<Arithmetic>]
  /// What the randomness of hiding commitments follows from.
  var seed: [UInt8] = []

  /// - Parameter shapes: the columns' shapes, for each oracle with its kind; lengths of rows take
  ///   turns.
  init(
    _ shapes: [(kind: String, columns: [[Int]])], parameters: CommitmentParameters,
    claimCount: Int = 4, generator: inout SeededGenerator
  ) throws {
    self.parameters = parameters
    let codes = parameters.rowCodes
    layouts = try shapes.enumerated().map {
      try OracleLayout(
        kind: $1.kind, shapes: $1.columns, rowBits: codes[$0 % codes.count].rowBits)
    }
    columns = layouts.map { layout in
      layout.columns.map { column in
        (0..<column.elementCount).map { _ in Int64.random(in: -300...300, using: &generator) }
      }
    }
    oracles = []
    claims = []
    commit()
    for _ in 0..<claimCount {
      let terms = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
        term(with: &generator)
      }
      claims.append(LinearClaim(terms: terms, value: value(of: terms)))
    }
  }

  /// Commits to the columns as they are.
  mutating func commit() {
    let arithmetic = Arithmetic()
    oracles = zip(layouts, columns).enumerated().map { number, oracle in
      let (layout, columns) = oracle
      let rows = arithmetic.rows(
        columns.map { $0.map { K.Base($0) } }, layout: layout, blinding: blinding(ofOracle: number))
      return CommittedOracle(
        rows, layout: layout, rateBits: rateBits(of: layout), arithmetic: arithmetic)
    }
  }

  func rateBits(of layout: OracleLayout) -> Int {
    parameters.rowCodes.first { $0.rowBits == layout.rowBits }?.rateBits ?? 0
  }

  /// What hides an oracle where openings are hiding; it follows from `seed`.
  func blinding(ofOracle number: Int) -> Blinding? {
    guard parameters.isHiding, let stack = try? RowStack(layouts) else { return nil }
    return Blinding(
      key: SHA256.digest(domain: "test", [seed, [UInt8(number)]]), tailCount: parameters.tailCount,
      maskCount: number + 1 == layouts.count
        ? parameters.maskCount(rounds: stack.rowIndexBits) : 0)
  }

  var roots: [Digest] { oracles.map(\.root) }

  static func context(_ roots: [Digest]) -> [UInt8] { roots.flatMap(\.bytes) }

  func schedule(_ parameters: CommitmentParameters? = nil) throws -> Schedule {
    Schedule(
      try OpeningVerifier.schedule(
        layouts: layouts, parameters: parameters ?? self.parameters, field: K.self))
  }

  func prove() throws -> [UInt8] {
    try prove(arithmetic: Arithmetic(), oracles: oracles)
  }

  func prove<A: CommitmentArithmetic>(
    arithmetic: A, oracles: [CommittedOracle<A>]
  ) throws -> [UInt8] where A.K == K {
    var writer = TranscriptWriter<K>(
      schedule: try schedule(), context: Self.context(oracles.map(\.root)))
    try OpeningProver.open(
      claims: claims, oracles: oracles, parameters: parameters, arithmetic: arithmetic,
      transcript: &writer)
    return try writer.finish()
  }

  /// Verifies in the arithmetic of `V`; what is given replaces what was proved.
  func verify<V: ChallengeField>(
    _ proof: [UInt8], in field: V.Type, claims: [LinearClaim<K>]? = nil, roots: [Digest]? = nil,
    layouts: [OracleLayout]? = nil, parameters: CommitmentParameters? = nil
  ) throws(CommitmentError) {
    let roots = roots ?? self.roots
    let layouts = layouts ?? self.layouts
    let parameters = parameters ?? self.parameters
    let schedule = Schedule(
      try OpeningVerifier.schedule(layouts: layouts, parameters: parameters, field: V.self))
    var reader = TranscriptReader<V>(
      schedule: schedule, context: Self.context(roots), proof: proof)
    try OpeningVerifier.verify(
      claims: (claims ?? self.claims).map { $0.converted(to: V.self) },
      oracles: Array(zip(layouts, roots)), parameters: parameters, transcript: &reader)
    do { try reader.finish() } catch { throw .transcript(error) }
  }

  // MARK: Claims

  private func term(with generator: inout SeededGenerator) -> Term<K> {
    let oracle = Int.random(in: 0..<layouts.count, using: &generator)
    let column = Int.random(in: 0..<layouts[oracle].columns.count, using: &generator)
    let layout = layouts[oracle].columns[column]
    let coefficient = K.random(using: &generator)
    if Bool.random(using: &generator) {
      let block = Int.random(in: 0..<layout.blocks.count, using: &generator)
      let point = (0..<layout.blocks[block].bits).map { _ in K.random(using: &generator) }
      return .block(
        oracle: oracle, column: column, block: block, coefficient: coefficient, point: point)
    }
    let weights = layout.shape.map { size -> Weight<K> in
      let bits = Int.bitWidth - (size - 1).leadingZeroBitCount
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: return .ones
      case 1: return .index(Int.random(in: 0..<size, using: &generator))
      case 2: return .vector((0..<size).map { _ in K.random(using: &generator) })
      case 3:
        return .sparse(
          (0..<3).map { _ in
            (Int.random(in: 0..<size, using: &generator), K.random(using: &generator))
          })
      default: return .eq((0..<bits).map { _ in K.random(using: &generator) })
      }
    }
    return .tensor(oracle: oracle, column: column, coefficient: coefficient, weights: weights)
  }

  /// The sum of a claim's terms, element by element.
  func value(of terms: [Term<K>]) -> K {
    var sum = K.zero
    for term in terms {
      switch term {
      case .tensor(let oracle, let column, let coefficient, let weights):
        let shape = layouts[oracle].columns[column].shape
        for (number, value) in columns[oracle][column].enumerated() {
          var product = coefficient * K(value)
          var rest = number
          for (size, weight) in zip(shape, weights).reversed() {
            product *= weight.value(at: rest % size)
            rest /= size
          }
          sum += product
        }
      case .block(let oracle, let column, let block, let coefficient, let point):
        let layout = layouts[oracle].columns[column]
        let block = layout.blocks[block]
        for number in 0..<block.count {
          var index = 0
          var shift = block.bits
          for (size, range) in zip(layout.shape, block.ranges) {
            shift -= range.bits
            index = index * size + range.start + (number >> shift) % range.count
          }
          sum +=
            coefficient * Multilinear.eqAtIndex(point, index: number)
            * K(columns[oracle][column][index])
        }
      }
    }
    return sum
  }
}

extension ChallengeField {
  static func random(using generator: inout SeededGenerator) -> Self {
    while true {
      if let element = Self(sample: generator.bytes(sampleByteCount)) { return element }
    }
  }

  /// The same element in another arithmetic.
  func converted<V: ChallengeField>(to field: V.Type) -> V {
    guard let element = V(canonicalBytes: canonicalBytes) else {
      preconditionFailure("two arithmetics of one field share their bytes")
    }
    return element
  }
}

extension Weight {
  func value(at index: Int) -> K {
    switch self {
    case .eq(let point): Multilinear.eqAtIndex(point, index: index)
    case .vector(let values): values[index]
    case .sparse(let entries):
      entries.filter { $0.0 == index }.reduce(K.zero) { $0 + $1.1 }
    case .ones: .one
    case .index(let only): only == index ? .one : .zero
    }
  }

  func converted<V: ChallengeField>(to field: V.Type) -> Weight<V> {
    switch self {
    case .eq(let point): .eq(point.map { $0.converted(to: V.self) })
    case .vector(let values): .vector(values.map { $0.converted(to: V.self) })
    case .sparse(let entries): .sparse(entries.map { ($0.0, $0.1.converted(to: V.self)) })
    case .ones: .ones
    case .index(let index): .index(index)
    }
  }
}

extension LinearClaim where Value: ChallengeField {
  func converted<V: ChallengeField>(to field: V.Type) -> LinearClaim<V> {
    LinearClaim<V>(
      terms: terms.map { term in
        switch term {
        case .tensor(let oracle, let column, let coefficient, let weights):
          .tensor(
            oracle: oracle, column: column, coefficient: coefficient.converted(to: V.self),
            weights: weights.map { $0.converted(to: V.self) })
        case .block(let oracle, let column, let block, let coefficient, let point):
          .block(
            oracle: oracle, column: column, block: block,
            coefficient: coefficient.converted(to: V.self),
            point: point.map { $0.converted(to: V.self) })
        }
      }, value: value.converted(to: V.self))
  }
}
