/// One command of `assay`: what it is called, what it takes, and what it does.
///
/// Options are declared as stored properties with `@Option`, `@Flag` and `@Argument`; their
/// command-line names follow from the property names (`checkpointInterval` is
/// `--checkpoint-interval`). A command is registered by one line in `CommandTable`.
protocol Command: SendableMetatype {
  static var description: CommandDescription { get }

  /// Makes a command with its defaults, whose options the parser then fills.
  init()

  /// Does the work. Throw `UsageError` for wrong arguments; any other error is a failed operation.
  func run(_ console: Console) throws -> ExitCode
}

/// What `--help` says about a command.
struct CommandDescription: Sendable {
  var name: String
  /// One sentence, shown in the list of commands.
  var abstract: String
  /// What a user needs to know before running it; paragraphs are separated by empty lines.
  var discussion: String = ""
  var examples: [CommandExample]
}

/// A command line that works, and what it does.
struct CommandExample: Sendable {
  var line: String
  var explanation: String

  init(_ line: String, _ explanation: String) {
    self.line = line
    self.explanation = explanation
  }
}

/// How `assay` ends.
enum ExitCode: Int32, Sendable {
  /// Accepted, or simply done.
  case success = 0
  /// The evidence was examined and refused.
  case rejected = 1
  /// The command line was wrong.
  case usage = 2
  /// The operation could not be carried out.
  case failed = 3
}

/// Commands under one word: `assay job fund`.
struct CommandGroup: Sendable {
  var name: String
  var abstract: String
  var sections: [Section]

  /// Commands that are listed together.
  struct Section: Sendable {
    var title: String
    var nodes: [CommandNode]
  }

  var nodes: [CommandNode] { sections.flatMap(\.nodes) }
}

/// A command, or a word that leads to commands.
enum CommandNode: Sendable {
  case command(any Command.Type)
  case group(CommandGroup)

  var name: String {
    switch self {
    case .command(let type): type.description.name
    case .group(let group): group.name
    }
  }

  var abstract: String {
    switch self {
    case .command(let type): type.description.abstract
    case .group(let group): group.abstract
    }
  }
}
