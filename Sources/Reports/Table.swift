/// Pieces of tables.
enum Table {
  /// A head row; numeric columns are aligned to the right.
  static func head(_ columns: [(name: String, isNumeric: Bool)]) -> Markup {
    .tag(
      "thead", [:],
      [
        .tag(
          "tr", [:],
          columns.map { column in
            .element(
              "th", [("scope", "col")] + (column.isNumeric ? [("class", "n")] : []),
              [.text(column.name)])
          })
      ])
  }

  /// A cell that carries its column's name, for windows too narrow for columns.
  static func cell(_ column: String, _ style: String = "", _ content: [Markup]) -> Markup {
    .element(
      "td", [("data-label", column)] + (style.isEmpty ? [] : [("class", style)]), content)
  }

  /// A share of one as a bar with its number.
  static func bar(_ share: Double, _ style: String = "") -> Markup {
    let width = share.isFinite ? max(0, min(1, share)) * 100 : 0
    return .tag(
      "span", ["class": "bar"],
      [
        .tag(
          "svg",
          ["viewBox": "0 0 100 8", "preserveAspectRatio": "none", "aria-hidden": "true"],
          [
            Drawing.rectangle(0, 0, 100, 8, "cell", radius: 2),
            Drawing.rectangle(0, 0, width, 8, style.isEmpty ? "fill" : style, radius: 2),
          ]),
        .tag("b", [:], Numbers.percent(share)),
      ])
  }
}
