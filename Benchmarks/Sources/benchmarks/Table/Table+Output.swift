internal import AssayWire
internal import Harness

extension Table {
  /// The table for people.
  var text: String {
    var lines = ["\(machine)"]
    for (name, absence) in peers {
      lines.append(absence.map { "\(name) is absent: \($0)" } ?? "\(name) answered")
    }
    if isQuick { lines.append("measured quickly: rough figures") }
    let header = ["", "ratio", "goal", "stretch", "", "Assay", "the best peer"]
    lines += Self.aligned(
      [header]
        + rows.map { row in
          [
            "\(row.section): \(row.name)", row.text(row.value),
            row.goal.map { (row.figure.isAtMost ? "≤ " : "") + row.text($0) } ?? "",
            row.stretch.map { row.text($0) } ?? "", row.verdict, row.own, row.other,
          ]
        })
    for (section, comparisons) in details {
      lines.append("")
      lines += Self.aligned(
        [[section, "ratio", "Assay", "others", ""]]
          + comparisons.map { comparison in
            [
              "  \(comparison.work.name)", comparison.ratio.map { "\(decimal($0, 2))×" } ?? "–",
              "\(brief(comparison.rate(comparison.own))) \(comparison.work.unit.name)",
              comparison.others.map { "\($0.name) \(brief(comparison.rate($0.seconds)))" }
                .joined(separator: ", "), "",
            ]
          })
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Lines whose columns begin at the same places; the last is not padded.
  private static func aligned(_ cells: [[String]]) -> [String] {
    let widths = (cells.first ?? []).indices.map { column in
      cells.map { $0[column].count }.max() ?? 0
    }
    return cells.map { line in
      var text = zip(line, widths).map { cell, width in
        cell + String(repeating: " ", count: width - cell.count)
      }.joined(separator: "  ")
      while text.last == " " { text.removeLast() }
      return text
    }
  }

  /// The same as JSON.
  var json: String {
    func number(_ value: Double?) -> JSONValue { value.map { .double($0) } ?? .null }
    let value = JSONValue.object([
      "machine": .string("\(machine)"), "commit": .string(machine.commit),
      "quick": .bool(isQuick),
      "peers": .array(
        peers.map { .object(["name": .string($0.name), "absence": .string($0.absence ?? "")]) }),
      "rows": .array(
        rows.map { row in
          .object([
            "section": .string(row.section), "name": .string(row.name),
            "figure": .string(row.figure.rawValue), "value": number(row.value),
            "goal": number(row.goal), "stretch": number(row.stretch),
            "verdict": .string(row.verdict), "assay": .string(row.own),
            "best": .string(row.other),
          ])
        }),
      "details": .array(
        details.map { section, comparisons in
          .object([
            "section": .string(section), "comparisons": .array(comparisons.map(Self.json)),
          ])
        }),
    ])
    return String(decoding: value.serialized(pretty: true), as: UTF8.self)
  }

  private static func json(_ comparison: Comparison) -> JSONValue {
    .object([
      "work": .string(comparison.work.name), "unit": .string(comparison.work.unit.name),
      "assay": .double(comparison.rate(comparison.own)),
      "others": .array(
        comparison.others.map {
          .object([
            "name": .string($0.name), "setting": .string($0.setting),
            "rate": .double(comparison.rate($0.seconds)),
          ])
        }),
    ])
  }
}
