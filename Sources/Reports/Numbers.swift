/// Numbers as people read them: grouped digits, few decimals, a typographic minus.
enum Numbers {
  /// A whole number with its thousands grouped: −12,345.
  static func grouped(_ value: Int) -> String {
    (value < 0 ? "−" : "") + grouped(UInt128(value.magnitude))
  }

  /// A whole number with its thousands grouped: 12,345.
  static func grouped(_ value: UInt128) -> String {
    let digits = Array(String(value))
    var text = ""
    for (place, digit) in digits.enumerated() {
      if place > 0, (digits.count - place).isMultiple(of: 3) { text += "," }
      text.append(digit)
    }
    return text
  }

  /// A number with exactly `decimals` decimals, rounded to nearest; "–" for what is not finite.
  static func fixed(_ value: Double, _ decimals: Int) -> String {
    let scale = power(decimals)
    guard value.isFinite, abs(value) * scale < 9e15 else { return "–" }
    let scaled = UInt128((abs(value) * scale).rounded())
    let unit = UInt128(scale)
    let whole = grouped(scaled / unit)
    let sign = value < 0 && scaled != 0 ? "−" : ""
    guard decimals > 0 else { return sign + whole }
    let fraction = String(scaled % unit)
    return sign + whole + "." + String(repeating: "0", count: decimals - fraction.count) + fraction
  }

  /// A number with about three significant digits: 0.0417, 3.14, 128.
  static func short(_ value: Double) -> String {
    guard value.isFinite else { return "–" }
    let size = abs(value)
    if size == 0 { return "0" }
    if size >= 100 { return fixed(value, 0) }
    if size >= 10 { return fixed(value, 1) }
    if size >= 1 { return fixed(value, 2) }
    if size < 1e-6 { return exponential(value) }
    var decimals = 3
    var bound = 0.1
    while size < bound, decimals < 8 {
      bound /= 10
      decimals += 1
    }
    return fixed(value, decimals)
  }

  private static func exponential(_ value: Double) -> String {
    var size = abs(value)
    var exponent = 0
    while size < 1, exponent > -400 {
      size *= 10
      exponent -= 1
    }
    return (value < 0 ? "−" : "") + fixed(size, 1) + "e−\(-exponent)"
  }

  /// A share of one as per cent; close to 0 and 100 with as many decimals as it needs.
  static func percent(_ share: Double) -> String {
    guard share.isFinite else { return "–" }
    if share <= 0 { return "0 %" }
    if share >= 1 { return "100 %" }
    let distance = min(share, 1 - share)
    if distance < 0.000_05 { return share < 0.5 ? "< 0.01 %" : "> 99.99 %" }
    let decimals = distance < 0.001 ? 2 : distance < 0.1 ? 1 : 0
    let text = fixed(share * 100, decimals)
    // 0.0999 and 0.1 must not read "10.0" and "10".
    return (text.hasSuffix(".0") ? String(text.dropLast(2)) : text) + " %"
  }

  /// A duration: 850 ms, 12.3 s, 4 min 05 s, 3 h 20 min.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e12 else { return "–" }
    if seconds < 0.000_95 { return fixed(seconds * 1_000_000, 0) + " µs" }
    if seconds < 0.0095 { return fixed(seconds * 1000, 1) + " ms" }
    if seconds < 0.9995 { return fixed(seconds * 1000, 0) + " ms" }
    if seconds < 9.995 { return fixed(seconds, 2) + " s" }
    if seconds < 99.95 { return fixed(seconds, 1) + " s" }
    let whole = Int(seconds.rounded())
    if whole < 3600 { return "\(whole / 60) min \(twoDigits(whole % 60)) s" }
    return "\(grouped(whole / 3600)) h \(twoDigits(whole % 3600 / 60)) min"
  }

  private static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

  private static func power(_ exponent: Int) -> Double {
    (0..<max(0, exponent)).reduce(1) { power, _ in power * 10 }
  }

  /// A coordinate of a drawing, to a hundredth of a unit and without needless zeros.
  static func coordinate(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e9 else { return "0" }
    let hundredths = Int((value * 100).rounded())
    let sign = hundredths < 0 ? "-" : ""
    let size = hundredths.magnitude
    switch size % 100 {
    case 0: return "\(sign)\(size / 100)"
    case let rest where rest % 10 == 0: return "\(sign)\(size / 100).\(rest / 10)"
    case let rest: return "\(sign)\(size / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
  }
}
