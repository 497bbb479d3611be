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
  public init(steps: Int, rowBits: Int, rateBits: Int, dataRoot: Digest, openings: Int = 0) {
    self.steps = steps
    self.rowBits = rowBits
    self.rateBits = rateBits
    self.dataRoot = dataRoot
    self.openings = openings
  }
}

extension ProofOptions {
  init(fields: inout JSONFields) throws(WireError) {
    steps = try fields.integer("steps", in: 1...1 << 16)
    rowBits = try fields.integer("rowBits", in: 2...24)
    rateBits = try fields.integer("rateBits", in: 1...4)
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
      JSONMember(name: "rowBits", value: .integer(rowBits)),
      JSONMember(name: "rateBits", value: .integer(rateBits)),
      JSONMember(name: "dataRoot", value: .string(dataRoot.hex)),
    ]
    let hiding: [JSONMember] = [
      JSONMember(name: "hiding", value: .bool(true)),
      JSONMember(name: "openings", value: .integer(openings)),
    ]
    return .object(members + (isHiding ? hiding : []))
  }
}
