public import AssayAccounting
internal import AssayWire

extension Terms.Panel {
  /// Known-bad jobs among those that verifiers are drawn for: who accepts one loses its bond, so
  /// that accepting unseen costs more than it saves.
  public struct Canaries: Hashable, Sendable {
    /// The share of jobs that are canaries, in millionths.
    public var rateMillionths: Int
    /// What it costs a verifier to execute the drawn intervals once.
    public var executionCost: Amount

    /// The numbers.
    public init(rateMillionths: Int, executionCost: Amount) {
      self.rateMillionths = rateMillionths
      self.executionCost = executionCost
    }

    init(_ object: consuming JSONFields) throws(WireError) {
      var fields = object
      rateMillionths = try fields.integer("rateMillionths", in: 1...1_000_000)
      executionCost = try fields.amount("executionCost")
      try fields.finish()
    }

    var json: JSONValue {
      .object([
        "rateMillionths": .integer(rateMillionths),
        "executionCost": .string(executionCost.description),
      ])
    }

    /// Refuses a bond that is worth risking: a canary's rate times the bond must be more than what
    /// is saved by not executing.
    func check(bond: Amount) throws(SettlementError) {
      guard (1...1_000_000).contains(rateMillionths) else {
        throw .terms(
          field: "panel.canaries.rateMillionths",
          reason: "expected 1 to 1000000, found \(rateMillionths)")
      }
      let atRisk = bond.share(UInt64(rateMillionths), of: 1_000_000)
      guard atRisk > executionCost else {
        throw .terms(
          field: "panel.canaries",
          reason: "accepting unseen would pay: with \(rateMillionths) of 1000000 jobs as canaries, "
            + "a bond of \(bond) is at risk with \(atRisk), and executing costs "
            + "\(executionCost); expected a bond or a rate with more at risk than that")
      }
    }
  }
}
