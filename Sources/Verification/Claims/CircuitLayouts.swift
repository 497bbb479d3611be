public import AssayCircuits
public import AssayCommitments

/// How a circuit's columns, looked-up positions and tables lie in the vectors that are committed to
/// and summed over. A function of the circuit and the lengths of rows alone.
public struct CircuitLayouts: Sendable {
  /// The columns of each oracle, in the order of `Oracle.allCases`.
  public let oracles: [OracleLayout]
  /// The positions of the lookups, each lookup's in the blocks of its columns' shape: the leaves of
  /// the fraction tree.
  public let sites: OracleLayout
  /// The rows of the tables.
  public let tables: OracleLayout

  /// Lays out a circuit with rows of 2^`rowBits` elements, those of data with 2^`dataRowBits`.
  public init(_ circuit: Circuit, rowBits: Int, dataRowBits: Int) throws(CommitmentError) {
    var oracles: [OracleLayout] = []
    for oracle in Oracle.allCases {
      oracles.append(
        try OracleLayout(
          kind: oracle.kind, shapes: circuit.columns(of: oracle).map(\.shape),
          rowBits: oracle == .data ? dataRowBits : rowBits))
    }
    self.oracles = oracles
    sites = try OracleLayout(
      kind: "sites", shapes: circuit.lookups.map { circuit[$0.columns[0]].shape }, rowBits: 0)
    tables = try OracleLayout(
      kind: "tables", shapes: circuit.tables.map { [1 << $0.bits] }, rowBits: 0)
  }

  /// The layout of an oracle.
  public subscript(oracle: Oracle) -> OracleLayout { oracles[oracle.rawValue] }

  /// Rounds of the fraction tree over the looked-up positions.
  public var siteBits: Int { Extent.bits(sites.elementCount) }
  /// Rounds of the fraction tree over the tables' rows.
  public var tableBits: Int { Extent.bits(tables.elementCount) }
}

extension Oracle {
  /// What is committed: both ends of an interval are of one kind, so that intervals join by roots.
  var kind: String {
    switch self {
    case .start, .end: "state"
    case .witness: "witness"
    case .data: "data"
    }
  }
}

/// Bits that number the indices of a dimension.
enum Extent {
  /// ⌈log₂ count⌉ for count ≥ 1.
  static func bits(_ count: Int) -> Int { Int.bitWidth - (count - 1).leadingZeroBitCount }
}
