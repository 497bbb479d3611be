/// RFC 3339 times in UTC, to the second.
enum Timestamp {
  /// The last second of the year 9999.
  static let limit: UInt64 = 253_402_300_799
  private static let secondsPerDay: UInt64 = 86_400

  /// Such as `2026-01-31T12:00:00Z`.
  ///
  /// The date is reckoned in years that begin in March, so that a leap day is the last of its year.
  static func text(_ seconds: UInt64) -> String {
    // 1970-01-01 is day 719,468 after 0000-03-01 of the proleptic Gregorian calendar.
    let days = seconds / secondsPerDay + 719_468
    let era = days / 146_097
    let dayOfEra = days % 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shifted + 2) / 5 + 1
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    let time = seconds % secondsPerDay
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T"
      + "\(padded(time / 3600, 2)):\(padded(time / 60 % 60, 2)):\(padded(time % 60, 2))Z"
  }

  /// The seconds that `text` writes so; nil for any other text.
  static func seconds(_ text: String) -> UInt64? {
    let parts = text.split(whereSeparator: { "-T:Z".contains($0) }).map { UInt64($0) }
    guard parts.count == 6, let year = parts[0], let month = parts[1], let day = parts[2],
      let hour = parts[3], let minute = parts[4], let second = parts[5],
      (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day), hour < 24,
      minute < 60, second < 60
    else { return nil }
    let shiftedYear = month <= 2 ? year - 1 : year
    let shiftedMonth = month <= 2 ? month + 9 : month - 3
    let dayOfYear = (153 * shiftedMonth + 2) / 5 + day - 1
    let days =
      365 * shiftedYear + shiftedYear / 4 - shiftedYear / 100 + shiftedYear / 400 + dayOfYear
    let seconds =
      (days - 719_468) * secondsPerDay + hour * 3600 + minute * 60 + second
    // There is one writing of a time: the thirtieth of February has none.
    return self.text(seconds).utf8.elementsEqual(text.utf8) ? seconds : nil
  }

  private static func padded(_ number: UInt64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
