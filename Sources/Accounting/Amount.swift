/// A sum of money in the smallest unit of its asset: a whole number from 0 to 2¹²⁸ − 1.
///
/// In JSON an amount is a string of decimal digits, because JSON numbers lose digits on the way.
/// There is no negative amount: what goes the other way is another transfer.
public struct Amount: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The number of smallest units.
  public let units: UInt128

  /// No money.
  public static let zero = Amount(0)

  /// An amount of `units` smallest units.
  public init(_ units: UInt128) { self.units = units }

  /// Reads plain decimal digits: no sign, no point, no leading zero, at most 2¹²⁸ − 1.
  public init(decimal text: String) throws(AccountingError) {
    let digits = text.utf8
    guard !digits.isEmpty, digits.count <= 64,
      digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      digits.count == 1 || digits.first != UInt8(ascii: "0")
    else { throw .notAnAmount(found: text) }
    guard let units = UInt128(text) else { throw .amountTooLarge(found: text) }
    self.units = units
  }

  /// The decimal digits, the form that `init(decimal:)` reads.
  public var description: String { String(units) }

  public static func < (left: Amount, right: Amount) -> Bool { left.units < right.units }

  /// The sum, or nil where it does not fit into 128 bits.
  public func adding(_ other: Amount) -> Amount? {
    let (sum, overflow) = units.addingReportingOverflow(other.units)
    return overflow ? nil : Amount(sum)
  }

  /// The difference, or nil where it would be negative.
  public func subtracting(_ other: Amount) -> Amount? {
    other.units > units ? nil : Amount(units - other.units)
  }

  /// ⌊amount · numerator / denominator⌋, exact for every input: the product has 256 bits.
  ///
  /// - Precondition: numerator ≤ denominator, denominator > 0.
  public func share(_ numerator: UInt64, of denominator: UInt64) -> Amount {
    precondition(denominator > 0 && numerator <= denominator, "a share is at most the whole")
    let product = units.multipliedFullWidth(by: UInt128(numerator))
    return Amount(UInt128(denominator).dividingFullWidth(product).quotient)
  }
}
