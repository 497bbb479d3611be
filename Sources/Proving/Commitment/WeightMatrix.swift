internal import AssayAlgebra
internal import AssayCommitments

/// The batched weights of all claims as Σ rows[p](w) · parts[p](i): few parts, because most blocks
/// share the column part of their weights.
struct WeightMatrix<K: ChallengeField> {
  /// The different column parts.
  private(set) var parts: [ColumnPart<K>] = []
  /// For each part the weight of every row of the stack.
  var rows: [[K]] = []

  private let stack: RowStack
  private var numbers: [PartKey<K>: Int] = [:]

  /// Batches claims, given as blocks' weights: claim c is scaled by `batch` to the power c.
  init(claims: [[[BlockWeight<K>]]], batch: K, stack: RowStack) {
    self.stack = stack
    var scale = K.one
    for claim in claims {
      for term in claim {
        for weight in term { add(weight, scale: scale) }
      }
      scale *= batch
    }
  }

  private mutating func add(_ block: BlockWeight<K>, scale: K) {
    let mask = 1 << stack.columnIndexBits - 1
    let firstRow = block.position >> stack.columnIndexBits
    for product in cut(block) {
      let outer = product.row.reduce([K.one]) { Self.outerProduct($0, $1.values) }
      let key = PartKey(start: block.position & mask + product.start, factors: product.column)
      let part = number(of: key)
      let factor = scale * block.coefficient * product.scale
      for (offset, value) in outer.enumerated() where value != .zero {
        rows[part][firstRow + offset] += factor * value
      }
    }
  }

  private mutating func number(of key: PartKey<K>) -> Int {
    if let number = numbers[key] { return number }
    let values = key.factors.reduce([K.one]) { Self.outerProduct($0, $1.values) }
    parts.append(ColumnPart(start: key.start, values: values))
    rows.append(Array(repeating: .zero, count: 1 << stack.rowIndexBits))
    numbers[key] = parts.count - 1
    return parts.count - 1
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
      products = products.flatMap { product in
        TensorFactor.cutting(factor.weight, bits: factor.bits, low: low).map { piece in
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

  private static func outerProduct(_ outer: [K], _ inner: [K]) -> [K] {
    if outer.count == 1 && outer[0] == .one { return inner }
    var result: [K] = []
    result.reserveCapacity(outer.count * inner.count)
    for a in outer { for b in inner { result.append(a * b) } }
    return result
  }
}

/// What makes two column parts equal.
private struct PartKey<K: ChallengeField>: Hashable {
  var start: Int
  var factors: [TensorFactor<K>]
}

/// One factor of a product of weights, without its scalar.
private enum TensorFactor<K: ChallengeField>: Hashable {
  case bits([BitFactor<K>])
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
    case .bits(let scale, let factors):
      return [
        Piece(
          scale: scale, row: high > 0 ? .bits(Array(factors.prefix(high))) : nil,
          column: low > 0 ? .bits(Array(factors.suffix(low))) : nil)
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
          scale: entry.value,
          row: high > 0 ? .index(entry.index >> low, bits: high) : nil,
          column: low > 0 ? .index(entry.index & (1 << low - 1), bits: low) : nil)
      }
    }
  }

  /// The weight of each index.
  var values: [K] {
    switch self {
    case .bits(let factors):
      var values = [K.one]
      for factor in factors {
        values = values.flatMap { value in
          switch factor {
          case .eq(let r):
            let high = value * r
            return [value - high, high]
          case .ones:
            return [value, value]
          }
        }
      }
      return values
    case .vector(let values):
      return values
    case .index(let index, let bits):
      var values = [K](repeating: .zero, count: 1 << bits)
      values[index] = .one
      return values
    }
  }
}
