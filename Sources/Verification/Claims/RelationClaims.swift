public import AssayAlgebra
public import AssayCircuits
public import AssayCommitments

/// What a circuit's relations say at a random point, as claims about committed columns.
public struct RelationClaims<K: ChallengeField>: Sendable {
  let circuit: Circuit
  let inputs: PublicInputs
  /// τ: one point for all relations; each takes the first coordinates it needs.
  let point: [K]

  /// Speaks about `circuit`, run with `inputs`, at `point`.
  public init(circuit: Circuit, inputs: PublicInputs, point: [K]) {
    self.circuit = circuit
    self.inputs = inputs
    self.point = point
  }

  /// Coordinates of τ that the circuit's relations need.
  public static func pointCount(_ circuit: Circuit) -> Int {
    circuit.relations.map { AxisPoints<K>.bits($0.freeExtents) }.max() ?? 0
  }

  /// One claim per relation, given what each product is claimed to be at τ.
  public func claims<Value: AffineValue<K>>(products values: [Value]) -> [LinearClaim<Value>] {
    circuit.relations.map { relation in
      let points = points(of: relation)
      let terms = relation.linear.map {
        $0.term(
          at: points, freeExtents: relation.freeExtents, sumExtents: [], inputs: inputs,
          factor: .one)
      }
      var rest = K(relation.constant)
      for (extent, coordinates) in zip(relation.freeExtents, points.free) {
        rest *= Multilinear.prefixIndicator(count: extent, at: coordinates)
      }
      var value = Value(constant: -rest)
      for weighted in relation.products {
        value -= values[weighted.product].scaled(by: K(weighted.coefficient.value(inputs)))
      }
      return LinearClaim(terms: terms, value: value)
    }
  }

  private func points(of relation: Relation) -> AxisPoints<K> {
    AxisPoints(freeExtents: relation.freeExtents, freePoint: point)
  }
}
