/// Profits of strategies as bars from zero, with whiskers for their intervals of confidence and a
/// dashed line where the honest one is.
struct ProfitBars {
  let id: String
  let group: SimulationReport.Group
  let asset: Asset

  private static let rowHeight = 26.0
  private static let labelSize = 13.0
  private static let top = 8.0

  func markup() -> Markup {
    guard !group.rows.isEmpty else {
      return .tag("p", ["class": "none"], "No strategy was played.")
    }
    return Drawing.fitting { width, suffix in drawing(width: width, id: "\(id)-\(suffix)") }
  }

  private func drawing(width: Double, id: String) -> Markup {
    let isWide = width > 500
    let left = isWide ? 190.0 : 112.0
    let right = width - (isWide ? 96 : 64)
    let axis = axis(tickCount: isWide ? 6 : 3)
    func x(_ value: Double) -> Double { left + (right - left) * axis.position(value) }
    let bottom = Self.top + Self.rowHeight * Double(group.rows.count)
    var content: [Markup] = []
    for tick in axis.ticks {
      content.append(Drawing.line(x(tick), Self.top, x(tick), bottom, tick == 0 ? "axis" : "grid"))
      content.append(
        Drawing.text(
          Numbers.tick(tick / asset.unit), x(tick), bottom + 18, "tick", anchor: .middle))
    }
    for (index, row) in group.rows.enumerated() {
      let middle = Self.top + Self.rowHeight * (Double(index) + 0.5)
      content += bar(row, middle: middle, x: x)
      content.append(
        Drawing.text(
          Drawing.shortened(row.name, size: Self.labelSize, width: left - 14), left - 10,
          middle + 4, "note", anchor: .end))
      content.append(
        Drawing.text(
          asset.change(row.mean), width, middle + 4, row.standing == .wins ? "note loss" : "note",
          anchor: .end))
    }
    if let honest = group.rows.first(where: { $0.standing == .baseline }) {
      let place = x(Double(honest.mean))
      content.append(Drawing.line(place, Self.top, place, bottom, "honest"))
    }
    return Drawing.image(
      id: id, title: "Profit by strategy", summary: summary, width: width, height: bottom + 26,
      content)
  }

  private func bar(
    _ row: SimulationReport.Row, middle: Double, x: (Double) -> Double
  ) -> [Markup] {
    let mean = Double(row.mean)
    let (start, end) = (min(x(0), x(mean)), max(x(0), x(mean)))
    let style =
      switch row.standing {
      case .baseline: "good"
      case .wins: "bad"
      case .loses, .even, .undecided: "fill"
      }
    var content = [
      Drawing.rectangle(start, middle - 7, max(1.5, end - start), 14, style, radius: 2)
    ]
    if row.halfWidth > 0, row.halfWidth < .max {
      let half = Double(row.halfWidth)
      let (low, high) = (x(mean - half), x(mean + half))
      content.append(Drawing.line(low, middle, high, middle, "whisker"))
      for end in [low, high] {
        content.append(Drawing.line(end, middle - 4, end, middle + 4, "whisker"))
      }
    }
    return content
  }

  private func axis(tickCount: Int) -> Axis {
    let ends = group.rows.flatMap { row -> [Double] in
      let mean = Double(row.mean)
      let half = row.halfWidth == .max ? 0 : Double(row.halfWidth)
      return [mean - half, mean + half]
    }
    return .linear(min(0, ends.min() ?? 0)...max(0, ends.max() ?? 0), tickCount: tickCount)
  }

  private var summary: String {
    group.rows.map { "\($0.name): \(asset.change($0.mean)) \(asset.symbol), \($0.standing.word)" }
      .joined(separator: "; ") + "."
  }
}
