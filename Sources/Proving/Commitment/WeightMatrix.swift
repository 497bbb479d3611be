internal import AssayAlgebra
internal import AssayCommitments

/// The batched weights of all claims as Σ rows[p](w) · parts[p](i): few parts, because most blocks
/// share the column part of their weights, and those in one row are added up.
struct WeightMatrix<K: ChallengeField> {
  /// The column parts.
  private(set) var parts: [ColumnPart<K>] = []
  /// For each part the weight of every row of the stack.
  private(set) var rows: [[K]] = []

  /// Batches claims, given as blocks' weights: claim c is scaled by `batch` to the power c.
  init<A: CommitmentArithmetic>(
    claims: [[[BlockWeight<K>]]], batch: K, stack: RowStack, arithmetic: A
  ) where A.K == K {
    var builder = WeightMatrixBuilder(stack: stack, arithmetic: arithmetic)
    var scale = K.one
    for claim in claims {
      for term in claim {
        for weight in term { builder.add(weight, scale: scale) }
      }
      scale *= batch
    }
    for (part, weights) in builder.sharedParts() {
      parts.append(part)
      rows.append(weights)
    }
    for (row, part) in builder.singleParts() {
      var weights = [K](repeating: .zero, count: 1 << stack.rowIndexBits)
      weights[row] = .one
      parts.append(part)
      rows.append(weights)
    }
  }
}

extension WeightMatrix {
  /// The rows whose products with a part the first rounds take: those that differ in no more than
  /// the bits that these rounds bind from a row where the part has a weight.
  func rowsNeeded(ofPart part: Int, rounds: Int) -> [Int] {
    let weights = rows[part]
    let period = weights.count >> rounds
    guard rounds > 0 else { return [] }
    var isNeeded = [Bool](repeating: false, count: period)
    for (row, weight) in weights.enumerated() where weight != .zero {
      isNeeded[row & (period - 1)] = true
    }
    return weights.indices.filter { isNeeded[$0 & (period - 1)] }
  }

  /// How many rounds should take their products from the rows, before all rows are bound to those
  /// rounds' challenges and become one vector.
  ///
  /// With each round more, a part that few rows have needs twice the products, and the vector is
  /// half as long.
  func roundsOverRows(stack: RowStack) -> Int {
    // What an element of the vector costs, and adding weights to one, in products of a row's value
    // and an element.
    let (vectorCost, weightCost) = (32, 8)
    var best = (rounds: stack.rowIndexBits, cost: Int.max)
    for rounds in 0...stack.rowIndexBits {
      var cost = 0
      for (number, part) in parts.enumerated() {
        let needed = rowsNeeded(ofPart: number, rounds: rounds).count
        cost += (needed + weightCost * (needed >> rounds)) * part.values.count
      }
      if rounds < stack.rowIndexBits { cost += vectorCost << (stack.indexBits - rounds) }
      if cost < best.cost { best = (rounds, cost) }
    }
    return best.rounds
  }
}

/// Collects the weights of blocks.
private struct WeightMatrixBuilder<A: CommitmentArithmetic> {
  typealias K = A.K

  /// Weights that several rows share: those of a tensor from a column on.
  private struct Shared: Hashable {
    var start: Int
    var tensor: Int
  }

  /// A tensor's weights from a column on, on one row only.
  private struct Single {
    var range: RowRange
    var tensor: Int
    var factor: K
  }

  let stack: RowStack
  let arithmetic: A

  /// The different tensors of weights on columns.
  private var tensors: [[K]] = []
  private var tensorNumbers: [[TensorFactor<K>]: Int] = [:]
  private var shared: [(weights: Shared, rows: [K])] = []
  private var sharedNumbers: [Shared: Int] = [:]
  private var single: [Single] = []

  init(stack: RowStack, arithmetic: A) {
    self.stack = stack
    self.arithmetic = arithmetic
  }

  mutating func add(_ block: BlockWeight<K>, scale: K) {
    let mask = 1 << block.segment.bits - 1
    let firstRow = block.position >> block.segment.bits
    for product in cut(block) {
      let rows = values(of: product.row)
      let factor = scale * block.coefficient * product.scale
      let start = block.segment.start + block.position & mask + product.start
      let tensor = number(of: product.column)
      let present = rows.indices.filter { rows[$0] != .zero }
      if present.count == 1, let row = present.first {
        let range = RowRange(
          row: firstRow + row, start: start, count: tensors[tensor].count)
        single.append(Single(range: range, tensor: tensor, factor: factor * rows[row]))
        continue
      }
      let weights = Shared(start: start, tensor: tensor)
      let number = sharedNumbers[weights] ?? shared.count
      if number == shared.count {
        sharedNumbers[weights] = number
        shared.append((weights, Array(repeating: .zero, count: 1 << stack.rowIndexBits)))
      }
      for row in present { shared[number].rows[firstRow + row] += factor * rows[row] }
    }
  }

  private mutating func number(of factors: [TensorFactor<K>]) -> Int {
    if let number = tensorNumbers[factors] { return number }
    tensors.append(values(of: factors))
    tensorNumbers[factors] = tensors.count - 1
    return tensors.count - 1
  }

  func sharedParts() -> [(ColumnPart<K>, [K])] {
    shared.map { weights, rows in
      (ColumnPart(start: weights.start, values: tensors[weights.tensor]), rows)
    }
  }

  /// The parts of single rows, added up.
  func singleParts() -> [(row: Int, part: ColumnPart<K>)] {
    let sorted = single.sorted { $0.range < $1.range }
    var next = 0
    return RowRange.joined(sorted.map(\.range)).map { range in
      var values = [K](repeating: .zero, count: range.count)
      while next < sorted.count, range.contains(sorted[next].range) {
        let part = sorted[next]
        arithmetic.add(
          tensors[part.tensor], times: part.factor, to: &values,
          at: part.range.start - range.start)
        next += 1
      }
      return (range.row, ColumnPart(start: range.start, values: values))
    }
  }

  /// A product of weights on the row bits, and of weights on the column bits from a start on.
  private struct Product {
    var scale = K.one
    var row: [TensorFactor<K>] = []
    var start = 0
    var column: [TensorFactor<K>] = []
  }

  /// Cuts a block's weight between the bits of row and of column.
  private func cut(_ block: BlockWeight<K>) -> [Product] {
    var products = [Product()]
    var rest = block.bits
    for factor in block.factors {
      rest -= factor.bits
      let low = min(factor.bits, max(0, block.segment.bits - rest))
      let pieces = TensorFactor.cutting(factor.weight, bits: factor.bits, low: low)
      products = products.flatMap { product in
        pieces.map { piece in
          var product = product
          product.scale *= piece.scale
          if let row = piece.row { product.row.append(row) }
          if let column = piece.column {
            // A single index of the outermost dimension only moves the start.
            if case .index(let index, _) = column, product.column.isEmpty {
              product.start += index << rest
            } else {
              product.column.append(column)
            }
          }
          return product
        }
      }
    }
    return products
  }

  /// The product of factors, the last one's index changing fastest.
  private func values(of factors: [TensorFactor<K>]) -> [K] {
    // Neighbours that are points of eq are one point.
    var joined: [TensorFactor<K>] = []
    for factor in factors {
      if case .eq(let tail) = factor, case .eq(let head) = joined.last {
        joined[joined.count - 1] = .eq(head + tail)
      } else {
        joined.append(factor)
      }
    }
    var values: [K]?
    for factor in joined {
      let next: [K]
      switch factor {
      case .eq(let point): next = arithmetic.eqTable(point)
      case .vector(let vector): next = vector
      case .ones(let bits): next = Array(repeating: .one, count: 1 << bits)
      case .index(let index, let bits):
        var only = [K](repeating: .zero, count: 1 << bits)
        only[index] = .one
        next = only
      }
      values = values.map { arithmetic.outerProduct($0, next) } ?? next
    }
    return values ?? [.one]
  }
}

/// 2^b columns of a row, from a multiple of 2^b on.
private struct RowRange: Comparable {
  var row: Int
  var start: Int
  var count: Int

  /// By place; of those that start together the longest first.
  static func < (left: RowRange, right: RowRange) -> Bool {
    (left.row, left.start, -left.count) < (right.row, right.start, -right.count)
  }

  func contains(_ other: RowRange) -> Bool {
    row == other.row && start <= other.start && other.start < start + count
  }

  /// Leaves out ranges that lie in others, and joins two that are the halves of one.
  static func joined(_ sorted: [RowRange]) -> [RowRange] {
    var result: [RowRange] = []
    for range in sorted {
      if let last = result.last, last.contains(range) { continue }
      result.append(range)
      while result.count > 1 {
        let (left, right) = (result[result.count - 2], result[result.count - 1])
        guard left.row == right.row, left.count == right.count,
          left.start + left.count == right.start, left.start & (2 * left.count - 1) == 0
        else { break }
        result.removeLast()
        result[result.count - 1].count *= 2
      }
    }
    return result
  }
}

/// One factor of a product of weights, without its scalar.
private enum TensorFactor<K: ChallengeField>: Hashable {
  case eq([K])
  case ones(bits: Int)
  case vector([K])
  /// 1 at an index of that many bits.
  case index(Int, bits: Int)

  struct Piece {
    var scale = K.one
    var row: TensorFactor?
    var column: TensorFactor?
  }

  /// Cuts a weight into products of weights on its high bits, which choose rows, and on its `low`
  /// low bits, which choose columns.
  static func cutting(_ weight: RangeWeight<K>, bits: Int, low: Int) -> [Piece] {
    let high = bits - low
    switch weight {
    case .eq(let scale, let point):
      return [
        Piece(
          scale: scale, row: high > 0 ? .eq(Array(point.prefix(high))) : nil,
          column: low > 0 ? .eq(Array(point.suffix(low))) : nil)
      ]
    case .ones:
      return [
        Piece(row: high > 0 ? .ones(bits: high) : nil, column: low > 0 ? .ones(bits: low) : nil)
      ]
    case .vector(let values):
      if low == 0 { return [Piece(row: .vector(values))] }
      if high == 0 { return [Piece(column: .vector(values))] }
      return (0..<1 << high).compactMap { index in
        let slice = Array(values[index << low..<(index + 1) << low])
        if slice.allSatisfy({ $0 == .zero }) { return nil }
        return Piece(row: .index(index, bits: high), column: .vector(slice))
      }
    case .sparse(let entries):
      return entries.map { entry in
        Piece(
          scale: entry.value, row: high > 0 ? .index(entry.index >> low, bits: high) : nil,
          column: low > 0 ? .index(entry.index & (1 << low - 1), bits: low) : nil)
      }
    }
  }
}
