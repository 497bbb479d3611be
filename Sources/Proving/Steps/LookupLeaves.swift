internal import AssayAlgebra
internal import AssayCircuits
internal import AssayCommitments
internal import AssaySumcheck
internal import AssayVerification

/// The leaves of the two fraction trees that a circuit's lookups are summed in.
struct LookupLeaves {
  typealias K = GoldilocksExtension

  let circuit: Circuit
  let layouts: CircuitLayouts
  let claims: LookupClaims<K>
  let values: ColumnValues

  /// 1/(α − φ) at each looked-up position, in the order of the blocks of `layouts.sites`.
  func sites() throws(SumcheckError) -> LookupSites {
    var segments: [(offset: Int, segment: LookupSites.Segment)] = []
    for (lookup, layout) in zip(circuit.lookups, layouts.sites.columns) {
      let constant = claims.alpha - claims.constant(ofTable: lookup.table)
      let columns = lookup.columns.map { column(values[$0], layout: layout) }
      var start = 0
      for block in layout.blocks {
        let lanes = zip(columns, claims.lanes).map { column, lane in
          LookupSites.Lane(column, start: start, coefficient: -lane)
        }
        segments.append(
          (
            block.offset,
            LookupSites.Segment(bits: block.bits, constant: constant, lanes: lanes)
          ))
        start += block.count
      }
    }
    return try LookupSites(segments.sorted { $0.offset < $1.offset }.map(\.segment))
  }

  /// A column's values, block after block.
  private func column(_ values: [Int64], layout: ColumnLayout) -> IntegerColumn {
    var ordered = values
    if layout.blocks.count > 1 {
      ordered.removeAll(keepingCapacity: true)
      // Runs come block after block, each from its first element to its last.
      layout.forEachRun { source, _ in ordered += values[source] }
    }
    guard let column = IntegerColumn(ordered) else {
      preconditionFailure("looked-up values fit 32 bits: every table's do")
    }
    return column
  }

  /// −multiplicity/(α − φ) at each row of the tables.
  func tables() -> (numerators: [K], denominators: [K]) {
    var numerators = [K](repeating: .zero, count: layouts.tables.elementCount)
    var denominators = numerators
    let weights = claims.lanes
    for (index, table) in circuit.tables.enumerated() {
      let first = layouts.tables.columns[index].blocks[0].offset
      let counts = values[circuit.multiplicities[index]]
      for row in counts.indices where counts[row] != 0 {
        numerators[first + row] = K(-counts[row])
      }
      let constant = claims.alpha - claims.constant(ofTable: index)
      for row in first..<first + counts.count { denominators[row] = constant }
      for (weight, lane) in zip(weights, table.lanes) {
        // Along a piece a lane grows by its slope: an addition a row.
        for piece in lane.pieces {
          let slope = weight * Goldilocks(piece.slope)
          var value = weight * Goldilocks(piece.intercept)
          for row in first + piece.start..<first + piece.start + 1 << piece.bits {
            denominators[row] -= value
            value += slope
          }
        }
      }
    }
    return (numerators, denominators)
  }
}
