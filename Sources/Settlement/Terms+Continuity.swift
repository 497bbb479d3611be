internal import AssayEvidence
internal import AssayWire

extension Terms {
  /// How a job goes on where its provider does not, and how often it may claim: part of the terms,
  /// or left out where one provider must do all of the work under one claim.
  public struct Continuity: Hashable, Sendable {
    /// The most claims; each may end at any recorded state, the last one must reach the end.
    public var claims: Int
    /// How long a provider at work may be silent before it counts as gone.
    public var heartbeatSeconds: Int
    /// How long a provider that has been silent may still come back, or claim what it has done.
    public var graceSeconds: Int
    /// How long another provider may take over before the buyer has its money back.
    public var vacancySeconds: Int
    /// The part of the stake that a provider loses when it stops with notice; one that vanishes
    /// loses the liveness part.
    public var stopMillionths: Int

    /// The parameters.
    public init(
      claims: Int, heartbeatSeconds: Int, graceSeconds: Int, vacancySeconds: Int,
      stopMillionths: Int
    ) {
      self.claims = claims
      self.heartbeatSeconds = heartbeatSeconds
      self.graceSeconds = graceSeconds
      self.vacancySeconds = vacancySeconds
      self.stopMillionths = stopMillionths
    }

    /// The names in the terms file, where they are kept, and what they may be.
    static var fields: [(String, WritableKeyPath<Continuity, Int>, ClosedRange<Int>)] {
      let seconds = 1...Deadlines.limitSeconds
      return [
        ("claims", \.claims, 1...Randomness.linkLimit),
        ("heartbeatSeconds", \.heartbeatSeconds, seconds),
        ("graceSeconds", \.graceSeconds, seconds),
        ("vacancySeconds", \.vacancySeconds, seconds),
        ("stopMillionths", \.stopMillionths, 0...1_000_000),
      ]
    }

    init(_ object: consuming JSONFields) throws(WireError) {
      var fields = object
      self.init(
        claims: 1, heartbeatSeconds: 1, graceSeconds: 1, vacancySeconds: 1, stopMillionths: 0)
      for (name, path, range) in Continuity.fields {
        self[keyPath: path] = try fields.integer(name, in: range)
      }
      try fields.finish()
    }

    var json: JSONValue {
      .object(
        Continuity.fields.map {
          JSONMember(name: $0.0, value: .integer(self[keyPath: $0.1]))
        })
    }

    /// Refuses numbers out of their ranges.
    func check() throws(SettlementError) {
      for (name, path, range) in Continuity.fields where !range.contains(self[keyPath: path]) {
        throw .terms(
          field: "continuity.\(name)",
          reason: "expected \(range.lowerBound) to \(range.upperBound), found "
            + "\(self[keyPath: path])")
      }
    }
  }
}
