internal import AssayDatasets
internal import AssaySpecification

/// The text that is trained on, and how it becomes rows of tokens.
struct TextOptions: OptionGroup {
  @Option("file", help: "The text that is trained on, instead of --data; it may be gzipped.")
  var text: String?
  @Option("count", in: 1...TextLayout.contextLimit, help: "Tokens of a text read at once.")
  var context: Int?
  @Option(
    "count", in: 1...TextLayout.contextLimit,
    help: "For a new spec: tokens from one row's start to the next one's; --context if left out.")
  var stride: Int?
  @Option(
    "file", help: "The text's tokens as a JSON list of strings; if left out, bytes are tokens.")
  var vocabulary: String?

  /// Whether a text was named.
  ///
  /// - Throws: `UsageError` where none was, but how to read it was said.
  func isNamed() throws -> Bool {
    if text != nil { return true }
    guard context == nil, stride == nil, vocabulary == nil else {
      throw UsageError("It was said how to read a text, but not which.", hint: "Add --text FILE.")
    }
    return false
  }

  /// The part of the named text that a new spec trains on, or nil when none was named.
  func newSource(testShare: Double) throws -> DataSource? {
    guard try isNamed(), let text else { return nil }
    guard let context else {
      throw UsageError(
        "How many tokens are read at once must be said.", hint: "Add --context 128, for example.")
    }
    return source(
      text, context: context, stride: stride, part: .training(testShare: testShare))
  }

  /// The rows of the named text that a spec with these data trains on, or nil when none was named.
  func trainedSource(_ data: DataDescription) throws -> DataSource? {
    try source(data, part: .first(count: data.exampleCount))
  }

  /// What follows those rows in the named text, or nil when none was named.
  func followingSource(_ data: DataDescription) throws -> DataSource? {
    try source(data, part: .after(count: data.exampleCount))
  }

  private func source(
    _ data: DataDescription, part: TextLayout.Part
  ) throws -> DataSource? {
    guard try isNamed(), let text else { return nil }
    let expected = try Self.context(of: data)
    if let context, context != expected {
      throw UsageError(
        "The spec reads \(expected) tokens at once, not \(context).", hint: "Leave out --context.")
    }
    if let stride, stride != data.stride ?? expected {
      throw UsageError(
        "The spec's rows begin \(data.stride ?? expected) tokens apart, not \(stride).",
        hint: "Leave out --stride.")
    }
    return source(text, context: expected, stride: data.stride, part: part)
  }

  private func source(
    _ text: String, context: Int, stride: Int?, part: TextLayout.Part
  ) -> DataSource {
    .text(
      path: text,
      layout: TextLayout(
        context: context, stride: stride, vocabularyPath: vocabulary, part: part))
  }

  /// How many tokens a model of these data reads at once.
  ///
  /// - Throws: `UsageError` for data that are no text.
  static func context(of data: DataDescription) throws -> Int {
    guard case .nextToken = data.target else {
      throw UsageError("The spec's data are no text.", hint: "Name its files with --data.")
    }
    return data.exampleShape.elementCount - 1
  }
}
