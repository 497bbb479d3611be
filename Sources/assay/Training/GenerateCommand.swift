internal import AssayDatasets
internal import AssaySpecification
internal import AssayTraining
internal import AssayWire

/// `assay generate`: text from a stored state.
struct GenerateCommand: Command {
  static let description = CommandDescription(
    name: "generate",
    abstract: "Generate text with a run's last state, or another stored one.",
    discussion: """
      The state continues the prompt token by token, with the moving averages of its parameters
      where the spec keeps them. With temperature 0 the token of the largest output is taken each
      time; above it, tokens are drawn from the softmax of the outputs divided by the temperature,
      with a generator keyed by --seed.
      """,
    examples: [
      CommandExample(
        "assay generate run --prompt Once --length 200", "Continues the prompt."),
      CommandExample("assay generate run --temperature 0", "Takes the likeliest token each time."),
    ])

  @Argument(help: "The run folder.") var run: String
  @Option("step", in: 0...1 << 40, help: "Use the state after this step.") var step: UInt64?
  @Option("text", help: "What the text begins with; a line feed if left out.")
  var prompt: String?
  @Option("count", in: 1...1_000_000, help: "Tokens to generate.") var length: Int = 200
  @Option("number", in: 0...100, help: "How evenly tokens are drawn; 0 takes the likeliest.")
  var temperature: Double = 1
  @Option("number", help: "Keys what is drawn.") var seed: UInt64 = 1
  @Option("file", help: "The vocabulary that the run's text was read with, if there was one.")
  var vocabulary: String?
  var options = BackendOptions()

  func run(_ console: Console) throws -> ExitCode {
    let directory = try RunDirectory.open(run)
    let state = try directory.checkpoint(step: directory.storedStep(step))
    let vocabulary = try vocabulary(of: directory.spec.data)
    let prompt = prompt ?? "\n"
    var tokens = try vocabulary.tokens(of: Array(prompt.utf8), file: "--prompt")
    guard !tokens.isEmpty else {
      throw UsageError("--prompt is empty.", hint: "Name at least one character to go on from.")
    }
    let generator = try TokenGenerator(
      spec: directory.spec, state: state, backend: try options.backend(), seed: seed,
      weights: directory.weights())
    var text = TextStream()
    try console.write(text.take(Array(prompt.utf8)))
    let promptCount = tokens.count
    for _ in 0..<length {
      let token = try generator.next(after: tokens, temperature: temperature)
      tokens.append(token)
      try console.write(text.take(vocabulary.text(of: [token])))
    }
    try console.write(text.finish() + "\n")
    let generated = Array(tokens[promptCount...])
    try console.json(
      .object([
        "step": .integer(state.step), "prompt": .string(prompt),
        "text": .string(String(decoding: vocabulary.text(of: generated), as: UTF8.self)),
        "tokens": .array(generated.map { .integer($0) }),
      ]))
    return .success
  }

  private func vocabulary(of data: DataDescription) throws -> Vocabulary {
    guard case .nextToken(let count) = data.target else {
      throw OperationError("The run in '\(run)' was not trained on text, so it generates none.")
    }
    let vocabulary = try Vocabulary(path: vocabulary)
    guard vocabulary.count == count else {
      throw UsageError(
        "The run was trained with \(count) tokens, the vocabulary has \(vocabulary.count).",
        hint: "Name the run's vocabulary with --vocabulary FILE.")
    }
    return vocabulary
  }
}

extension RunDirectory {
  /// The step asked for, or the last one, whose state is stored.
  ///
  /// - Throws: `OperationError` when no state is stored after it.
  func storedStep(_ wanted: UInt64?) throws -> UInt64 {
    let steps = checkpointSteps()
    guard let chosen = wanted ?? steps.last, steps.contains(chosen) else {
      throw OperationError(
        "'\(path)' stores no state after step \(wanted.map { "\($0)" } ?? "0"); it stores those "
          + "after \(steps.map(String.init).joined(separator: ", ")).")
    }
    return chosen
  }
}

/// Bytes that come piece by piece, as text that can be shown as it comes.
struct TextStream {
  private var pending: [UInt8] = []

  /// The text that is whole after `bytes`; a character whose end is still to come is kept back.
  mutating func take(_ bytes: [UInt8]) -> String {
    pending += bytes
    let whole = pending.count - Self.unfinishedByteCount(pending)
    defer { pending.removeFirst(whole) }
    return Self.shown(pending[..<whole])
  }

  /// What was kept back.
  mutating func finish() -> String {
    defer { pending = [] }
    return Self.shown(pending[...])
  }

  /// How many bytes at the end begin a character that they do not end (RFC 3629, §3).
  private static func unfinishedByteCount(_ bytes: [UInt8]) -> Int {
    for (index, byte) in bytes.suffix(3).reversed().enumerated() where byte & 0xc0 != 0x80 {
      let length =
        switch byte {
        case 0xc2...0xdf: 2
        case 0xe0...0xef: 3
        case 0xf0...0xf4: 4
        default: 1
        }
      return index + 1 < length ? index + 1 : 0
    }
    return 0
  }

  /// The bytes as text; what is no UTF-8, and control characters that would move a terminal's
  /// cursor or worse, become U+FFFD.
  private static func shown(_ bytes: ArraySlice<UInt8>) -> String {
    var text = ""
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      let isControl = scalar.properties.generalCategory == .control
      text.unicodeScalars.append(
        isControl && scalar != "\n" && scalar != "\t" ? "\u{fffd}" : scalar)
    }
    return text
  }
}
