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
  /// Bytes of the file for code words of the data, which every proof opens; 0 where they are few
  /// enough to stay in memory, or computed again for each proof.
  public let dataCodeByteCount: Int

  /// The cost of a proof in `setting`.
  ///
  /// - Parameter storesDataCode: whether `IntervalProver` gets a file for code words of the data.
  public init(_ setting: ProofSetting, storesDataCode: Bool = true) {
    let sizes = ProofSizes(setting)
    elementCount = sizes.elementCount(.end) + sizes.elementCount(.witness)
    lookupCount = setting.circuit.siteCount
    let isKept = sizes.keepsData
    dataCodeByteCount = storesDataCode && !isKept ? sizes.codeByteCount(.data) : 0
    seconds = 1e-9 * sizes.nanoseconds(encodesDataAgain: !storesDataCode && !isKept)
    memoryByteCount =
      sizes.lastingByteCount
      + max(sizes.dataCommitmentByteCount, sizes.lookupByteCount, sizes.openingByteCount)
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
  private var tableRowCount: Int { setting.circuit.tables.reduce(0) { $0 + 1 << $1.bits } }
  /// What is committed to anew for a proof, the state that it starts from included.
  private let encoded: [Oracle] = [.start, .end, .witness]

  private func codeLength(_ oracle: Oracle) -> Int {
    oracle == .data
      ? 1 << (setting.rows.dataRowBits + setting.rows.dataRateBits)
      : 1 << (setting.rows.rowBits + setting.rows.rateBits)
  }

  /// Code words, their rows rounded up to eights.
  func codeByteCount(_ oracle: Oracle) -> Int {
    (setting.layouts[oracle].rowCount + 7) / 8 * 64 * codeLength(oracle)
  }

  /// Whether code words of the data stay in memory.
  var keepsData: Bool { codeByteCount(.data) <= GoldilocksArithmetic.largestCode }

  /// Hashes of columns and of the tree over them, with salts where they are hidden.
  private func treeByteCount(_ oracle: Oracle) -> Int {
    (setting.isHiding ? 128 : 64) * codeLength(oracle)
  }

  /// Rows of pads and of masks, beside a hiding proof's other rows.
  private var padRowCount: Int {
    guard let pads = setting.pads, let stack = try? RowStack(setting.openedLayouts) else {
      return 0
    }
    return pads.layout.rowCount + setting.parameters.maskCount(rounds: stack.rowIndexBits)
  }

  /// Bytes of an element of an oracle, in the type that holds all of its values.
  private func width(_ oracle: Oracle) -> Int {
    let bounds = setting.circuit.columns(of: oracle).map(\.bounds)
    let low = bounds.map(\.lowerBound).min() ?? 0
    let high = bounds.map(\.upperBound).max() ?? 0
    if low >= 0 && high <= UInt8.max { return 1 }
    return low >= Int64(Int32.min) && high <= Int64(Int32.max) ? 4 : 8
  }

  /// What is there from the first commitment on: the program, the data, the engine's states,
  /// columns as the witness has them and as rows, trees, and the data's code words if kept.
  var lastingByteCount: Int {
    let columns = encoded.reduce(0) { $0 + 8 * elementCount($1) }
    let rows = Oracle.allCases.reduce(0) { $0 + width($1) * elementCount($1) }
    let trees = encoded.reduce(0) { $0 + treeByteCount($1) }
    let data = keepsData ? treeByteCount(.data) + codeByteCount(.data) : 0
    let pads = padRowCount * 8 << rowBits
    return 60 << 20 + elementCount(.data) + 24 * elementCount(.start) + columns + rows + trees
      + data + pads
  }

  /// What the first proof takes while it commits to the data.
  var dataCommitmentByteCount: Int {
    keepsData ? 0 : treeByteCount(.data) + 16 << 20
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
    let vectors = Oracle.allCases.reduce(0) { $0 + elementCount($1) } / 16
    let layouts = setting.layouts
    return max(32 << layouts.siteBits, 64 << layouts.tableBits) + 16 * small + 64 * vectors
      + 48 << rowBits
  }

  /// Of one core: encoding and hashing, lookups, rows of tables, and passes over all rows.
  func nanoseconds(encodesDataAgain: Bool) -> Double {
    let rows = encoded.map { setting.layouts[$0].rowCount } + [padRowCount]
    let symbols = rows.reduce(0) { $0 + ($1 + 7) / 8 * 8 } * codeLength(.witness)
    // A salt is made and hashed for each column of a hiding proof, whose pads are one oracle more.
    let hashed =
      codeLength(.witness) * (setting.isHiding ? (encoded.count + 1) * 220 : encoded.count * 80)
    let opened = encoded.reduce(0) { $0 + elementCount($1) }
    let data =
      5 * elementCount(.data) + (encodesDataAgain ? codeByteCount(.data) / 8 * 7 / 2 : 0)
    return Double(symbols) * 9 + Double(hashed) + Double(opened) * 24 + Double(data)
      + Double(setting.circuit.siteCount) * 22 + Double(tableRowCount) * 60
  }
}
