/// What is counted: a currency or a credit, with the number of digits after the point.
public struct Asset: Hashable, Sendable, CustomStringConvertible {
  /// The most digits after the point that an asset may have.
  public static let decimalsLimit = 30

  /// A short name, unique in a ledger, such as `EUR`.
  public let id: String
  /// How many decimals the usual unit has: 2 for cents.
  public let decimals: Int

  /// An asset named `id` (1 to 32 plain characters), its usual unit 10^`decimals` smallest ones.
  public init(id: String, decimals: Int) throws(AccountingError) {
    try checkName(id, limit: 32)
    guard (0...Asset.decimalsLimit).contains(decimals) else {
      throw .decimalsOutOfRange(limit: Asset.decimalsLimit, found: decimals)
    }
    self.id = id
    self.decimals = decimals
  }

  public var description: String { id }

  /// The amount in the usual unit with its name: 125000 cents are `1250.00 EUR`.
  public func format(_ amount: Amount) -> String {
    let digits = String(amount.units)
    guard decimals > 0 else { return "\(digits) \(id)" }
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.utf8.count)) + digits
    return "\(padded.dropLast(decimals)).\(padded.suffix(decimals)) \(id)"
  }

  /// Reads an amount in the usual unit, with a point where there are fewer smallest units: `12.5`.
  public func parse(_ text: String) throws(AccountingError) -> Amount {
    let parts = text.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
    guard let whole = parts.first, !whole.isEmpty, parts.count <= 2 else {
      throw .notAnAmount(found: text)
    }
    let fraction = parts.count == 2 ? parts[1] : ""
    guard parts.count == 1 || !fraction.isEmpty else { throw .notAnAmount(found: text) }
    guard fraction.utf8.count <= decimals else {
      throw .tooManyDecimals(limit: decimals, found: text)
    }
    let zeros = String(repeating: "0", count: decimals - fraction.utf8.count)
    let digits = (whole + fraction + zeros).drop { $0 == "0" }
    return try Amount(decimal: digits.isEmpty ? "0" : String(digits))
  }
}
