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

/// Collects the weights of blocks.
private struct WeightMatrixBuilder<A: CommitmentArithmetic> {
  typealias K = A.K

  let stack: RowStack
  let arithmetic: A

  /// Column parts that several rows share: their places in `shared`.
  private var numbers: [PartKey<K>: Int] = [:]
  private var shared: [(key: PartKey<K>, rows: [K])] = []
  /// What only one row has.
  private var single: [(row: Int, part: ColumnPart<K>)] = []

  init(stack: RowStack, arithmetic: A) {
    self.stack = stack
    self.arithmetic = arithmetic
  }

  mutating func add(_ block: BlockWeight<K>, scale: K) {
    let mask = 1 << stack.columnIndexBits - 1
    let firstRow = block.position >> stack.columnIndexBits
    for product in cut(block) {
      let rows = tensor(product.row)
      let factor = scale * block.coefficient * product.scale
      let key = PartKey(start: block.position & mask + product.start, factors: product.column)
      let present = rows.indices.filter { rows[$0] != .zero }
      if present.count == 1, let row = present.first {
        let weight = factor * rows[row]
        let part = ColumnPart(start: key.start, values: tensor(key.factors).map { $0 * weight })
        single.append((firstRow + row, part))
        continue
      }
      let number = numbers[key] ?? shared.count
      if number == shared.count {
        numbers[key] = number
        shared.append((key, Array(repeating: .zero, count: 1 << stack.rowIndexBits)))
      }
      for row in present { shared[number].rows[firstRow + row] += factor * rows[row] }
    }
  }

  func sharedParts() -> [(ColumnPart<K>, [K])] {
    shared.map { (ColumnPart(start: $0.key.start, values: tensor($0.key.factors)), $0.rows) }
  }

  /// The parts of single rows, added up where they overlap, and joined where two of one size are
  /// halves of a larger one.
  func singleParts() -> [(row: Int, part: ColumnPart<K>)] {
    var merged: [(row: Int, part: ColumnPart<K>)] = []
    let sorted = single.sorted {
      ($0.row, $0.part.start, -$0.part.values.count)
        < ($1.row, $1.part.start, -$1.part.values.count)
    }
    for (row, part) in sorted {
      if let last = merged.last, last.row == row,
        part.start < last.part.start + last.part.values.count
      {
        merged[merged.count - 1].part.add(part)
        continue
      }
      merged.append((row, part))
      while merged.count > 1 {
        let (left, right) = (merged[merged.count - 2], merged[merged.count - 1])
        guard left.row == right.row, left.part.isHalf(before: right.part) else { break }
        merged.removeLast()
        merged[merged.count - 1].part = ColumnPart(
          start: left.part.start, values: left.part.values + right.part.values)
      }
    }
    return merged
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
      let low = min(factor.bits, max(0, stack.columnIndexBits - rest))
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
  private func tensor(_ factors: [TensorFactor<K>]) -> [K] {
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

extension ColumnPart {
  /// Adds a part that lies within this one.
  fileprivate mutating func add(_ part: ColumnPart) {
    let offset = part.start - start
    for (index, value) in part.values.enumerated() { values[offset + index] += value }
  }

  /// Whether both make up a range of twice the length that starts at a multiple of it.
  fileprivate func isHalf(before other: ColumnPart) -> Bool {
    values.count == other.values.count && start + values.count == other.start
      && start & (2 * values.count - 1) == 0
  }
}

/// What makes two column parts equal.
private struct PartKey<K: ChallengeField>: Hashable {
  var start: Int
  var factors: [TensorFactor<K>]
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
