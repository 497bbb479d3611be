internal import Foundation
internal import Harness

extension Table {
  /// The ratios as bars on a logarithmic scale, from "as fast as the peer" to the right; a mark at
  /// each goal. What is no ratio stands below, as words.
  var svg: String {
    let shown = rows.filter { $0.figure == .ratio && $0.value != nil }
    let others = rows.filter { $0.figure != .ratio }
    let (labels, width, lineHeight, top) = (400.0, 900.0, 22.0, 64.0)
    let (least, most) = (0.5, 16.0)
    func place(_ ratio: Double) -> Double {
      let clamped = min(max(ratio, least), most)
      return labels + (width - labels - 60) * log(clamped / least) / log(most / least)
    }
    let bottom = top + lineHeight * Double(shown.count)
    let height = bottom + lineHeight * Double(others.count) + 24
    var parts: [String] = []
    func add(_ element: String) { parts.append("  " + element) }
    func words(_ x: Double, _ y: Double, _ text: String, _ style: String = "") {
      add("<text x=\"\(brief(x))\" y=\"\(brief(y))\" \(style)>\(Self.escaped(text))</text>")
    }
    words(16, 24, "Assay beside the best peer on this machine", "font-weight=\"bold\"")
    words(
      16, 42, "\(machine.processor), \(machine.cores) cores, \(machine.commit)", "fill=\"#666\"")
    for ratio in [0.5, 1, 2, 4, 8, 16] {
      let x = brief(place(ratio))
      add("<path d=\"M\(x) \(brief(top - 6))V\(brief(bottom))\" stroke=\"#ddd\"/>")
      words(place(ratio), top - 10, "\(ratio)×", "text-anchor=\"middle\" fill=\"#666\"")
    }
    for (index, row) in shown.enumerated() {
      let y = top + lineHeight * Double(index)
      let value = row.value ?? 1
      let (from, to) = (place(min(1, value)), place(max(1, value)))
      let colour = row.meets(row.goal) == false ? "#c0392b" : row.goal == nil ? "#888" : "#2a7f62"
      words(labels - 10, y + 15, "\(row.section): \(row.name)", "text-anchor=\"end\"")
      add(
        "<rect x=\"\(brief(from))\" y=\"\(brief(y + 4))\" width=\"\(brief(max(to - from, 1)))\" "
          + "height=\"14\" fill=\"\(colour)\"/>")
      if let goal = row.goal {
        add(
          "<path d=\"M\(brief(place(goal))) \(brief(y + 1))v20\" stroke=\"#111\" "
            + "stroke-width=\"2\"/>")
      }
      words(max(to, row.goal.map(place) ?? to) + 6, y + 15, row.text(value))
    }
    for (index, row) in others.enumerated() {
      let goal = row.goal.map { ", goal \(row.figure.isAtMost ? "≤" : "≥") \(row.text($0))" } ?? ""
      words(
        16, bottom + lineHeight * Double(index + 1),
        "\(row.section): \(row.name) \(row.text(row.value))\(goal), \(row.verdict)")
    }
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(Int(width))" height="\(Int(height))" \
      viewBox="0 0 \(Int(width)) \(Int(height))" font-family="sans-serif" font-size="12">
        <rect width="100%" height="100%" fill="white"/>
      \(parts.joined(separator: "\n"))
      </svg>

      """
  }

  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for character in text {
      switch character {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      default: escaped.append(character)
      }
    }
    return escaped
  }
}
