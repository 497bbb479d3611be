/// The trace as cells, one for each interval, wrapped like text; drawn intervals stand out by
/// shape as well as by colour.
struct TraceStrip {
  let id: String
  let trace: TraceSummary

  /// The most intervals that get a cell each; longer traces get bands instead.
  static let cellLimit = 3000

  func markup() -> Markup {
    guard trace.intervalCount > 0 else {
      return .tag("p", ["class": "none"], "The trace has no intervals yet.")
    }
    return .tag(
      "div", [:],
      [
        Drawing.fitting { width, suffix in
          trace.intervalCount <= Self.cellLimit
            ? cells(width: width, id: "\(id)-\(suffix)")
            : band(width: width, id: "\(id)-\(suffix)")
        },
        legend,
      ])
  }

  private var summary: String {
    let checks = trace.validChecks
    var parts = [
      "\(Numbers.grouped(trace.intervalCount)) intervals, \(Numbers.grouped(checks.count)) drawn."
    ]
    let bad = checks.filter { $0.finding == .different || $0.finding == .withheld }
    if !checks.isEmpty {
      parts.append(
        bad.isEmpty
          ? "None of those looked at differs."
          : "Not as claimed: "
            + bad.prefix(8).map { Numbers.grouped($0.interval) }.joined(separator: ", ")
            + (bad.count > 8 ? " and \(bad.count - 8) more." : "."))
    }
    return parts.joined(separator: " ")
  }

  private func cells(width: Double, id: String) -> Markup {
    let count = trace.intervalCount
    let gutter = 40.0
    let columns = Self.columns(count: count, width: width - gutter)
    let pitch = min(26, (width - gutter) / Double(columns))
    let gap = pitch > 14 ? 3.0 : pitch > 9 ? 2 : 1.2
    let side = pitch - gap
    let rows = (count + columns - 1) / columns
    var content: [Markup] = []
    let labelStride = max(1, Int((15 / pitch).rounded(.up)))
    for row in stride(from: 0, to: rows, by: labelStride) {
      let y = Double(row) * pitch + side / 2 + 4
      content.append(
        Drawing.text(Numbers.grouped(row * columns), gutter - 8, y, "tick", anchor: .end))
    }
    func origin(_ interval: Int) -> (x: Double, y: Double) {
      (
        gutter + Double(interval % columns) * pitch,
        Double(interval / columns) * pitch
      )
    }
    content.append(Drawing.path(outline(0..<count, side: side, origin), "cell"))
    for range in trace.validFalsified {
      content.append(Drawing.path(outline(range, side: side, origin), "cell false"))
    }
    for check in trace.validChecks {
      let place = origin(check.interval)
      content += mark(check.finding, x: place.x, y: place.y, side: side)
    }
    return Drawing.image(
      id: id, title: "The trace, interval by interval", summary: summary, width: width,
      height: max(20, Double(rows) * pitch), content)
  }

  /// How many cells stand in a row: a round number that leaves them at least six units wide.
  static func columns(count: Int, width: Double) -> Int {
    let most = Int(width / (count > 400 ? 5.6 : 9))
    if count <= min(most, 40) { return count }
    let rounds = [100, 50, 40, 25, 20, 10]
    return rounds.first { $0 <= most && (count >= 2 * $0 || $0 <= 25) } ?? 10
  }

  /// One path of squares, so that a thousand cells cost little.
  private func outline(
    _ range: Range<Int>, side: Double, _ origin: (Int) -> (x: Double, y: Double)
  ) -> String {
    let edge = Numbers.coordinate(side)
    return range.map { interval in
      let place = origin(interval)
      return "M\(Numbers.coordinate(place.x)) \(Numbers.coordinate(place.y))h\(edge)v\(edge)"
        + "h-\(edge)z"
    }.joined()
  }

  /// A drawn interval: filled with a tick when the same, with a bar when proved, a framed cross
  /// when not as claimed, a frame when withheld.
  private func mark(
    _ finding: TraceSummary.Finding, x: Double, y: Double, side: Double
  ) -> [Markup] {
    let radius = min(3, side / 4)
    switch finding {
    case .same:
      let tick = Drawing.polyline([
        (x + side * 0.25, y + side * 0.53), (x + side * 0.43, y + side * 0.71),
        (x + side * 0.76, y + side * 0.31),
      ])
      return [Drawing.rectangle(x, y, side, side, "good", radius: radius)]
        + (side >= 9 ? [Drawing.path(tick, "glyph")] : [])
    case .proved:
      let middle = y + side / 2
      let bar = Drawing.polyline([(x + side * 0.25, middle), (x + side * 0.75, middle)])
      return [Drawing.rectangle(x, y, side, side, "good", radius: radius)]
        + (side >= 9 ? [Drawing.path(bar, "glyph")] : [])
    case .different:
      let grown = max(side, 9)
      let shift = (grown - side) / 2
      let inset = grown * 0.28
      let (left, top) = (x - shift + inset, y - shift + inset)
      let (right, bottom) = (x - shift + grown - inset, y - shift + grown - inset)
      return [
        Drawing.rectangle(x - shift, y - shift, grown, grown, "bad", radius: radius),
        Drawing.path(
          Drawing.polyline([(left, top), (right, bottom)])
            + Drawing.polyline([(left, bottom), (right, top)]), "glyph"),
      ]
    case .withheld:
      return [
        Drawing.rectangle(x + 0.75, y + 0.75, side - 1.5, side - 1.5, "open", radius: radius)
      ]
    case .notReached:
      return [
        Drawing.rectangle(x + 0.5, y + 0.5, side - 1, side - 1, "idle", radius: radius)
      ]
    }
  }

  private func band(width: Double, id: String) -> Markup {
    let axis = Axis.tight(0...Double(trace.intervalCount), tickCount: width > 500 ? 8 : 4)
    let (left, right) = (6.0, width - 40)
    func x(_ interval: Double) -> Double { left + (right - left) * axis.position(interval) }
    var content = [Drawing.rectangle(left, 14, right - left, 26, "cell", radius: 3)]
    for range in trace.validFalsified {
      let start = x(Double(range.lowerBound))
      let breadth = max(1.5, x(Double(range.upperBound)) - start)
      content.append(Drawing.rectangle(start, 14, breadth, 26, "cell false"))
    }
    for check in trace.validChecks {
      let centre = x(Double(check.interval) + 0.5)
      switch check.finding {
      case .same, .proved: content.append(Drawing.rectangle(centre - 0.75, 14, 1.5, 26, "good"))
      case .different:
        content.append(Drawing.rectangle(centre - 1, 8, 2, 32, "bad"))
        content += mark(.different, x: centre - 4.5, y: 0, side: 9)
      case .withheld: content.append(Drawing.rectangle(centre - 0.75, 14, 1.5, 26, "open"))
      case .notReached: content.append(Drawing.rectangle(centre - 0.5, 14, 1, 26, "idle"))
      }
    }
    for tick in axis.ticks {
      content.append(Drawing.line(x(tick), 42, x(tick), 46, "axis"))
      content.append(Drawing.text(Numbers.tick(tick), x(tick), 60, "tick", anchor: .middle))
    }
    return Drawing.image(
      id: id, title: "The trace with its drawn intervals", summary: summary, width: width,
      height: 66, content)
  }

  private var legend: Markup {
    let checks = trace.validChecks
    let falsified = trace.validFalsified.reduce(0) { $0 + $1.count }
    let entries: [(TraceSummary.Finding?, String, Int, String)] = [
      (.same, "good", trace.count(.same), "recomputed, same root"),
      (.proved, "good", trace.count(.proved), "proved"),
      (.different, "bad", trace.count(.different), "not as claimed"),
      (.withheld, "open", trace.count(.withheld), "drawn, not opened"),
      (.notReached, "idle", trace.count(.notReached), "drawn, not needed any more"),
      (nil, "cell", trace.intervalCount - checks.count, "not drawn"),
      (nil, "cell false", falsified, "falsified, drawn or not"),
    ]
    return .tag(
      "ul", ["class": "legend"],
      entries.filter { $0.2 > 0 }.map { finding, style, count, name in
        let key =
          finding.map { mark($0, x: 1, y: 1, side: 12) }
          ?? [Drawing.rectangle(1, 1, 12, 12, style)]
        return .tag(
          "li", [:],
          [
            .tag("svg", ["viewBox": "0 0 14 14", "class": "key", "aria-hidden": "true"], key),
            .tag("b", [:], Numbers.grouped(count)), .text(" \(name)"),
          ])
      })
  }
}
