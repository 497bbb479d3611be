/// The frame of a report: head, style, header, sections and foot.
struct Page {
  let title: String
  let content: [Markup]
  let footer: String

  /// The document.
  var bytes: [UInt8] {
    Array("<!DOCTYPE html>\n".utf8)
      + Markup.tag(
        "html", ["lang": "en"],
        [
          .tag(
            "head", [:],
            [
              .tag("meta", ["charset": "utf-8"]),
              .tag(
                "meta",
                ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
              .tag("meta", ["name": "color-scheme", "content": "light dark"]),
              .tag("title", [:], title),
              .style(Stylesheet.text),
            ]),
          .tag(
            "body", [:],
            [
              .tag("main", [:], content),
              .tag("footer", [:], [.tag("b", [:], "Assay"), .text(" \(footer)")]),
            ]),
        ]
      ).bytes + Array("\n".utf8)
  }

  /// The top of a report or of one of its parts.
  static func header(
    title: String, badge: Markup?, headline: String, facts: [Fact], level: String = "h1"
  ) -> Markup {
    .tag(
      "header", ["class": level],
      [
        .tag(
          "p", ["class": "over"],
          [.tag("span", [:], title)] + (badge.map { [$0] } ?? [])),
        .tag(level, [:], headline),
      ] + Fact.list(facts))
  }

  /// A section with its heading.
  static func section(_ title: String, note: String? = nil, _ content: Markup...) -> Markup {
    .tag(
      "section", [:],
      [.tag("h2", [:], title)] + (note.map { [.tag("p", ["class": "aside"], $0)] } ?? [])
        + content)
  }

  /// Figures in a row.
  static func tiles(_ tiles: [DemonstrationReport.Tile]) -> Markup {
    .tag(
      "ul", ["class": "tiles"],
      tiles.map { tile in
        .tag("li", [:], [.tag("b", [:], tile.value), .tag("span", [:], tile.label)])
      })
  }
}
