internal import AssayWire

/// What the market charges: versioned, and fixed for a job by the terms that it is offered under.
public struct MarketPolicy: Hashable, Sendable {
  /// 0 for a market that has not set any; one more for each change.
  public let version: UInt32
  /// The treasury's share of what providers are paid out of the price, in millionths.
  public let feeMillionths: Int

  /// The most that the treasury may take.
  public static let feeLimit = 500_000
  /// The policy of a market that charges nothing.
  public static let free = MarketPolicy(version: 0, feeMillionths: 0)

  /// A policy.
  public init(version: UInt32, feeMillionths: Int) {
    self.version = version
    self.feeMillionths = feeMillionths
  }

  init(_ object: consuming JSONFields) throws(WireError) {
    var fields = object
    version = UInt32(try fields.integer("version", in: 1...Int(UInt32.max)))
    feeMillionths = try fields.integer("feeMillionths", in: 0...MarketPolicy.feeLimit)
    try fields.finish()
  }

  var json: JSONValue {
    .object(["version": .integer(Int(version)), "feeMillionths": .integer(feeMillionths)])
  }
}
