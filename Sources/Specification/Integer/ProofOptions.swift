public import AssayCryptography
internal import AssayWire

/// How long the rows of commitments are, and how they are encoded: 2^`rowBits` elements at the rate
/// 2^−`rateBits`.
///
/// Every proof encodes states anew, but data only once: so data may have rows of their own.
public struct ProofRows: Hashable, Sendable {
  /// Rows of states and witnesses.
  public let rowBits: Int
  public let rateBits: Int
  /// Rows of data.
  public let dataRowBits: Int
  public let dataRateBits: Int

  /// States lengths and rates.
  public init(rowBits: Int, rateBits: Int, dataRowBits: Int, dataRateBits: Int) {
    self.rowBits = rowBits
    self.rateBits = rateBits
    self.dataRowBits = dataRowBits
    self.dataRateBits = dataRateBits
  }
}

/// How a run's states and data are committed to as polynomials, so that its steps can be proved:
/// the `proof` object of a spec.
///
/// Roots depend on the lengths of rows and on the rates, so the spec fixes them.
public struct ProofOptions: Hashable, Sendable {
  /// The most steps that one proof covers; an interval is cut into stretches of no more.
  public let steps: Int
  /// Lengths and rates of rows.
  public let rows: ProofRows
  /// Root of the polynomial commitment to the data.
  public let dataRoot: Digest
  /// In how many proofs the data may be opened and stay hidden, where proofs hide weights and data;
  /// 0 where they are transparent.
  public let openings: Int

  /// Whether states and data are committed to so that proofs show nothing of them. Who commits to
  /// them, or executes steps again, needs the secret that the randomness follows from.
  public var isHiding: Bool { openings > 0 }

  /// In how many proofs hidden data may be opened at most.
  public static let openingLimit = 1 << 12

  /// The most proofs that an interval may take.
  public static let stretchLimit: UInt64 = 1 << 12

  /// Puts options together.
  public init(steps: Int, rows: ProofRows, dataRoot: Digest, openings: Int = 0) {
    self.steps = steps
    self.rows = rows
    self.dataRoot = dataRoot
    self.openings = openings
  }
}

extension ProofOptions {
  init(fields: inout JSONFields) throws(WireError) {
    steps = try fields.integer("steps", in: 1...1 << 16)
    rows = ProofRows(
      rowBits: try fields.integer("rowBits", in: 2...24),
      rateBits: try fields.integer("rateBits", in: 1...4),
      dataRowBits: try fields.integer("dataRowBits", in: 2...24),
      dataRateBits: try fields.integer("dataRateBits", in: 1...4))
    dataRoot = try fields.digest("dataRoot")
    if let hiding = try fields.optionalBool("hiding") {
      guard hiding else { throw fields.failure("hiding", "expected true, or nothing at all") }
      // A state is opened in two proofs.
      openings = try fields.integer("openings", in: 2...Self.openingLimit)
    } else {
      openings = 0
    }
    try fields.finish()
  }

  /// The `proof` object of a spec.
  var json: JSONValue {
    let members: [JSONMember] = [
      JSONMember(name: "steps", value: .integer(steps)),
      JSONMember(name: "rowBits", value: .integer(rows.rowBits)),
      JSONMember(name: "rateBits", value: .integer(rows.rateBits)),
      JSONMember(name: "dataRowBits", value: .integer(rows.dataRowBits)),
      JSONMember(name: "dataRateBits", value: .integer(rows.dataRateBits)),
      JSONMember(name: "dataRoot", value: .string(dataRoot.hex)),
    ]
    let hiding: [JSONMember] = [
      JSONMember(name: "hiding", value: .bool(true)),
      JSONMember(name: "openings", value: .integer(openings)),
    ]
    return .object(members + (isHiding ? hiding : []))
  }
}
