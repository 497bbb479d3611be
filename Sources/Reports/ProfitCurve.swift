/// The profit of a provider over the number of intervals that it falsifies.
struct ProfitCurve {
  let id: String
  let points: [SimulationReport.Point]
  let honest: Int128
  let asset: Asset

  private static let height = 280.0
  private static let top = 12.0
  private static let bottom = 240.0
  private static let left = 64.0

  func markup() -> Markup {
    Drawing.fitting { width, suffix in drawing(width: width, id: "\(id)-\(suffix)") }
  }

  private func drawing(width: Double, id: String) -> Markup {
    let counts = points.map { Double($0.falseIntervals) }
    let values =
      [0, Double(honest)]
      + points.flatMap { point -> [Double] in
        let half = point.halfWidth == .max ? 0 : Double(point.halfWidth)
        return [Double(point.mean) - half, Double(point.mean) + half, Double(point.expected)]
      }
    guard let least = counts.min(), let most = counts.max(), let low = values.min(),
      let high = values.max()
    else { return .tag("p", ["class": "none"], "Nothing was simulated.") }
    // Draws find most of what is false where little of it is: the few matter most.
    let horizontal = Axis.logarithmic(least...max(most, least + 1))
    let vertical = Axis.linear(low...high, tickCount: 6)
    let right = width - 70
    func x(_ count: Double) -> Double {
      Self.left + (right - Self.left) * horizontal.position(count)
    }
    func y(_ value: Double) -> Double {
      Self.bottom - (Self.bottom - Self.top) * vertical.position(value)
    }
    var content: [Markup] = []
    for tick in vertical.ticks {
      content.append(
        Drawing.line(Self.left, y(tick), right, y(tick), tick == 0 ? "axis" : "grid"))
      content.append(
        Drawing.text(
          Numbers.tick(tick / asset.unit), Self.left - 8, y(tick) + 4, "tick", anchor: .end))
    }
    for tick in horizontal.ticks {
      content.append(
        Drawing.text(Numbers.tick(tick), x(tick), Self.bottom + 18, "tick", anchor: .middle))
    }
    content.append(
      Drawing.text("intervals false", right, Self.bottom + 34, "tick", anchor: .end))
    content.append(Drawing.line(Self.left, y(Double(honest)), right, y(Double(honest)), "honest"))
    content.append(Drawing.text("honest", right + 8, y(Double(honest)) + 4, "tick"))
    let line = points.map { (x: x(Double($0.falseIntervals)), y: y(Double($0.expected))) }
    content.append(Drawing.path(Drawing.polyline(line), "line s0"))
    for point in points {
      let place = x(Double(point.falseIntervals))
      if point.halfWidth > 0, point.halfWidth < .max {
        content.append(
          Drawing.line(
            place, y(Double(point.mean - point.halfWidth)), place,
            y(Double(point.mean + point.halfWidth)), "whisker"))
      }
      content.append(Drawing.circle(place, y(Double(point.mean)), 3.5, "dot s0"))
    }
    return Drawing.image(
      id: id, title: "Profit over falsified intervals", summary: summary, width: width,
      height: Self.height, content)
  }

  private var summary: String {
    "Honest: \(asset.change(honest)) \(asset.symbol); "
      + points.map { "\($0.falseIntervals) false: \(asset.change($0.mean))" }
      .joined(separator: "; ") + "."
  }
}
