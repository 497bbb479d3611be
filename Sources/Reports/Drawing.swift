/// Pieces of SVG drawings. Colours and type come from the style sheet, by class.
enum Drawing {
  /// An SVG image of `width` × `height` units that fills the width it is given.
  ///
  /// - Parameters:
  ///   - id: unique within the document; names the title and the description.
  ///   - title: what the image is, in a few words.
  ///   - summary: what it shows, for whoever cannot see it.
  static func image(
    id: String, title: String, summary: String, width: Double, height: Double, _ content: [Markup]
  ) -> Markup {
    let size = "0 0 \(Numbers.coordinate(width)) \(Numbers.coordinate(height))"
    return .tag(
      "svg",
      [
        "viewBox": size, "role": "img", "aria-labelledby": "\(id)-t \(id)-d",
        "preserveAspectRatio": "xMinYMin meet",
      ],
      [.tag("title", ["id": "\(id)-t"], title), .tag("desc", ["id": "\(id)-d"], summary)] + content)
  }

  /// Two renderings of one drawing, of which the style sheet shows the one that fits the window.
  static func fitting(_ draw: (_ width: Double, _ suffix: String) -> Markup) -> Markup {
    .tag(
      "div", ["class": "fit"],
      [
        .tag("div", ["class": "wide"], [draw(880, "w")]),
        .tag("div", ["class": "narrow"], [draw(350, "n")]),
      ])
  }

  static func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String
  ) -> Markup {
    .tag(
      "line",
      [
        "x1": Numbers.coordinate(x1), "y1": Numbers.coordinate(y1),
        "x2": Numbers.coordinate(x2), "y2": Numbers.coordinate(y2), "class": style,
      ])
  }

  static func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ style: String,
    radius: Double = 0
  ) -> Markup {
    .element(
      "rect",
      [
        ("x", Numbers.coordinate(x)), ("y", Numbers.coordinate(y)),
        ("width", Numbers.coordinate(max(0, width))),
        ("height", Numbers.coordinate(max(0, height))), ("class", style),
      ] + (radius > 0 ? [("rx", Numbers.coordinate(radius))] : []), [])
  }

  static func circle(_ x: Double, _ y: Double, _ radius: Double, _ style: String) -> Markup {
    .tag(
      "circle",
      [
        "cx": Numbers.coordinate(x), "cy": Numbers.coordinate(y),
        "r": Numbers.coordinate(radius), "class": style,
      ])
  }

  static func path(_ data: String, _ style: String) -> Markup {
    .tag("path", ["d": data, "class": style])
  }

  /// Where a text stands in relation to its point.
  enum Anchor: String { case start, middle, end }

  static func text(
    _ text: String, _ x: Double, _ y: Double, _ style: String, anchor: Anchor = .start
  ) -> Markup {
    .tag(
      "text",
      [
        "x": Numbers.coordinate(x), "y": Numbers.coordinate(y), "class": style,
        "text-anchor": anchor.rawValue,
      ], text)
  }

  /// A path through points: "M x y L x y …"; empty for no points.
  static func polyline(_ points: [(x: Double, y: Double)]) -> String {
    points.enumerated().map { index, point in
      "\(index == 0 ? "M" : "L")\(Numbers.coordinate(point.x)) \(Numbers.coordinate(point.y))"
    }.joined()
  }

  /// About how wide a text is at `size`, for placing labels: the mean glyph is 0.58 of it.
  static func textWidth(_ text: String, size: Double) -> Double {
    Double(text.count) * size * 0.58
  }

  /// A text cut with an ellipsis where it would be wider than `width` at `size`.
  static func shortened(_ text: String, size: Double, width: Double) -> String {
    guard textWidth(text, size: size) > width else { return text }
    return text.prefix(max(1, Int(width / (size * 0.58)) - 1)) + "…"
  }
}
