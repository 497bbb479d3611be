/// A constraint that values do not satisfy.
public struct Violation: Hashable, Sendable {
  /// The lookup's or the relation's name.
  public let name: String
  /// Where it fails: the index in each free axis.
  public let index: [Int]
  /// What was found: the tuple that is in no row, or the number that should be 0.
  public let found: [Int64]
}

extension Violation: CustomStringConvertible {
  public var description: String {
    "\(name) is not satisfied at \(index): found \(found.map(String.init).joined(separator: ", "))"
  }
}

extension Circuit {
  /// The first constraint that values fail, lookups before relations, or nil when all hold.
  ///
  /// Checks every constraint at every index in exact integers: the meaning of a circuit, written
  /// without fields or polynomials. Products are summed term by term, so this is as slow as that.
  public func firstViolation(of values: ColumnValues, inputs: PublicInputs) -> Violation? {
    for lookup in lookups {
      if let violation = firstViolation(of: lookup, values) { return violation }
    }
    for relation in relations {
      if let violation = firstViolation(of: relation, values, inputs) { return violation }
    }
    return nil
  }

  private func firstViolation(of lookup: Lookup, _ values: ColumnValues) -> Violation? {
    let table = tables[lookup.table]
    let columns = lookup.columns.map { values[$0] }
    let shape = self[lookup.columns[0]].shape
    for place in 0..<shape.reduce(1, *) {
      let tuple = columns.map { $0[place] }
      guard let row = table.row(of: tuple),
        zip(table.lanes, tuple).allSatisfy({ $0.value(at: row) == $1 })
      else {
        return Violation(name: lookup.name, index: Self.index(place, in: shape), found: tuple)
      }
    }
    return nil
  }

  private func firstViolation(
    of relation: Relation, _ values: ColumnValues, _ inputs: PublicInputs
  ) -> Violation? {
    for place in 0..<relation.freeExtents.reduce(1, *) {
      let index = Self.index(place, in: relation.freeExtents)
      let axes = AxisIndices(free: index)
      var sum = relation.constant
      for term in relation.linear { sum &+= value(of: term, at: axes, values, inputs) }
      for weighted in relation.products {
        sum &+=
          weighted.coefficient.value(inputs)
          &* value(of: products[weighted.product], at: axes, values, inputs)
      }
      if sum != 0 { return Violation(name: relation.name, index: index, found: [sum]) }
    }
    return nil
  }

  private func value(
    of product: Product, at axes: AxisIndices, _ values: ColumnValues, _ inputs: PublicInputs
  ) -> Int64 {
    var total: Int64 = 0
    for place in 0..<product.sumExtents.reduce(1, *) {
      let sum = Self.index(place, in: product.sumExtents)
      guard product.gate.allSatisfy({ sum[$0.sum] == axes.free[$0.free] }) else { continue }
      let here = AxisIndices(free: axes.free, sum: sum)
      func factor(_ terms: [WeightedColumn]) -> Int64 {
        terms.reduce(0) { $0 &+ value(of: $1, at: here, values, inputs) }
      }
      let left = factor(product.left)
      if left != 0 { total &+= left &* factor(product.right) }
    }
    return total
  }

  private func value(
    of term: WeightedColumn, at axes: AxisIndices, _ values: ColumnValues, _ inputs: PublicInputs
  ) -> Int64 {
    let column = values[term.column]
    var places: [(offset: Int, count: Int64)] = [(0, 1)]
    for (weights, extent) in zip(term.weights, self[term.column].shape) {
      let entries = weights.entries(at: axes, inputs: inputs)
      places = places.flatMap { place in
        entries.map { (place.offset * extent + $0.index, place.count * $0.count) }
      }
    }
    return term.coefficient &* places.reduce(0) { $0 &+ $1.count &* column[$1.offset] }
  }

  /// The index of a row-major place in each dimension.
  private static func index(_ place: Int, in shape: [Int]) -> [Int] {
    var rest = place
    var index = [Int](repeating: 0, count: shape.count)
    for dimension in shape.indices.reversed() {
      index[dimension] = rest % shape[dimension]
      rest /= shape[dimension]
    }
    return index
  }
}
