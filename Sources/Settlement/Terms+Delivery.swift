internal import AssayWire

extension Terms {
  /// The artefact is delivered sealed, and its key is released with the payment: part of the terms,
  /// or left out where buyer and provider see to the delivery themselves.
  public struct Delivery: Hashable, Sendable {
    /// From the end of the challenge window until the provider must have disclosed the key.
    public var seconds: Int

    /// The parameters.
    public init(seconds: Int) { self.seconds = seconds }

    init(_ object: consuming JSONFields) throws(WireError) {
      var fields = object
      seconds = try fields.integer("seconds", in: 1...Deadlines.limitSeconds)
      try fields.finish()
    }

    var json: JSONValue { .object(["seconds": .integer(seconds)]) }

    /// Refuses a time out of its range, and a job in parts, whose artefact nobody may ever have.
    func check(_ contents: Terms.Contents) throws(SettlementError) {
      guard (1...Deadlines.limitSeconds).contains(seconds) else {
        throw .terms(
          field: "delivery.seconds", reason: "expected 1 to \(Deadlines.limitSeconds)")
      }
      guard contents.continuity == nil else {
        throw .terms(
          field: "delivery",
          reason: "expected none with a continuity: a provider that leaves would not deliver what "
            + "the next one goes on from")
      }
    }
  }
}
