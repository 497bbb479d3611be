internal import AssayWire

/// Finds the command that the words name, runs it, and turns what happened into an exit code.
struct CommandLineTool {
  var root: CommandGroup = CommandTable.root
  /// Makes the console once it is known whether `--json` was given.
  var console: (_ isJSON: Bool) -> Console = { Console.standard(isJSON: $0) }

  func run(_ words: [String]) -> ExitCode {
    // Words after "--" are values; before it `--json` is the option, whatever else is wrong.
    let isJSON = words.prefix { $0 != "--" }.contains("--json")
    let console = console(isJSON)
    do {
      return try dispatch(words[...], in: root, path: [root.name], console)
    } catch let error as UsageError {
      return report(error.message, hint: error.hint, .usage, console)
    } catch {
      return report("\(error)", hint: nil, .failed, console)
    }
  }

  private func dispatch(
    _ words: ArraySlice<String>, in group: CommandGroup, path: [String], _ console: Console
  ) throws -> ExitCode {
    let line = path.joined(separator: " ")
    guard let word = words.first else {
      try console.show(HelpText.text(for: group, path: path))
      return path.count == 1 ? .success : .usage
    }
    if word == "--help" || word == "-h" || word == "help" {
      try console.show(HelpText.text(for: group, path: path))
      return .success
    }
    if path.count == 1, word == "--version" {
      try console.show("\(root.name) \(CommandTable.version)")
      return .success
    }
    guard let node = group.nodes.first(where: { $0.name == word }) else {
      let guess = Suggestion.nearest(to: word, among: group.nodes.map(\.name))
      throw UsageError(
        word.hasPrefix("-")
          ? "a command comes before '\(word)'." : "'\(line)' has no command '\(word)'.",
        hint: guess.map { "Did you mean '\(line) \($0)'?" }
          ?? "See '\(line) --help' for the commands.")
    }
    let rest = words.dropFirst()
    switch node {
    case .group(let inner):
      return try dispatch(rest, in: inner, path: path + [inner.name], console)
    case .command(let type):
      return try run(type, Array(rest), path: path + [word], console)
    }
  }

  private func run<C: Command>(
    _ type: C.Type, _ words: [String], path: [String], _ console: Console
  ) throws -> ExitCode {
    switch try ArgumentParser<C>.parse(words, path: path) {
    case .help:
      try console.show(HelpText.text(for: type, path: path))
      return .success
    case .run(let command):
      return try command.run(console)
    }
  }

  private func report(
    _ message: String, hint: String?, _ code: ExitCode, _ console: Console
  ) -> ExitCode {
    console.note("assay: " + message)
    if let hint { console.note(hint) }
    if console.isJSON, !console.hasWrittenJSON {
      let object: JSONValue = .object([
        "error": .string(message), "exitCode": .integer(Int(code.rawValue)),
      ])
      do {
        try console.json(object)
      } catch {
        console.note("assay: \(error)")
      }
    }
    return code
  }
}
