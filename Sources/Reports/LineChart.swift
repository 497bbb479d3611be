/// One quantity over the steps of a run, one line for each curve, labelled at its end.
struct LineChart {
  /// How values are written, and which range they have.
  enum Quantity: Hashable, Sendable {
    /// Any number; logarithmic when the values span more than a factor of fifty.
    case number
    /// A share of one, shown as per cent.
    case share
  }

  let id: String
  let title: String
  let curves: [Curve]
  let quantity: Quantity

  private static let width = 430.0
  private static let height = 250.0
  private static let left = 44.0
  private static let top = 14.0
  private static let bottom = 222.0
  private static let labelSize = 12.0
  private static let labelRoom = 110.0
  private static let bucketLimit = 140

  /// The drawing, or a sentence where there is nothing to draw.
  func markup() -> Markup {
    let drawn = curves.map { ($0.name, $0.buckets(limit: Self.bucketLimit)) }
      .filter { !$0.1.isEmpty }
    guard let horizontal = stepAxis, let vertical = valueAxis(drawn.map(\.1)) else {
      return .tag("p", ["class": "none"], "No values were recorded.")
    }
    let labels = drawn.map { name, buckets in
      (
        name: Drawing.shortened(name, size: Self.labelSize, width: Self.labelRoom),
        value: text(buckets[buckets.count - 1].mean)
      )
    }
    let labelWidth =
      labels.map { label in
        max(
          Drawing.textWidth(label.name, size: Self.labelSize),
          Drawing.textWidth(label.value, size: Self.labelSize + 2))
      }.max() ?? 0
    let right = Self.width - min(Self.labelRoom, labelWidth) - 10
    let place = Placement(
      horizontal: horizontal, vertical: vertical, left: Self.left, right: right, top: Self.top,
      bottom: Self.bottom)
    var content = grid(place)
    for (index, curve) in drawn.enumerated() { content += line(curve.1, index, place) }
    content += endLabels(labels, drawn.map(\.1), place)
    return Drawing.image(
      id: id, title: title, summary: summary(drawn), width: Self.width, height: Self.height,
      content)
  }

  /// Maps steps and values to the drawing's coordinates.
  private struct Placement {
    let horizontal: Axis
    let vertical: Axis
    let left: Double
    let right: Double
    let top: Double
    let bottom: Double

    func x(_ step: Double) -> Double { left + (right - left) * horizontal.position(step) }
    func y(_ value: Double) -> Double { bottom - (bottom - top) * vertical.position(value) }
  }

  private var stepAxis: Axis? {
    let steps = curves.flatMap { $0.finitePoints.map(\.step) }
    guard let least = steps.min(), let greatest = steps.max() else { return nil }
    // A run's first step is 1: begin at 0, unless the run began much later.
    let start = least <= greatest * 0.25 ? min(0, least) : least
    return .tight(start...greatest, tickCount: 5, leastStep: 1)
  }

  private func valueAxis(_ drawn: [[Curve.Bucket]]) -> Axis? {
    // Single outliers do not stretch the scale: it holds the means, and what surrounds them.
    let means = drawn.flatMap { $0.map(\.mean) }
    guard let least = means.min(), let greatest = means.max() else { return nil }
    switch quantity {
    case .share:
      let start = least >= 0.9 ? 0.9 : least >= 0.5 ? 0.5 : min(0, least)
      return .tight(start...max(1, greatest), tickCount: 5)
    case .number where least > 0 && greatest / least > 50:
      return .logarithmic(least...greatest)
    case .number:
      return .linear(min(0, least)...greatest, tickCount: 5)
    }
  }

  private func text(_ value: Double) -> String {
    quantity == .share ? Numbers.percent(value) : Numbers.short(value)
  }

  private func grid(_ place: Placement) -> [Markup] {
    var content: [Markup] = []
    let isShare = quantity == .share
    for tick in place.vertical.ticks {
      let y = place.y(tick)
      let label = isShare ? Numbers.percent(tick) : tickText(tick, place.vertical)
      content.append(Drawing.line(place.left, y, place.right, y, "grid"))
      content.append(Drawing.text(label, place.left - 8, y + 4, "tick", anchor: .end))
    }
    content.append(
      Drawing.line(place.left, place.bottom, place.right, place.bottom, "axis"))
    for tick in place.horizontal.ticks {
      let x = place.x(tick)
      content.append(Drawing.line(x, place.bottom, x, place.bottom + 4, "axis"))
      content.append(
        Drawing.text(Numbers.tick(tick), x, place.bottom + 18, "tick", anchor: .middle))
    }
    // The unit stands behind the last tick, wherever that is.
    let last = place.horizontal.ticks.last ?? place.horizontal.upper
    let offset = Drawing.textWidth(Numbers.tick(last), size: Self.labelSize) / 2 + 6
    content.append(Drawing.text("steps", place.x(last) + offset, place.bottom + 18, "tick"))
    return content
  }

  private func tickText(_ tick: Double, _ axis: Axis) -> String {
    axis.spacing == .logarithmic ? Numbers.short(tick).trimmingZeros : Numbers.tick(tick)
  }

  private func line(_ buckets: [Curve.Bucket], _ index: Int, _ place: Placement) -> [Markup] {
    let style = "s\(index % 3)"
    var content: [Markup] = []
    if buckets.contains(where: { $0.least < $0.greatest }) {
      let upper = buckets.map { (x: place.x($0.step), y: place.y($0.greatest)) }
      let lower = buckets.reversed().map { (x: place.x($0.step), y: place.y($0.least)) }
      content.append(Drawing.path(Drawing.polyline(upper + lower) + "Z", "band \(style)"))
    }
    let points = buckets.map { (x: place.x($0.step), y: place.y($0.mean)) }
    content.append(Drawing.path(Drawing.polyline(points), "line \(style)"))
    if buckets.count <= 30 {
      content += points.map { Drawing.circle($0.x, $0.y, 2.5, "dot \(style)") }
    } else if let last = points.last {
      content.append(Drawing.circle(last.x, last.y, 3, "dot \(style)"))
    }
    return content
  }

  /// Name and last value of each curve, right of its end, moved apart where they would overlap.
  private func endLabels(
    _ labels: [(name: String, value: String)], _ drawn: [[Curve.Bucket]], _ place: Placement
  ) -> [Markup] {
    let spacing = 34.0
    let wanted = drawn.map { place.y($0[$0.count - 1].mean) }
    let order = wanted.indices.sorted { wanted[$0] < wanted[$1] }
    var heights = wanted
    var floor = place.top + 8
    for index in order {
      heights[index] = max(wanted[index], floor)
      floor = heights[index] + spacing
    }
    var ceiling = place.bottom - 8
    for index in order.reversed() {
      heights[index] = min(heights[index], ceiling)
      ceiling = heights[index] - spacing
    }
    return labels.indices.flatMap { index in
      [
        Drawing.text(
          labels[index].value, place.right + 10, heights[index], "end s\(index % 3)"),
        Drawing.text(labels[index].name, place.right + 10, heights[index] + 14, "tick"),
      ]
    }
  }

  private func summary(_ drawn: [(String, [Curve.Bucket])]) -> String {
    drawn.map { name, buckets in
      "\(name): from \(text(buckets[0].mean)) to \(text(buckets[buckets.count - 1].mean))"
    }.joined(separator: "; ") + "."
  }

  /// How many values no drawing can show, because they are not finite.
  var omittedCount: Int { curves.reduce(0) { $0 + $1.points.count - $1.finitePoints.count } }
}

extension String {
  /// Without zeros at the end of its decimals: "0.500" becomes "0.5".
  var trimmingZeros: String {
    guard contains("."), !contains("e") else { return self }
    var text = Substring(self)
    while text.last == "0" { text = text.dropLast() }
    if text.last == "." { text = text.dropLast() }
    return String(text)
  }
}

extension Numbers {
  /// A round number on an axis: 2,500 or 0.25.
  static func tick(_ value: Double) -> String {
    if abs(value) >= 1e9 { return short(value / 1e9).trimmingZeros + " G" }
    if abs(value) >= 1e6 { return short(value / 1e6).trimmingZeros + " M" }
    return abs(value) >= 1000 ? fixed(value, 0) : fixed(value, 6).trimmingZeros
  }
}
