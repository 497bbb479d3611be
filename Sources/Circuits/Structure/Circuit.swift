public import AssayCryptography

/// Everything that a run of consecutive steps must satisfy: columns, tables, lookups, relations.
///
/// Compiled from a spec by one function that prover and verifier share; nothing in it comes from a
/// prover. What changes from proof to proof of one spec (learning rates, the examples drawn) is
/// named symbolically and given as `PublicInputs`.
public struct Circuit: Sendable {
  /// Steps that one proof covers.
  public let stepCount: Int
  /// The columns of each oracle, in order.
  public let columns: [Oracle: [Column]]
  /// The tables; each has a column of multiplicities in the witness.
  public let tables: [LookupTable]
  /// The witness column that holds how often each row of a table is looked up.
  public let multiplicities: [ColumnReference]
  public let lookups: [Lookup]
  public let products: [Product]
  public let relations: [Relation]

  /// Assembles a circuit. `CircuitBuilder` keeps the references right.
  init(
    stepCount: Int, columns: [Oracle: [Column]], tables: [LookupTable],
    multiplicities: [ColumnReference], lookups: [Lookup], products: [Product],
    relations: [Relation]
  ) {
    self.stepCount = stepCount
    self.columns = columns
    self.tables = tables
    self.multiplicities = multiplicities
    self.lookups = lookups
    self.products = products
    self.relations = relations
  }

  /// The columns of an oracle, in order.
  public func columns(of oracle: Oracle) -> [Column] { columns[oracle] ?? [] }

  /// The column that a reference names.
  public subscript(reference: ColumnReference) -> Column {
    columns(of: reference.oracle)[reference.index]
  }

  /// Positions that are looked up in all.
  public var siteCount: Int {
    lookups.reduce(0) { $0 + self[$1.columns[0]].elementCount }
  }

  /// SHA-256 of the canonical text.
  public var digest: Digest { SHA256.digest(domain: "assay.circuit.v1", [Array(text.utf8)]) }
}

/// What a proof's circuit is run with: public, and recomputed by the verifier from the spec.
public struct PublicInputs: Hashable, Sendable {
  /// The integer learning rate of each step.
  public let rates: [Int64]
  /// The examples of each step's batch, in order of place.
  public let batches: [[Int]]

  /// Collects the inputs of consecutive steps.
  public init(rates: [Int64], batches: [[Int]]) {
    self.rates = rates
    self.batches = batches
  }
}

extension Circuit {
  /// The free extents of the relation that uses each product.
  public var freeExtentsOfProducts: [[Int]] {
    var extents = [[Int]](repeating: [], count: products.count)
    for relation in relations {
      for weighted in relation.products { extents[weighted.product] = relation.freeExtents }
    }
    return extents
  }
}
