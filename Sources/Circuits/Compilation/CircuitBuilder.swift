/// Collects a circuit's parts and hands out references to them.
struct CircuitBuilder {
  /// The tags of tables that are looked up so seldom that two small ones take their place.
  let split: Set<Int64>
  private var columns: [Oracle: [Column]] = [:]
  private var tables: [LookupTable] = []
  private var tableOfTag: [Int64: Int] = [:]
  private var lookups: [Lookup] = []
  private var products: [Product] = []
  private var relations: [Relation] = []

  init(split: Set<Int64> = []) {
    self.split = split
  }

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

  /// A quotient as relations read it: Σ terms + constant.
  struct Quotient {
    let terms: [WeightedColumn]
    let constant: Int64
  }

  /// Adds a quotient that must be in `table`, together with the columns of the other lanes: a
  /// column, or where the table is split the bytes of quotient + 2¹⁵ and the high one's class.
  mutating func quotient(
    _ name: String, _ shape: [Int], weights: [Weights], lookedUp lookup: String,
    with others: [ColumnReference], in table: LookupTable
  ) -> Quotient {
    let offset: Int64 = 1 << Int64(LookupTable.quotientBits - 1)
    guard split.contains(table.tag) else {
      let column = column(name, shape, -offset...offset - 1)
      look(up: lookup, [column] + others, in: table)
      return Quotient(terms: [WeightedColumn(column, weights)], constant: 0)
    }
    let halves = table.halves
    let byte: Int64 = 1 << Int64(LookupTable.lowBits)
    let high = column(name + ".high", shape, 0...byte - 1)
    let kind = column(name + ".class", shape, 0...Int64(halves.classCount - 1))
    let low = column(name + ".low", shape, 0...byte - 1)
    let key = others.prefix(halves.high.lanes.count - 2)
    look(up: lookup + ".high", [high] + key + [kind], in: halves.high)
    look(up: lookup + ".low", [low, kind] + others.dropFirst(key.count), in: halves.low)
    return Quotient(
      terms: [WeightedColumn(high, weights, times: byte), WeightedColumn(low, weights)],
      constant: -offset)
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
  /// bits, which are cut once more where their table is split; the lowest first, as terms with the
  /// coefficient `sign` times their place.
  mutating func limbs(
    _ name: String, _ shape: [Int], bits: Int, sign: Int64, weights: [Weights]
  ) -> [WeightedColumn] {
    var terms: [WeightedColumn] = []
    var place = 0
    while place < bits {
      var width = min(16 - place % 16, bits - place)
      if place % 16 == 0, split.contains(LookupTable.range(bits: width).tag) {
        width = LookupTable.lowBits
      }
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
