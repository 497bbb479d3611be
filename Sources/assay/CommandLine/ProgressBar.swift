internal import Foundation

/// One line that tells how far a long operation is: share done, rate, time left.
///
/// It is redrawn at most ten times a second, and not at all when nobody watches.
final class ProgressBar {
  private let total: Int
  private let unit: String
  private let isDrawn: Bool
  private let write: (String) -> Void
  private let seconds: () -> Double
  private let start: Double
  private var lastDrawn: Double?
  private var firstCount: Int?

  private static let interval = 0.1
  private static let barWidth = 24

  init(
    total: Int, unit: String, isDrawn: Bool, write: @escaping (String) -> Void,
    seconds: @escaping () -> Double
  ) {
    self.total = total
    self.unit = unit
    self.isDrawn = isDrawn
    self.write = write
    self.seconds = seconds
    start = seconds()
  }

  /// Tells that `count` of the total are done, with a remark such as `loss 0.31`.
  func update(_ count: Int, remark: @autoclosure () -> String = "") {
    guard isDrawn else { return }
    let now = seconds()
    let first = firstCount ?? count
    firstCount = first
    if let lastDrawn, now - lastDrawn < Self.interval, count < total { return }
    lastDrawn = now
    write("\r\u{1B}[K" + line(count, done: count - first, elapsed: now - start, remark()))
  }

  /// Removes the line, so that what comes next starts at the margin.
  func finish() {
    if isDrawn, lastDrawn != nil { write("\r\u{1B}[K") }
  }

  private func line(_ count: Int, done: Int, elapsed: Double, _ remark: String) -> String {
    let share = total > 0 ? min(1, Double(count) / Double(total)) : 1
    let filled = Int((share * Double(Self.barWidth)).rounded(.down))
    let bar =
      String(repeating: "█", count: filled)
      + String(repeating: "░", count: Self.barWidth - filled)
    var text = "\(bar) \(Int(share * 100)) %  \(count)/\(total) \(unit)"
    if done > 0, elapsed > 0 {
      let rate = Double(done) / elapsed
      text += "  " + String(format: rate < 10 ? "%.1f" : "%.0f", rate) + " \(unit)/s"
      text += "  \(Self.duration(Double(max(0, total - count)) / rate)) left"
    }
    return remark.isEmpty ? text : text + "  " + remark
  }

  /// `42 s`, `3 min 05 s`, `2 h 07 min`.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "ages" }
    let whole = Int(seconds.rounded(.up))
    func padded(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(padded(whole % 60)) s" }
    return "\(whole / 3600) h \(padded(whole % 3600 / 60)) min"
  }
}
