import AssayAlgebra
import AssayCircuits
import AssayCommitments
import AssayCryptography
import AssayMerkle
import AssayTranscripts

@testable import AssayProving
@testable import AssayVerification

/// Makes hiding proofs, and the roots that they are about, from challenges alone: without weights,
/// data or any other witness. What it makes has the distribution of honest proofs, which is what
/// zero knowledge means; so it must pass everything but the hash that decides challenges.
struct ProofSimulator {
  typealias K = GoldilocksExtension
  typealias Answer = ChosenReader<K>.Answer

  let setting: ProofSetting
  let inputs: PublicInputs
  private(set) var source: RandomSource
  /// Messages and challenges of the opening, in their order.
  private var opening: [Answer] = []
  private let arithmetic = GoldilocksArithmetic()

  init(setting: ProofSetting, inputs: PublicInputs, seed: UInt64) {
    self.setting = setting
    self.inputs = inputs
    source = RandomSource(seed: seed)
  }

  /// All messages and challenges, and the roots of the statement in the order of the oracles.
  mutating func simulate() throws -> (answers: [Answer], roots: [Digest]) {
    // The opened columns decide the roots; positions come first.
    let parameters = setting.parameters
    let stack = try RowStack(setting.openedLayouts)
    let positions = drawn(parameters.codesOfRows[0])
    var columns = OpenedSimulation(
      setting: setting, positions: Set(positions).sorted(), source: &source)
    // Masked messages are uniform, and so are the two ends of the products.
    let roots = columns.roots
    let reader = ChosenReader<K>(
      setting.schedule,
      answers: [.digest(roots[Oracle.witness.rawValue]), .digest(roots[roots.count - 1])],
      source: source)
    let stages = try StepVerifier<K>.stages(reader, setting: setting, inputs: inputs)
    let given = stages.transcript.given
    for _ in given { _ = source.digest() }
    let claims = stages.claims
    try open(claims, stack: stack, positions: positions, columns: &columns)
    return (given + opening, roots)
  }

  private mutating func drawn(_ code: CommitmentParameters.Code) -> [Int] {
    (0..<code.queries).map { _ in source.index(below: 1 << code.codeBits) }
  }

  /// Level 0 from the challenges: y first, the rounds and s so that they fit it.
  private mutating func open(
    _ claims: [LinearClaim<K>], stack: RowStack, positions: [Int],
    columns: inout OpenedSimulation
  ) throws {
    let batch = source.elements(1)[0]
    let weights = try claims.enumerated().map { number, claim in
      try claim.blockWeights(layouts: setting.openedLayouts, stack: stack, number: number)
    }
    let matrix = WeightMatrix(
      claims: weights, batch: batch, stack: stack, arithmetic: arithmetic)
    let share = source.elements(1)[0]
    let point = source.elements(stack.rowIndexBits)
    let vector = columns.vector(share: share, point: point, stack: stack, source: &source)
    var folded = [K](repeating: .zero, count: vector.count)
    for (part, rows) in zip(matrix.parts, matrix.rows) {
      let weight = Multilinear.evaluate(rows, at: point)
      for (place, value) in part.values.enumerated() {
        folded[part.start + place] += weight * value
      }
    }
    var sum = zip(folded, vector).reduce(K.zero) { $0 + $1.0 * $1.1 }
    // Backwards through rounds whose messages are chosen: sum′ = g₀ + r·(sum − 2g₀ − l + r·l).
    let messages = point.map { _ in source.elements(2) }
    for (message, r) in zip(messages, point).reversed() {
      let (zero, lead) = (message[0], message[1])
      sum = (sum - zero) * (r.inverse ?? .zero) - r * lead + zero + zero + lead
    }
    let value = claims.reversed().reduce(K.zero) { $0 * batch + $1.value }
    opening = [.elements([batch]), .elements([sum - share * value]), .elements([share])]
    for (message, r) in zip(messages, point) {
      opening += [.elements(message), .elements([r])]
    }
    finish(vector, folded, positions: positions, columns: columns)
  }

  /// Everything behind y, as a prover does it.
  private mutating func finish(
    _ vector: [K], _ weights: [K], positions: [Int], columns: OpenedSimulation
  ) {
    var (vector, weights) = (vector, weights)
    let codes = setting.parameters.codesOfRows + setting.parameters.codesOfLevels
    var (drawn, bytes) = (positions, columns.bytes)
    func bind(_ count: Int) -> [Answer] {
      (0..<count).flatMap { _ -> [Answer] in
        let message = arithmetic.round(&weights, &vector, after: nil)
        let r = source.elements(1)[0]
        arithmetic.bind(&weights, to: r)
        arithmetic.bind(&vector, to: r)
        return [.elements([message.atZero, message.leading]), .elements([r])]
      }
    }
    func query(_ code: CommitmentParameters.Code) -> [Answer] {
      let batch = source.elements(1)[0]
      let indices = Set(drawn).sorted()
      var power = K.one
      let coefficients = indices.map { _ in
        power *= batch
        return power
      }
      arithmetic.addPowers(
        indices: indices, coefficients: coefficients, code: code, to: &weights)
      return [.indices(drawn), .bytes(bytes), .elements([batch])]
    }
    for (previous, code) in zip(codes, codes.dropFirst()) {
      let committed = arithmetic.commit(
        Array(vector[..<(code.rowCount << code.messageBits)]), code: code)
      opening += [.digest(committed.root)] + query(previous) + bind(code.roundCount)
      drawn = self.drawn(code)
      bytes = committed.opening(at: Set(drawn).sorted())
    }
    opening.append(.elements(Array(vector.prefix(setting.parameters.lastCount))))
    opening += query(codes[codes.count - 1]) + bind(setting.parameters.lastBits)
  }
}

/// Columns of level 0 that nothing but chance decides, in trees whose other leaves are random.
struct OpenedSimulation {
  typealias K = GoldilocksExtension

  let setting: ProofSetting
  /// Distinct positions, ascending.
  let positions: [Int]
  /// For each oracle, for each position, the values of all rows.
  private var columns: [[[Goldilocks]]] = []
  private(set) var roots: [Digest] = []
  /// As a proof shows them.
  private(set) var bytes: [UInt8] = []

  init(setting: ProofSetting, positions: [Int], source: inout RandomSource) {
    self.setting = setting
    self.positions = positions
    let parameters = setting.parameters
    let layouts = setting.openedLayouts
    guard let stack = try? RowStack(layouts) else { return }
    for (number, layout) in layouts.enumerated() {
      let masks =
        number + 1 == layouts.count ? parameters.maskCount(rounds: stack.rowIndexBits) : 0
      let header = LeafHeader.bytes(
        of: layout, rateBits: parameters.rowCodes[0].rateBits, elementByteCount: 8, isHidden: true,
        maskCount: masks)
      var leaves = (0..<2 << parameters.codesOfRows[0].codeBits).map { _ in source.digest() }
      let own = positions.map { _ in source.base(layout.rowCount + masks) }
      for (position, column) in zip(positions, own) {
        leaves[2 * position] = MerkleTree.leafHash(header + column.flatMap(\.canonicalBytes))
      }
      let tree = StoredTree(leafHashes: leaves)
      columns.append(own)
      roots.append(tree.root)
      bytes += own.flatMap { $0.flatMap(\.canonicalBytes) }
      bytes += tree.multiProof(forLeaves: positions.map { 2 * $0 }).nodes.flatMap(\.bytes)
    }
  }

  /// A vector of random elements that agrees with the folded columns at the opened positions: the
  /// coefficients of the rows are chosen, and the tail interpolated.
  func vector(
    share: K, point: [K], stack: RowStack, source: inout RandomSource
  ) -> [K] {
    let parameters = setting.parameters
    let table = Multilinear.eqTable(point)
    var vector = source.elements(1 << parameters.rowCodes[0].rowBits)
    // As many positions as the tail has coefficients: at those that are not opened it is random.
    let opened = Set(positions)
    let all =
      positions
      + (0..<1 << parameters.codesOfRows[0].codeBits).filter { !opened.contains($0) }
      .prefix(parameters.tailCount - positions.count)
    let root = Goldilocks.rootOfUnity(log2Order: parameters.codesOfRows[0].codeBits)
    let points = all.map { root.power(UInt64($0)) }
    let wanted = all.indices.map { place -> K in
      guard place < positions.count else { return source.elements(1)[0] }
      var value = K.zero
      for (number, own) in columns.enumerated() {
        let layout = setting.openedLayouts[number]
        var weights = (0..<layout.rowCount).map { share * table[stack.starts[number] + $0] }
        if own[place].count > layout.rowCount { weights += [K.one] + point }
        value += K.dot(weights, own[place])
      }
      let x = points[place]
      let known = vector.reversed().reduce(K.zero) { $0 * x + $1 }
      let tail = x.power(1 << UInt64(parameters.rowCodes[0].rowBits))
      return (value - known) * (tail.inverse ?? .zero)
    }
    let tail = Self.interpolate(points, wanted)
    vector += tail + [K](repeating: .zero, count: vector.count - tail.count)
    return vector
  }

  /// The coefficients of the polynomial with these values (Newton's form).
  private static func interpolate(_ points: [Goldilocks], _ values: [K]) -> [K] {
    var differences = values
    for order in 1..<max(1, points.count) {
      for index in (order..<points.count).reversed() {
        let step = (points[index] - points[index - order]).inverse ?? .zero
        differences[index] = (differences[index] - differences[index - 1]) * step
      }
    }
    var polynomial: [K] = []
    for index in points.indices.reversed() {
      var next = [K.zero] + polynomial
      for place in polynomial.indices { next[place] -= polynomial[place] * points[index] }
      next[0] += differences[index]
      polynomial = next
    }
    return polynomial
  }
}
