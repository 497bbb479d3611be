public import AssayCryptography
internal import AssayWire

/// How a run's states and data are committed to as polynomials, so that its steps can be proved:
/// the `proof` object of a spec.
///
/// Roots depend on the length of rows and on the rate, so the spec fixes both.
public struct ProofOptions: Hashable, Sendable {
  /// Steps that one proof covers; an interval is cut into stretches of so many.
  public let steps: Int
  /// Rows of a commitment have 2^rowBits elements.
  public let rowBits: Int
  /// Rows are encoded at the rate 2^−rateBits.
  public let rateBits: Int
  /// Root of the polynomial commitment to the data.
  public let dataRoot: Digest

  /// The most proofs that an interval may take.
  public static let stretchLimit: UInt64 = 1 << 12

  /// Puts options together.
  public init(steps: Int, rowBits: Int, rateBits: Int, dataRoot: Digest) {
    self.steps = steps
    self.rowBits = rowBits
    self.rateBits = rateBits
    self.dataRoot = dataRoot
  }
}

extension ProofOptions {
  init(fields: inout JSONFields) throws(WireError) {
    steps = try fields.integer("steps", in: 1...1 << 16)
    rowBits = try fields.integer("rowBits", in: 2...24)
    rateBits = try fields.integer("rateBits", in: 1...4)
    dataRoot = try fields.digest("dataRoot")
    try fields.finish()
  }

  /// The `proof` object of a spec.
  var json: JSONValue {
    .object([
      "steps": .integer(steps), "rowBits": .integer(rowBits), "rateBits": .integer(rateBits),
      "dataRoot": .string(dataRoot.hex),
    ])
  }
}
