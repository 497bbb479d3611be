public import AssayAlgebra
public import AssayCircuits
public import AssayCommitments
public import AssaySumcheck

/// What a circuit's products come down to after their sumcheck: claims about each factor.
public struct ProductClaims<K: ChallengeField>: Sendable {
  let circuit: Circuit
  let inputs: PublicInputs
  /// τ.
  let point: [K]
  /// The free extents of each product's relation.
  private let freeExtents: [[Int]]

  /// Speaks about `circuit`, run with `inputs`, with its relations at `point`.
  public init(circuit: Circuit, inputs: PublicInputs, point: [K]) {
    self.circuit = circuit
    self.inputs = inputs
    self.point = point
    freeExtents = circuit.freeExtentsOfProducts
  }

  /// Variables of each product's sum.
  public static func variableCounts(_ circuit: Circuit) -> [Int] {
    circuit.products.map { AxisPoints<K>.bits($0.sumExtents) }
  }

  /// The sums to be shown, each claimed to be one of `values`.
  ///
  /// The gate of a sum is eq of every sum axis with the free axis it is tied to.
  public func instances<Value: AffineValue<K>>(
    values: [Value]
  ) -> [BatchedProducts.Instance<Value>] {
    zip(values, Self.variableCounts(circuit)).enumerated().map { index, instance in
      BatchedProducts.Instance(variables: instance.1, value: instance.0) { sumPoint in
        let points = points(of: index, sumPoint)
        return circuit.products[index].gate.reduce(.one) {
          $0 * Multilinear.eq(points.sum[$1.sum], points.free[$1.free])
        }
      }
    }
  }

  /// Two claims per product: its left and its right factor at the end of the sumcheck.
  ///
  /// - Parameters:
  ///   - point: where the sumcheck ends; a product with fewer variables takes its last coordinates.
  ///   - values: what each factor is claimed to be there.
  public func claims<Value: AffineValue<K>>(
    at point: [K], values: [(left: Value, right: Value)]
  ) -> [LinearClaim<Value>] {
    circuit.products.indices.flatMap { index in
      let product = circuit.products[index]
      let points = points(
        of: index, Array(point.suffix(AxisPoints<K>.bits(product.sumExtents))))
      func claim(_ factor: [WeightedColumn], _ value: Value) -> LinearClaim<Value> {
        LinearClaim(
          terms: factor.map {
            $0.term(
              at: points, freeExtents: freeExtents[index], sumExtents: product.sumExtents,
              inputs: inputs, factor: .one)
          }, value: value)
      }
      return [
        claim(product.left, values[index].left), claim(product.right, values[index].right),
      ]
    }
  }

  private func points(of index: Int, _ sumPoint: [K]) -> AxisPoints<K> {
    AxisPoints(
      freeExtents: freeExtents[index], freePoint: point,
      sumExtents: circuit.products[index].sumExtents, sumPoint: sumPoint)
  }
}
