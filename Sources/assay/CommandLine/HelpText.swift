/// What `--help` prints.
enum HelpText {
  private static let width = 80

  /// The help of one command.
  static func text(for type: any Command.Type, path: [String]) -> String {
    func open<C: Command>(_ type: C.Type) -> [NamedParameter] {
      NamedParameter.declared(by: C())
    }
    let description = type.description
    let parameters = open(type)
    var parts = [description.abstract, usage(parameters, path: path)]
    if !description.discussion.isEmpty {
      parts.append(
        description.discussion.split(separator: "\n\n")
          .map { wrap(String($0), indent: 0).joined(separator: "\n") }
          .joined(separator: "\n\n"))
    }
    let arguments = parameters.filter { $0.parameter.form == .argument }
    if !arguments.isEmpty {
      parts.append("Arguments:\n" + table(arguments.map { ($0.spelling, explanation($0)) }))
    }
    let options = parameters.filter { $0.parameter.form != .argument }
    parts.append(
      "Options:\n"
        + table(
          options.map { (spelling($0), explanation($0)) } + [
            ("--json", "Print one JSON object instead of text."),
            ("-h, --help", "Show this help."),
          ]))
    parts.append("Examples:\n" + examples(description.examples))
    return parts.joined(separator: "\n\n")
  }

  /// The help of a group: its commands, section by section.
  static func text(for group: CommandGroup, path: [String]) -> String {
    let line = path.joined(separator: " ")
    let sections = group.sections.filter { !$0.nodes.isEmpty }.map { section in
      "\(section.title):\n" + table(section.nodes.map { ($0.name, $0.abstract) })
    }
    return
      ([group.abstract, "Usage: \(line) <command> [options]"] + sections + [
        "See '\(line) <command> --help' for a command's options and examples."
      ]).joined(separator: "\n\n")
  }

  private static func usage(_ parameters: [NamedParameter], path: [String]) -> String {
    let words = parameters.map { named in
      let parameter = named.parameter
      let word =
        switch parameter.form {
        case .argument: named.spelling
        case .flag: named.spelling
        case .option: "\(named.spelling) <\(parameter.valueName)>"
        }
      return (parameter.isRequired ? word : "[\(word)]") + (parameter.repeats ? "…" : "")
    }
    let head = "Usage: " + path.joined(separator: " ")
    // Words such as "[--steps <count>]" stay whole.
    return lines(of: [head] + words + ["[--json]"], indent: 2).joined(separator: "\n")
  }

  private static func spelling(_ named: NamedParameter) -> String {
    named.parameter.form == .flag
      ? named.spelling : "\(named.spelling) <\(named.parameter.valueName)>"
  }

  private static func explanation(_ named: NamedParameter) -> String {
    let parameter = named.parameter
    var text = parameter.help
    if let value = parameter.defaultText { text += " (default: \(value))" }
    if parameter.isRequired && parameter.form == .option { text += " (required)" }
    if parameter.repeats && parameter.form == .option { text += " (may be repeated)" }
    return text
  }

  private static func examples(_ examples: [CommandExample]) -> String {
    examples.map { example in
      "  \(example.line)\n" + wrap(example.explanation, indent: 6).joined(separator: "\n")
    }.joined(separator: "\n")
  }

  /// Two columns; the second is wrapped and stays in its column.
  private static func table(_ rows: [(String, String)]) -> String {
    let column = min(30, (rows.map(\.0.count).max() ?? 0) + 4)
    return rows.map { name, text in
      let body = wrap(text, indent: column)
      let head = "  " + name
      guard head.count + 2 <= column, let first = body.first else {
        return ([head] + body).joined(separator: "\n")
      }
      let gap = String(repeating: " ", count: column - head.count)
      let start = head + gap + first.dropFirst(column)
      return ([start] + body.dropFirst()).joined(separator: "\n")
    }.joined(separator: "\n")
  }

  private static func wrap(_ text: String, indent: Int) -> [String] {
    let margin = String(repeating: " ", count: indent)
    let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
    return lines(of: words, indent: 0, width: width - indent).map { margin + $0 }
  }

  private static func lines(
    of words: [String], indent: Int, width: Int = HelpText.width
  ) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in words {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = String(repeating: " ", count: indent) + word
      } else {
        line += (line.isEmpty ? "" : " ") + word
      }
    }
    return lines + (line.isEmpty ? [] : [line])
  }
}
