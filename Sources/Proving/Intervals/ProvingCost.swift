internal import AssayCircuits
internal import AssayCommitments
internal import AssaySpecification
public import AssayVerification

/// What a proof will cost, from counts: measured costs per committed element and per lookup, and
/// the tables and vectors that are in memory together.
public struct ProvingCost: Hashable, Sendable {
  /// Elements committed to for one proof.
  public let elementCount: Int
  /// Positions that are looked up.
  public let lookupCount: Int
  /// Seconds on one core.
  public let seconds: Double
  /// Bytes of memory at the peak, data and engine included.
  public let memoryByteCount: Int
  /// Whether the code words of the data stay in memory from proof to proof, rather than being
  /// computed again for each.
  public let keepsDataCode: Bool

  /// The cost of a proof in `setting`.
  public init(_ setting: ProofSetting, keepsDataCode: Bool = true) {
    let sizes = ProofSizes(setting)
    let dataCode = sizes.codeByteCount(.data)
    let keeps = keepsDataCode && dataCode <= IntervalProver.largestDataCode
    elementCount = sizes.elementCount(.end) + sizes.elementCount(.witness)
    lookupCount = setting.circuit.siteCount
    self.keepsDataCode = keeps
    seconds = 1e-9 * sizes.nanoseconds(keepsDataCode: keeps)
    memoryByteCount =
      sizes.lastingByteCount + (keeps ? dataCode : sizes.windowByteCount)
      + max(sizes.lookupByteCount, sizes.openingByteCount)
  }

  /// The cost of the fastest way to prove that takes no more memory than `limit`, or nothing where
  /// there is none.
  public static func within(memory limit: Int?, _ setting: ProofSetting) -> ProvingCost? {
    [true, false].map { ProvingCost(setting, keepsDataCode: $0) }
      .first { $0.memoryByteCount <= limit ?? .max }
  }
}

/// How large the parts of a proof are.
private struct ProofSizes {
  let setting: ProofSetting

  init(_ setting: ProofSetting) { self.setting = setting }

  func elementCount(_ oracle: Oracle) -> Int {
    setting.circuit.columns(of: oracle).reduce(0) { $0 + $1.elementCount }
  }

  private var rowBits: Int { setting.rows.rowBits }
  private var codeLength: Int { 1 << (rowBits + setting.rows.rateBits) }
  private var tableRowCount: Int { setting.circuit.tables.reduce(0) { $0 + 1 << $1.bits } }

  /// Code words, their rows rounded up to eights.
  func codeByteCount(_ oracle: Oracle) -> Int {
    (setting.layouts[oracle].rowCount + 7) / 8 * 64 * codeLength
  }

  /// What is worked on where code words are not kept.
  var windowByteCount: Int { max(32 << 20, 64 * codeLength) }

  /// Bytes of an element of an oracle, in the type that holds all of its values.
  private func width(_ oracle: Oracle) -> Int {
    let bounds = setting.circuit.columns(of: oracle).map(\.bounds)
    let low = bounds.map(\.lowerBound).min() ?? 0
    let high = bounds.map(\.upperBound).max() ?? 0
    if low >= 0 && high <= UInt8.max { return 1 }
    return low >= Int64(Int32.min) && high <= Int64(Int32.max) ? 4 : 8
  }

  /// What is there from the first commitment on: the program, the data, the engine's states,
  /// columns as the witness has them and as rows, trees, and code words that are small.
  var lastingByteCount: Int {
    let wide: [Oracle] = [.start, .end, .witness]
    let columns = wide.reduce(0) { $0 + 8 * elementCount($1) }
    let rows = Oracle.allCases.reduce(0) { $0 + width($1) * elementCount($1) }
    let trees = Oracle.allCases.count * 64 * codeLength
    let codes = wide.map(codeByteCount).filter { $0 <= GoldilocksArithmetic.largestCode }
    return 60 << 20 + 2 * elementCount(.data) + 24 * elementCount(.start) + columns + rows + trees
      + codes.reduce(0, +)
  }

  /// The layers of the fraction trees, which share their memory, and what they are made from.
  var lookupByteCount: Int {
    let lanes = setting.circuit.lookups.reduce(0) { sum, lookup in
      sum + lookup.columns.count * setting.circuit[lookup.columns[0]].elementCount
    }
    let layouts = setting.layouts
    return max(32 << layouts.siteBits, 64 << layouts.tableBits) + 3 * lanes + 48 * tableRowCount
  }

  /// The fraction trees' memory, which is kept, the two vectors that the rows fold to, and weights
  /// of small blocks.
  var openingByteCount: Int {
    let blocks = setting.layouts.oracles.flatMap { $0.columns.flatMap(\.blocks) }
    let small = blocks.filter { $0.bits <= rowBits }.reduce(0) { $0 + 1 << $1.bits }
    let layouts = setting.layouts
    let vectors = Oracle.allCases.reduce(0) { $0 + elementCount($1) } / 16
    return max(32 << layouts.siteBits, 64 << layouts.tableBits) + 16 * small + 64 * vectors
      + 48 << rowBits
  }

  /// Of one core: encoding and hashing, lookups, rows of tables, and passes over all rows.
  func nanoseconds(keepsDataCode: Bool) -> Double {
    let rate = 1 << (setting.rows.rateBits - 1)
    let encoded = [Oracle.start, .end, .witness].reduce(0) { sum, oracle in
      sum + (setting.layouts[oracle].rowCount + 7) / 8 * 8 << rowBits
    }
    let hashed = 3 * codeLength
    let opened = [Oracle.start, .end, .witness].reduce(0) { $0 + elementCount($1) }
    let data = Double(elementCount(.data)) * (keepsDataCode ? 5 : 5 + 7 * Double(rate))
    return Double(encoded) * 18 * Double(rate) + Double(hashed) * 80 + Double(opened) * 24 + data
      + Double(setting.circuit.siteCount) * 22 + Double(tableRowCount) * 60
  }
}
