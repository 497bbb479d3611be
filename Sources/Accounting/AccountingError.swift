/// Why text or bytes from outside are not an amount, an asset or a name of this room.
public enum AccountingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The text is not a whole number of smallest units in plain decimal digits.
  case notAnAmount(found: String)
  /// The number needs more than 128 bits.
  case amountTooLarge(found: String)
  /// The text has more digits after the point than the asset has.
  case tooManyDecimals(limit: Int, found: String)
  /// A name is empty, too long, or has a character outside `a–z A–Z 0–9 . _ - / :`.
  case notAName(limit: Int, found: String)
  /// An asset may have 0 to 30 decimals.
  case decimalsOutOfRange(limit: Int, found: Int)
  /// The books break one of their own rules: what, and where.
  case brokenBooks(rule: String, subject: String)

  public var description: String {
    switch self {
    case .notAnAmount(let found):
      "“\(found.prefix(60))” is not an amount: expected decimal digits without a sign, such as "
        + "125000"
    case .amountTooLarge(let found):
      "the amount \(found.prefix(60)) does not fit into 128 bits; the largest is \(UInt128.max)"
    case .tooManyDecimals(let limit, let found):
      "the amount \(found.prefix(60)) has more than \(limit) digits after the point"
    case .notAName(let limit, let found):
      "“\(found.prefix(60))” is not a name: expected 1 to \(limit) characters of "
        + "a–z, A–Z, 0–9, '.', '_', '-', '/' and ':'"
    case .decimalsOutOfRange(let limit, let found):
      "an asset with \(found) decimals: expected 0 to \(limit)"
    case .brokenBooks(let rule, let subject):
      "the books are broken at \(subject): \(rule)"
    }
  }
}

/// Checks a name of an account, transfer, asset or job, so that it can stand in text and in paths.
func checkName(_ name: String, limit: Int) throws(AccountingError) {
  let bytes = name.utf8
  let isPlain = bytes.allSatisfy { byte in
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: ":"):
      true
    default: false
    }
  }
  guard isPlain, !bytes.isEmpty, bytes.count <= limit else {
    throw .notAName(limit: limit, found: name)
  }
}
