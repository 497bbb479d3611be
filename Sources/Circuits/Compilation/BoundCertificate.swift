internal import AssaySpecification

/// Shows that every relation of a circuit means the same over the integers as in the field.
///
/// Each relation's left side is at most so large whatever the columns hold within their bounds.
/// Where that is below p/2 for p = 2⁶⁴ − 2³² + 1, an equality modulo p is an equality of integers.
struct BoundCertificate {
  /// Sides below 2^limit are told apart, with a bit to spare.
  static let limit = 62

  /// - Parameter largestRate: the most that a learning rate of the spec can be.
  /// - Throws: the first relation that could reach the limit.
  static func check(_ circuit: Circuit, largestRate: Int64) throws(CircuitError) {
    for relation in circuit.relations {
      var bound = Wide(relation.constant.magnitude)
      for term in relation.linear {
        bound = bound + magnitude(of: term, in: circuit)
      }
      for weighted in relation.products {
        let product = circuit.products[weighted.product]
        var sum = Wide(1)
        for extent in product.sumExtents { sum = sum * Wide(UInt64(extent)) }
        sum = sum * total(product.left, in: circuit)
        sum = sum * total(product.right, in: circuit)
        bound = bound + sum * Wide(weighted.coefficient.magnitude(largestRate: largestRate))
      }
      guard let value = bound.value, value < 1 << limit else {
        throw .boundTooLarge(
          relation: relation.name, bits: bound.value.map { 64 - $0.leadingZeroBitCount } ?? 64,
          limit: limit)
      }
    }
  }

  private static func total(
    _ terms: [WeightedColumn], in circuit: Circuit
  ) -> Wide {
    terms.reduce(Wide(0)) { $0 + magnitude(of: $1, in: circuit) }
  }

  private static func magnitude(
    of term: WeightedColumn, in circuit: Circuit
  ) -> Wide {
    let bounds = circuit[term.column].bounds
    var result = Wide(max(bounds.lowerBound.magnitude, bounds.upperBound.magnitude))
    for weights in term.weights { result = result * Wide(UInt64(weights.largestCount)) }
    return result * Wide(term.coefficient.magnitude)
  }
}

extension Weights {
  /// The most entries of the dimension that count at one index of every axis.
  var largestCount: Int {
    switch self {
    case .axis, .examples: 1
    case .ones(let extent): extent
    case .spread(let weights): 2 * weights.largestCount
    case .paired(let weights): weights.largestCount
    case .convolutionInput(let first, let second, _), .convolutionOutput(let first, let second, _):
      first.largestCount * second.largestCount
    }
  }
}

extension Coefficient {
  fileprivate func magnitude(largestRate: Int64) -> UInt64 {
    switch self {
    case .constant(let value): value.magnitude
    case .rate(_, let factor):
      factor.magnitude.multipliedReportingOverflow(by: largestRate.magnitude).overflow
        ? .max : factor.magnitude * largestRate.magnitude
    }
  }
}

/// A magnitude that knows when it no longer fits 64 bits.
private struct Wide {
  let value: UInt64?

  init(_ value: UInt64?) { self.value = value }

  static func + (a: Wide, b: Wide) -> Wide {
    guard let x = a.value, let y = b.value else { return Wide(nil) }
    let (sum, overflow) = x.addingReportingOverflow(y)
    return Wide(overflow ? nil : sum)
  }

  static func * (a: Wide, b: Wide) -> Wide {
    guard let x = a.value, let y = b.value else { return Wide(nil) }
    let (product, overflow) = x.multipliedReportingOverflow(by: y)
    return Wide(overflow ? nil : product)
  }
}
