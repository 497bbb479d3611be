/// How a text becomes rows of tokens.
///
/// Row r holds `context` + 1 tokens from token r·`stride` on; what is left at the end and fills no
/// row is dropped.
public struct TextLayout: Hashable, Sendable {
  /// Which of a text's rows are taken.
  public enum Part: Hashable, Sendable {
    /// All of them.
    case all
    /// Those that lie before the last ⌊`testShare` · tokens⌋ tokens; the share is in [0, 1).
    case training(testShare: Double)
    /// The first `count` rows.
    case first(count: Int)
    /// Rows of the text that follows the first `count` rows: they share no token with those, and
    /// are `context` apart whatever the stride, so that each of their tokens is predicted once.
    case after(count: Int)
  }

  /// The tokens that a model reads at once.
  public let context: Int
  /// The distance of one row's first token from the next row's.
  public let stride: Int
  /// A JSON file with the vocabulary, a list of strings; nil where each byte is a token.
  public let vocabularyPath: String?
  public let part: Part

  /// A layout; the stride is `context` where none is given, so that each token but the first is
  /// predicted once.
  public init(
    context: Int, stride: Int? = nil, vocabularyPath: String? = nil, part: Part = .all
  ) {
    self.context = context
    self.stride = stride ?? context
    self.vocabularyPath = vocabularyPath
    self.part = part
  }

  /// The most tokens that a model may read at once.
  public static let contextLimit = 1 << 20
}
