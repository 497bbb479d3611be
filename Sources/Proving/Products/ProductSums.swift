internal import AssayAlgebra
internal import AssayCircuits
internal import AssaySumcheck

/// The products of a circuit with its free axes at a random point: factor tables, and their sums.
struct ProductSums {
  typealias K = GoldilocksExtension

  /// Per product, its factors over the padded sum axes.
  private(set) var instances: [BatchedProductsProver.Instance] = []
  /// Per product, Σ gate · left · right.
  private(set) var values: [K] = []

  init(circuit: Circuit, inputs: PublicInputs, point: [K], columns: ColumnValues) {
    for (product, freeExtents) in zip(circuit.products, circuit.freeExtentsOfProducts) {
      let freeTables = Self.tables(point, freeExtents)
      let factor = FactorTable(
        sumExtents: product.sumExtents, freeTables: freeTables, freeExtents: freeExtents,
        inputs: inputs)
      let left = factor.values(of: product.left, circuit: circuit, columns: columns)
      let right = factor.values(of: product.right, circuit: circuit, columns: columns)
      let gate = Self.gate(product, freeTables: freeTables)
      var value = K.zero
      for place in left.indices {
        let term = left[place] * right[place]
        value += gate.map { $0[place] * term } ?? term
      }
      values.append(value)
      instances.append(
        BatchedProductsProver.Instance(
          claim: BatchedProducts.Instance(
            variables: left.count.trailingZeroBitCount, value: value), gate: gate, left: left,
          right: right))
    }
  }

  /// eq of each free axis' coordinates, over its padded indices.
  private static func tables(_ point: [K], _ extents: [Int]) -> [[K]] {
    var rest = point[...]
    return extents.map { extent in
      let bits = Int.bitWidth - (extent - 1).leadingZeroBitCount
      defer { rest = rest.dropFirst(bits) }
      return Multilinear.eqTable(Array(rest.prefix(bits)))
    }
  }

  /// The product over tied sum axes of eq with their free axis; nil where none is tied.
  private static func gate(_ product: Product, freeTables: [[K]]) -> [K]? {
    guard !product.gate.isEmpty else { return nil }
    var gate = [K.one]
    for (axis, extent) in product.sumExtents.enumerated() {
      let bits = Int.bitWidth - (extent - 1).leadingZeroBitCount
      let tie = product.gate.first { $0.sum == axis }
      let factor =
        tie.map { freeTables[$0.free] } ?? [K](repeating: .one, count: 1 << bits)
      gate = gate.flatMap { value in factor.map { value * $0 } }
    }
    return gate
  }
}
