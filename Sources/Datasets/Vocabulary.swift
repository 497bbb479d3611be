internal import AssaySpecification
internal import AssayWire

/// The pieces of text that tokens stand for.
///
/// A text is cut from left to right, each time by the longest entry that its next bytes spell.
public struct Vocabulary: Hashable, Sendable {
  /// The bytes of each token; entry i is token i's.
  public let entries: [[UInt8]]
  /// The place of a trie's node below node n for byte b, at key n·256 + b; node 0 is the root.
  private let children: [Int: Int]
  /// The token that ends at each node, or −1.
  private let tokenAtNode: [Int32]

  /// The most bytes that one entry may have.
  static let entryByteCountLimit = 1024
  /// The most bytes that a vocabulary file may have.
  static let fileByteCountLimit = 16 << 20

  /// Each byte is a token, 256 in all.
  public static let bytes = Vocabulary(trieOf: (0...255).map { [UInt8($0)] })

  /// A vocabulary of these entries.
  ///
  /// - Parameter file: where they come from, for errors.
  /// - Throws: `text` for fewer than two entries or too many, and for one that is empty, too long,
  ///   or there twice.
  init(_ entries: [[UInt8]], file: String) throws(DatasetError) {
    guard (2...DataDescription.classLimit).contains(entries.count) else {
      throw .text(
        file: file, offset: nil,
        reason: "a vocabulary has 2 to \(DataDescription.classLimit) entries, found "
          + "\(entries.count)")
    }
    var known: Set<[UInt8]> = []
    for (index, entry) in entries.enumerated() {
      guard (1...Self.entryByteCountLimit).contains(entry.count) else {
        throw .text(
          file: file, offset: nil,
          reason: "entry \(index) has \(entry.count) bytes; expected 1 to "
            + "\(Self.entryByteCountLimit)")
      }
      guard known.insert(entry).inserted else {
        throw .text(
          file: file, offset: nil,
          reason: "entry \(index), \"\(String(decoding: entry, as: UTF8.self))\", is there twice")
      }
    }
    self.init(trieOf: entries)
  }

  /// Reads a JSON list of strings.
  ///
  /// - Throws: `text` for other JSON and for entries that do not make a vocabulary.
  init(json bytes: [UInt8], file: String) throws(DatasetError) {
    let value: JSONValue
    do throws(WireError) {
      value = try JSONValue.parse(bytes, maximumByteCount: Self.fileByteCountLimit)
    } catch {
      throw .text(file: file, offset: nil, reason: "expected a JSON list of strings: \(error)")
    }
    guard case .array(let items) = value else {
      throw .text(file: file, offset: nil, reason: "expected a JSON list of strings")
    }
    var entries: [[UInt8]] = []
    for (index, item) in items.enumerated() {
      guard case .string(let text) = item else {
        throw .text(file: file, offset: nil, reason: "entry \(index) is not a string")
      }
      entries.append(Array(text.utf8))
    }
    try self.init(entries, file: file)
  }

  /// The vocabulary in the JSON file at `path`, or bytes where it is nil.
  ///
  /// - Throws: `DatasetError` when the file cannot be read or holds no vocabulary.
  public init(path: String?) throws(DatasetError) {
    guard let path else {
      self = .bytes
      return
    }
    let content = try FileContents(path: path).content(limit: Self.fileByteCountLimit)
    try self.init(json: content, file: path)
  }

  private init(trieOf entries: [[UInt8]]) {
    self.entries = entries
    var children: [Int: Int] = [:]
    var tokenAtNode: [Int32] = [-1]
    for (token, entry) in entries.enumerated() {
      var node = 0
      for byte in entry {
        let key = node << 8 | Int(byte)
        if let next = children[key] {
          node = next
        } else {
          node = tokenAtNode.count
          children[key] = node
          tokenAtNode.append(-1)
        }
      }
      tokenAtNode[node] = Int32(token)
    }
    self.children = children
    self.tokenAtNode = tokenAtNode
  }

  /// How many tokens there are.
  public var count: Int { entries.count }

  /// Whether each byte stands for itself, so that nothing needs to be looked up.
  var isBytes: Bool { self == .bytes }

  /// The tokens that `text` is cut into.
  ///
  /// - Parameter file: where the text comes from, for errors.
  /// - Throws: `text`, with the offset of the first byte where no entry begins.
  public func tokens(of text: [UInt8], file: String) throws(DatasetError) -> [Int32] {
    var tokens: [Int32] = []
    var offset = 0
    while offset < text.count {
      var node = 0
      var longest: (token: Int32, end: Int)?
      var end = offset
      // BOUND: the trie is no deeper than the longest entry.
      while end < text.count, let next = children[node << 8 | Int(text[end])] {
        node = next
        end += 1
        if tokenAtNode[node] >= 0 { longest = (tokenAtNode[node], end) }
      }
      guard let longest else {
        let found = String(decoding: text[offset...].prefix(12), as: UTF8.self)
        throw .text(
          file: file, offset: offset,
          reason: "no entry of the vocabulary begins what stands here, \"\(found)\"; add one")
      }
      tokens.append(longest.token)
      offset = longest.end
    }
    return tokens
  }

  /// The bytes that tokens stand for.
  ///
  /// - Precondition: each is below `count`.
  public func text(of tokens: [Int32]) -> [UInt8] {
    tokens.flatMap { entries[Int($0)] }
  }
}
