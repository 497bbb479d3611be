extension Circuit {
  /// The circuit in full, one line per column, table, lookup, product and relation, in order.
  ///
  /// Canonical: one circuit has one text, and the digest is taken over its bytes.
  public var text: String {
    var lines = ["assay circuit 1", "steps \(stepCount)"]
    for oracle in Oracle.allCases {
      for (index, column) in columns(of: oracle).enumerated() {
        lines.append(
          "column \(ColumnReference(oracle, index)) \(column.name) \(column.shape) "
            + "in \(column.bounds.lowerBound)...\(column.bounds.upperBound)")
      }
    }
    for (index, table) in tables.enumerated() {
      lines.append(
        "table \(index) \(table.name) tag \(table.tag) rows 2^\(table.bits) counted in "
          + "\(multiplicities[index])")
      for lane in table.lanes {
        lines.append("  lane " + lane.pieces.map(\.text).joined(separator: " "))
      }
    }
    for lookup in lookups {
      lines.append(
        "lookup \(lookup.name) "
          + lookup.columns.map { "\($0)" }.joined(separator: ",") + " in table \(lookup.table)")
    }
    for (index, product) in products.enumerated() {
      let gate = product.gate.map { "s\($0.sum)=f\($0.free)" }.joined(separator: ",")
      lines.append("product \(index) \(product.name) over \(product.sumExtents) gate [\(gate)]")
      lines += product.left.map { "  left \($0.text)" }
      lines += product.right.map { "  right \($0.text)" }
    }
    for relation in relations {
      lines.append(
        "relation \(relation.name) at \(relation.freeExtents) constant \(relation.constant)")
      lines += relation.linear.map { "  \($0.text)" }
      lines += relation.products.map { "  \($0.coefficient.text) product \($0.product)" }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension ColumnReference: CustomStringConvertible {
  public var description: String { "\(oracle).\(index)" }
}

extension TableLane.Piece {
  var text: String { "\(start)+2^\(bits):\(slope)x\(intercept < 0 ? "" : "+")\(intercept)" }
}

extension Coefficient {
  var text: String {
    switch self {
    case .constant(let value): "\(value)"
    case .rate(let step, let factor): "\(factor)*rate\(step)"
    }
  }
}

extension Axis {
  var text: String {
    switch self {
    case .free(let index): "f\(index)"
    case .sum(let index): "s\(index)"
    }
  }
}

extension Weights {
  var text: String {
    switch self {
    case .axis(let axis, let extent): "\(axis.text):\(extent)"
    case .ones(let extent): "1:\(extent)"
    case .examples(let step, let places, let batchSize, let extent):
      "batch\(step)(\(places.text):\(batchSize)):\(extent)"
    case .spread(let weights): "spread(\(weights.text))"
    case .paired(let weights): "paired(\(weights.text))"
    case .convolutionInput(let output, let kernel, let geometry):
      "input(\(output.text),\(kernel.text),\(geometry.text))"
    case .convolutionOutput(let input, let kernel, let geometry):
      "output(\(input.text),\(kernel.text),\(geometry.text))"
    }
  }
}

extension WindowGeometry {
  var text: String { "\(input)/\(kernel)/\(output)/\(stride)/\(padding)" }
}

extension WeightedColumn {
  var text: String {
    "\(coefficient) \(column) [" + weights.map(\.text).joined(separator: " ") + "]"
      + (broadcast.isEmpty ? "" : " at each of " + broadcast.map(\.text).joined(separator: ","))
  }
}
