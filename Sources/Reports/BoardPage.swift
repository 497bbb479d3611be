/// One page of a dashboard: headings, figures, tables and courses out of plain values.
public struct BoardPage: Hashable, Sendable {
  /// A text that may lead somewhere.
  public struct Cell: Hashable, Sendable {
    /// What stands there.
    public var text: String
    /// A path of the same site; nil for none.
    public var path: String?
    /// Whether it is a number, which stands to the right.
    public var isNumber: Bool

    /// A cell.
    public init(_ text: String, path: String? = nil, isNumber: Bool = false) {
      self.text = text
      self.path = path
      self.isNumber = isNumber
    }
  }

  /// A stop of a course: what happened, and when.
  public struct Stop: Hashable, Sendable {
    /// What happened.
    public var name: String
    /// Where it led.
    public var state: String
    /// When, in seconds.
    public var time: UInt64

    /// A stop.
    public init(name: String, state: String, time: UInt64) {
      self.name = name
      self.state = state
      self.time = time
    }
  }

  /// What a section shows.
  public enum Content: Hashable, Sendable {
    /// Figures with what they count.
    case figures([(value: String, label: String)])
    /// Names and values.
    case facts([(name: String, value: Cell)])
    /// Rows under columns.
    case table(columns: [String], rows: [[Cell]])
    /// What happened, in order, as a line with stops.
    case course([Stop])

    public static func == (left: Content, right: Content) -> Bool {
      left.markup.bytes == right.markup.bytes
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(markup.bytes) }
  }

  /// A heading and what stands under it.
  public struct Section: Hashable, Sendable {
    /// The heading.
    public var title: String
    /// A sentence under it.
    public var note: String?
    /// What it shows.
    public var content: Content

    /// A section.
    public init(_ title: String, note: String? = nil, _ content: Content) {
      self.title = title
      self.note = note
      self.content = content
    }
  }

  /// The site's name.
  public var site: String
  /// What the page is about.
  public var title: String
  /// The other pages.
  public var links: [Cell]
  /// What it shows, in order.
  public var sections: [Section]
  /// A line at the end.
  public var footer: String

  /// A page.
  public init(
    site: String, title: String, links: [Cell], sections: [Section], footer: String = ""
  ) {
    self.site = site
    self.title = title
    self.links = links
    self.sections = sections
    self.footer = footer
  }

  /// The style sheet that stands in every page, for a content security policy that names its hash.
  public static var styleSheet: [UInt8] { Array(Stylesheet.text.description.utf8) }

  /// One HTML document, in UTF-8; it needs no script and loads nothing.
  public func html() -> [UInt8] {
    let header = Markup.tag(
      "header", ["class": "h1"],
      [
        .tag(
          "nav", ["class": "over"],
          [.tag("span", [:], site)]
            + links.map { .tag("a", ["href": $0.path ?? "/"], $0.text) }),
        .tag("h1", [:], title),
      ])
    return Page(
      title: "\(title) – \(site)",
      content: [header]
        + sections.map { Page.section($0.title, note: $0.note, $0.content.markup) },
      footer: footer
    ).bytes
  }
}

extension BoardPage.Content {
  var markup: Markup {
    switch self {
    case .figures(let figures):
      return Page.tiles(figures.map { DemonstrationReport.Tile(value: $0.value, label: $0.label) })
    case .facts(let facts):
      return .tag(
        "dl", ["class": "facts"],
        facts.map { fact in
          .tag(
            "div", ["class": fact.value.text.count > 40 ? "long" : ""],
            [.tag("dt", [:], fact.name), .tag("dd", [:], [fact.value.markup])])
        })
    case .table(_, let rows) where rows.isEmpty:
      return .tag("p", ["class": "none"], "There are none.")
    case .table(let columns, let rows):
      let numeric = columns.indices.map { column in
        rows.allSatisfy { $0.indices.contains(column) && $0[column].isNumber }
      }
      return .tag(
        "div", ["class": "board"],
        [
          .tag(
            "table", ["class": "plain"],
            [
              Table.head(Array(zip(columns, numeric))),
              .tag(
                "tbody", [:],
                rows.map { row in
                  .tag(
                    "tr", [:],
                    zip(columns, row).map { column, cell in
                      Table.cell(column, cell.isNumber ? "n" : "", [cell.markup])
                    })
                }),
            ])
        ])
    case .course(let stops): return CourseDrawing(stops: stops).markup
    }
  }
}

extension BoardPage.Cell {
  var markup: Markup {
    path.map { .tag("a", ["href": $0], text) } ?? .text(text)
  }
}

/// What happened, from top to bottom: a stop for each event, the time that passed between them.
struct CourseDrawing {
  let stops: [BoardPage.Stop]
  private static let step = 46.0

  var markup: Markup {
    guard !stops.isEmpty else { return .tag("p", ["class": "none"], "Nothing has happened yet.") }
    return Drawing.fitting { width, suffix in
      let x = 96.0
      let height = Double(stops.count) * Self.step
      var parts = [Drawing.line(x, 16, x, height - Self.step + 16, "axis")]
      for (index, stop) in stops.enumerated() {
        let y = Double(index) * Self.step + 16
        let passed = index == 0 ? 0 : stop.time - min(stop.time, stops[index - 1].time)
        parts.append(Drawing.circle(x, y, 6, index == stops.count - 1 ? "dot s0" : "node"))
        parts.append(
          Drawing.text(
            index == 0 ? "" : "+ \(Self.duration(passed))", x - 16, y + 4, "tick", anchor: .end))
        parts.append(
          Drawing.text(
            Drawing.shortened(stop.name, size: 14, width: width - x - 24), x + 18, y + 1, "name"))
        parts.append(Drawing.text("→ \(stop.state)", x + 18, y + 17, "tick"))
      }
      return Drawing.image(
        id: "course-\(suffix)", title: "The course of the job",
        summary: stops.map { "\($0.name): \($0.state)" }.joined(separator: ", "), width: width,
        height: height, parts)
    }
  }

  /// Seconds in the largest unit that leaves one digit or more.
  static func duration(_ seconds: UInt64) -> String {
    switch seconds {
    case ..<120: "\(seconds) s"
    case ..<7_200: "\(seconds / 60) min"
    case ..<172_800: "\(seconds / 3_600) h"
    default: "\(seconds / 86_400) d"
    }
  }
}
