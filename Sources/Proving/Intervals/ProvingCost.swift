internal import AssayCircuits
internal import AssayCommitments
public import AssayVerification

/// What a proof will cost, from counts: measured costs per committed element and per lookup.
public struct ProvingCost: Hashable, Sendable {
  /// Elements committed to for one proof.
  public let elementCount: Int
  /// Positions that are looked up.
  public let lookupCount: Int
  /// Seconds on one core.
  public let seconds: Double
  /// Bytes of memory at the peak.
  public let memoryByteCount: Int

  /// The cost of a proof in `setting`.
  public init(_ setting: ProofSetting) {
    let circuit = setting.circuit
    func elements(_ oracle: Oracle) -> Int {
      circuit.columns(of: oracle).reduce(0) { $0 + $1.elementCount }
    }
    elementCount = elements(.end) + elements(.witness)
    let rows = circuit.tables.reduce(0) { $0 + 1 << $1.bits }
    lookupCount = circuit.siteCount
    // Nanoseconds for an element at rate 1/2, a lookup, and a table's row with its numerator.
    let rate = 1 << (setting.parameters.rateBits - 1)
    let opened = elements(.start) + elements(.data)
    seconds =
      1e-9
      * (Double(elementCount) * Double(20 * rate) + Double(opened) * 2 + Double(lookupCount) * 25
        + Double(rows) * 60)
    // Integers as they are gathered and stacked, code words, the layers of the fraction tree.
    memoryByteCount =
      (elementCount + opened) * (24 + 8 << setting.parameters.rateBits) + lookupCount * 48
      + rows * 96
  }
}
