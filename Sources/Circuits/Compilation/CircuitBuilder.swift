/// Collects a circuit's parts and hands out references to them.
struct CircuitBuilder {
  private var columns: [Oracle: [Column]] = [:]
  private var tables: [LookupTable] = []
  private var tableOfTag: [Int64: Int] = [:]
  private var lookups: [Lookup] = []
  private var products: [Product] = []
  private var relations: [Relation] = []

  /// Adds a column to an oracle.
  mutating func column(
    _ name: String, _ shape: [Int], _ bounds: ClosedRange<Int64>, in oracle: Oracle = .witness
  ) -> ColumnReference {
    let index = columns[oracle, default: []].count
    columns[oracle, default: []].append(Column(name: name, shape: shape, bounds: bounds))
    return ColumnReference(oracle, index)
  }

  /// Demands that the columns' tuples be rows of `table`.
  ///
  /// - Precondition: tables of one tag are equal.
  mutating func look(up name: String, _ references: [ColumnReference], in table: LookupTable) {
    let index = tableOfTag[table.tag] ?? tables.count
    if index == tables.count {
      tables.append(table)
      tableOfTag[table.tag] = index
    }
    precondition(tables[index] == table, "a tag names one table")
    lookups.append(Lookup(name: name, table: index, columns: references))
  }

  /// Adds a product, for one relation to use.
  mutating func product(
    _ name: String, over sumExtents: [Int], gate: [Product.Tie] = [], _ left: [WeightedColumn],
    _ right: [WeightedColumn]
  ) -> Int {
    products.append(
      Product(name: name, sumExtents: sumExtents, gate: gate, left: left, right: right))
    return products.count - 1
  }

  /// Adds a relation.
  mutating func relation(
    _ name: String, at freeExtents: [Int], _ linear: [WeightedColumn],
    products: [Relation.WeightedProduct] = [], constant: Int64 = 0
  ) {
    relations.append(
      Relation(
        name: name, freeExtents: freeExtents, linear: linear, products: products,
        constant: constant))
  }

  /// The columns of the rounding remainder `[0, 2^bits)` and their lookups: limbs of at most 16
  /// bits, the lowest first, as terms with the coefficient `sign` times their place.
  mutating func limbs(
    _ name: String, _ shape: [Int], bits: Int, sign: Int64, weights: [Weights]
  ) -> [WeightedColumn] {
    var terms: [WeightedColumn] = []
    var place = 0
    while place < bits {
      let width = min(16, bits - place)
      let suffix = place == 0 ? "" : "+\(place)"
      let limb = column("\(name)\(suffix)", shape, 0...(1 << width) - 1)
      look(up: "\(name)\(suffix)", [limb], in: .range(bits: width))
      terms.append(WeightedColumn(limb, weights, times: sign << Int64(place)))
      place += width
    }
    return terms
  }

  /// The circuit, with a column of multiplicities per table.
  mutating func circuit(stepCount: Int) -> Circuit {
    let siteCount = lookups.reduce(0) { sum, lookup in
      let reference = lookup.columns[0]
      return sum + (columns[reference.oracle]?[reference.index].elementCount ?? 0)
    }
    let multiplicities = tables.map { table in
      column("multiplicity.\(table.name)", [1 << table.bits], 0...Int64(siteCount))
    }
    return Circuit(
      stepCount: stepCount, columns: columns, tables: tables, multiplicities: multiplicities,
      lookups: lookups, products: products, relations: relations)
  }
}
