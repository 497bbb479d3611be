public import AssaySpecification

extension Circuit {
  /// The circuit of `stepCount` consecutive steps of a spec with integer numerics.
  ///
  /// Depends on the spec and the count alone: every stretch of a run has the same circuit, with its
  /// own `PublicInputs`.
  public init(spec: Spec, stepCount: Int) throws(CircuitError) {
    guard let step = spec.integerStep else { throw .notInteger }
    try self.init(step: step, exampleCount: spec.data.exampleCount, stepCount: stepCount)
  }

  /// The circuit of `stepCount` ≥ 1 repetitions of `step`.
  init(step: IntegerStep, exampleCount: Int, stepCount: Int) throws(CircuitError) {
    precondition(stepCount >= 1)
    guard step.layers.count <= Self.layerLimit / stepCount else {
      throw .tooManyLayers(
        layers: step.layers.count, steps: stepCount, limit: Self.layerLimit)
    }
    func compiled(split: Set<Int64>) throws(CircuitError) -> Circuit {
      var compiler = try StepCompiler(step: step, exampleCount: exampleCount, split: split)
      return compiler.compile(stepCount: stepCount)
    }
    self = try compiled(split: try compiled(split: []).tagsOfSeldomTables)
    let largestRate = step.rates.map(\.rate).max() ?? 0
    try BoundCertificate.check(self, largestRate: Int64(largestRate))
    guard siteCount < Self.siteLimit else {
      throw .tooManyLookups(found: siteCount, limit: Self.siteLimit)
    }
  }

  /// The tags of tables with more than two rows for each position that is looked up in them, and
  /// more than a byte's.
  ///
  /// A row costs a multiplicity and a fraction; a position that is looked up in two tables instead
  /// costs two columns and a fraction more.
  private var tagsOfSeldomTables: Set<Int64> {
    var counts = [Int](repeating: 0, count: tables.count)
    for lookup in lookups { counts[lookup.table] += self[lookup.columns[0]].elementCount }
    return Set(
      zip(tables, counts).filter { table, count in
        table.bits > LookupTable.lowBits && count < 1 << (table.bits - 1)
      }.map(\.0.tag))
  }

  /// Layers, counted once for each step: a spec says how many steps a proof covers, and must not
  /// have its readers compile without end.
  static let layerLimit = 1 << 12
  /// Counts of lookups stay far below the field's characteristic.
  static let siteLimit = 1 << 31
}

extension PublicInputs {
  /// The inputs of the steps first ..< first + count of a spec, each step numbered from 1.
  public init(spec: Spec, firstStep: UInt64, count: Int) throws(CircuitError) {
    guard let step = spec.integerStep else { throw .notInteger }
    let steps = (0..<UInt64(count)).map { firstStep + $0 }
    let order = spec.batchOrder
    self.init(
      rates: steps.map { step.rate(step: $0) }, batches: steps.map { order.batch(step: $0) })
  }
}
