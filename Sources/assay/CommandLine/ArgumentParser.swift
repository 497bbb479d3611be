/// Turns the words after a command's name into a command that can run.
struct ArgumentParser<C: Command> {
  /// What the words ask for.
  enum Request {
    case run(C)
    case help
  }

  private let command = C()
  private let path: [String]
  private var parameters: [NamedParameter] = []
  private var hasJSON = false
  private var positionals: [String] = []

  /// - Parameter path: the words that lead to the command, `["assay", "job", "fund"]`.
  init(path: [String]) {
    self.path = path
    parameters = NamedParameter.declared(by: command)
  }

  static func parse(_ words: [String], path: [String]) throws(UsageError) -> Request {
    var parser = ArgumentParser(path: path)
    return try parser.parse(words)
  }

  private mutating func parse(_ words: [String]) throws(UsageError) -> Request {
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" {
        positionals += rest
        break
      }
      if word == "--help" || word == "-h" { return .help }
      if word.hasPrefix("--") {
        try take(option: String(word.dropFirst(2)), &rest)
      } else if word.hasPrefix("-"), word != "-", Double(word) == nil {
        throw unknown(word, candidates: [])
      } else {
        positionals.append(word)
      }
    }
    try place()
    for named in parameters where named.parameter.isRequired && named.parameter.occurrences == 0 {
      throw UsageError("\(named.spelling) is missing.", hint: helpHint)
    }
    return .run(command)
  }

  private mutating func take(
    option word: String, _ rest: inout ArraySlice<String>
  ) throws(UsageError) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts.first.map(String.init) ?? ""
    let attached = parts.count == 2 ? String(parts[1]) : nil
    if name == "json" {
      guard attached == nil else { throw UsageError("--json takes no value.") }
      guard !hasJSON else { throw UsageError("--json is given twice.", hint: "Give it once.") }
      hasJSON = true
      return
    }
    let named = parameters.first { $0.parameter.form != .argument && $0.name == name }
    guard let named else {
      throw unknown("--\(name)", candidates: parameters.map(\.spelling) + ["--json", "--help"])
    }
    if named.parameter.form == .flag {
      guard attached == nil else { throw UsageError("--\(name) takes no value.") }
      return try named.parameter.receive("", name: named.spelling)
    }
    if let attached { return try named.parameter.receive(attached, name: named.spelling) }
    guard let next = rest.first, !next.hasPrefix("--") else {
      throw UsageError(
        "--\(name) needs a value: --\(name) <\(named.parameter.valueName)>.", hint: helpHint)
    }
    rest.removeFirst()
    try named.parameter.receive(next, name: named.spelling)
  }

  /// Gives each value that stands without an option its place.
  private func place() throws(UsageError) {
    var rest = positionals[...]
    for named in parameters where named.parameter.form == .argument {
      repeat {
        guard let word = rest.popFirst() else { break }
        try named.parameter.receive(word, name: named.spelling)
      } while named.parameter.repeats
    }
    if let extra = rest.first {
      throw UsageError("'\(extra)' is one argument too many.", hint: helpHint)
    }
  }

  private func unknown(_ word: String, candidates: [String]) -> UsageError {
    let options = candidates.filter { $0.hasPrefix("--") }
    let guess = Suggestion.nearest(to: word, among: options)
    return UsageError(
      "unknown option '\(word)'.", hint: guess.map { "Did you mean \($0)?" } ?? helpHint)
  }

  private var helpHint: String { "See '\(path.joined(separator: " ")) --help'." }
}
