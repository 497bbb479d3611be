/// Where the time of a run went.
public struct TimeSummary: Hashable, Sendable {
  /// One activity.
  public struct Share: Hashable, Sendable {
    /// Such as "Training".
    public var name: String
    /// How long it took.
    public var seconds: Double
    /// What it covered, such as "1,000 intervals of 10 steps".
    public var detail: String

    /// An activity that took `seconds`.
    public init(name: String, seconds: Double, detail: String = "") {
      self.name = name
      self.seconds = seconds
      self.detail = detail
    }
  }

  /// The activities; the first, training, is what the others are compared with.
  public var shares: [Share]

  /// Activities, training first.
  public init(shares: [Share]) { self.shares = shares }

  /// Activities whose duration is a number.
  var validShares: [Share] {
    shares.filter { $0.seconds.isFinite && $0.seconds >= 0 && $0.seconds < 1e12 }
  }
}

/// The time as one bar, and as a table with each activity's ratio to the first.
struct TimeSection {
  let id: String
  let time: TimeSummary

  func markup() -> Markup {
    let shares = time.validShares
    let total = shares.reduce(0) { $0 + $1.seconds }
    guard total > 0, let first = shares.first else {
      return .tag("p", ["class": "none"], "No durations were recorded.")
    }
    let rows = shares.enumerated().map { index, share in
      Markup.tag(
        "tr", [:],
        [
          .tag(
            "th", ["scope": "row"],
            [key(index), .tag("span", [:], share.name)]
              + (share.detail.isEmpty ? [] : [.tag("small", [:], share.detail)])),
          .tag("td", ["class": "n"], Numbers.duration(share.seconds)),
          .tag(
            "td", ["class": "n"],
            index == 0
              ? "1" : first.seconds > 0 ? Numbers.ratio(share.seconds / first.seconds) : "–"),
        ])
    }
    return .tag(
      "div", [:],
      [
        Drawing.fitting { width, suffix in
          bar(shares, total: total, width: width, id: "\(id)-\(suffix)")
        },
        .tag(
          "table", ["class": "plain"],
          [
            Table.head([
              ("Activity", false), ("Time", true), ("Of \(first.name.lowercased())", true),
            ]),
            .tag("tbody", [:], rows),
          ]),
      ])
  }

  private func key(_ index: Int) -> Markup {
    .tag(
      "svg", ["viewBox": "0 0 14 14", "class": "key", "aria-hidden": "true"],
      [Drawing.rectangle(1, 1, 12, 12, "t\(index % 5)", radius: 2)])
  }

  private func bar(
    _ shares: [TimeSummary.Share], total: Double, width: Double, id: String
  ) -> Markup {
    let gap = 2.0
    let room = width - gap * Double(shares.count - 1)
    // Slivers stay visible: each part is at least three units wide, the widest gives way.
    var widths = shares.map { max(3, room * $0.seconds / total) }
    if let widest = widths.indices.max(by: { widths[$0] < widths[$1] }) {
      widths[widest] -= widths.reduce(0, +) - room
    }
    var content: [Markup] = []
    var x = 0.0
    for (index, share) in shares.enumerated() {
      content.append(Drawing.rectangle(x, 0, widths[index], 34, "t\(index % 5)", radius: 3))
      let label = "\(share.name) \(Numbers.percent(share.seconds / total))"
      if Drawing.textWidth(label, size: 13) + 20 < widths[index] {
        content.append(Drawing.text(label, x + 10, 22, "inside"))
      }
      x += widths[index] + gap
    }
    let summary = shares.map { "\($0.name): \(Numbers.duration($0.seconds))" }
    return Drawing.image(
      id: id, title: "Where the time went", summary: summary.joined(separator: "; ") + ".",
      width: width, height: 34, content)
  }
}

extension Numbers {
  /// A ratio as per cent that may exceed one hundred: 2.7 %, 140 %.
  static func ratio(_ ratio: Double) -> String {
    ratio > 1 ? fixed(ratio * 100, 0) + " %" : percent(ratio)
  }
}
