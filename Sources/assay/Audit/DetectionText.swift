internal import AssayAuditing
internal import AssayEvidence
internal import AssayWire

/// The detection probabilities of a draw, for people and for programs.
enum DetectionText {
  static func show(_ rows: [DetectionRow], _ console: Console) throws {
    try console.print()
    try console.print("false intervals      found with probability")
    for row in rows {
      let count = padded("\(row.falseIntervals)", 9)
      let share = padded(Quantity.percent(Double(row.falseIntervals) / Double(row.intervals)), 9)
      try console.print("\(count) \(share)  \(padded(row.detection.description, 10))")
    }
  }

  /// What the draw finds; where every interval is proved, there is nothing left to chance.
  static func show(_ report: AuditReport, _ console: Console) throws {
    guard report.proved.count < report.challenge.draw.intervalCount else {
      try console.print()
      try console.print("Every interval of the run is proved: no draw could have missed one.")
      return
    }
    try show(report.detection, console)
  }

  static func json(_ rows: [DetectionRow]) -> JSONValue {
    .array(
      rows.map { row in
        .object([
          "falseIntervals": .integer(row.falseIntervals),
          "detectionMillionths": .integer(row.detection.millionths),
        ])
      })
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
