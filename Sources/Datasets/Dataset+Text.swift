internal import AssaySpecification

extension Dataset {
  /// Reads a text as rows of tokens.
  ///
  /// - Throws: `parameter` for a layout that makes no sense; `text` where the text does not fit the
  ///   vocabulary; `tooFewTokens` where its part is shorter than one row; `tooLarge` where all rows
  ///   together are; `mismatch` where there are fewer rows than asked for.
  init(text file: FileContents, layout: TextLayout) throws(DatasetError) {
    try Self.check(layout)
    let text = try file.content(limit: FileContents.byteCountLimit)
    let vocabulary = try Vocabulary(path: layout.vocabularyPath)
    let type = DataDescription.tokenType(vocabulary: vocabulary.count)
    let tokens = try Self.encoded(text, vocabulary, type, file: file.name)
    let rows = try TokenRows(
      layout, tokenCount: tokens.count / type.byteCount, file: file.name)
    let rowByteCount = (layout.context + 1) * type.byteCount
    let (byteCount, overflow) = rows.count.multipliedReportingOverflow(by: rowByteCount)
    guard !overflow, byteCount <= FileContents.byteCountLimit else {
      throw .tooLarge(
        file: "\(file.name) in rows \(rows.stride) tokens apart",
        limit: FileContents.byteCountLimit, found: overflow ? Int.max : byteCount)
    }
    var contents: [UInt8] = []
    contents.reserveCapacity(byteCount)
    for row in 0..<rows.count {
      let start = (rows.first + row * rows.stride) * type.byteCount
      contents.append(contentsOf: tokens[start..<(start + rowByteCount)])
    }
    let shape: Shape
    do throws(SpecificationError) {
      shape = try Shape([layout.context + 1])
    } catch {
      throw .parameter(name: "context", expected: "a valid extent", found: "\(error)")
    }
    try self.init(
      elementType: type, exampleShape: shape, contents: contents,
      targets: .nextToken(vocabulary: vocabulary.count))
  }

  private static func check(_ layout: TextLayout) throws(DatasetError) {
    let limit = TextLayout.contextLimit
    guard (1...limit).contains(layout.context) else {
      throw .parameter(name: "context", expected: "1 to \(limit)", found: "\(layout.context)")
    }
    guard (1...limit).contains(layout.stride) else {
      throw .parameter(name: "stride", expected: "1 to \(limit)", found: "\(layout.stride)")
    }
    switch layout.part {
    case .all: break
    case .training(let share):
      guard share >= 0, share < 1 else {
        throw .parameter(name: "test share", expected: "at least 0, below 1", found: "\(share)")
      }
    case .first(let count), .after(let count):
      guard (1...DataDescription.exampleCountLimit).contains(count) else {
        throw .parameter(
          name: "rows", expected: "1 to \(DataDescription.exampleCountLimit)", found: "\(count)")
      }
    }
  }

  /// The text's tokens as little-endian elements of `type`.
  private static func encoded(
    _ text: [UInt8], _ vocabulary: Vocabulary, _ type: ElementType, file: String
  ) throws(DatasetError) -> [UInt8] {
    if vocabulary.isBytes { return text }
    let tokens = try vocabulary.tokens(of: text, file: file)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(tokens.count * type.byteCount)
    for token in tokens {
      if type == .uint8 {
        bytes.append(UInt8(token))
      } else {
        bytes.append(uint32: UInt32(bitPattern: token))
      }
    }
    return bytes
  }

  /// The token at place `element` of all rows, one row after the other.
  ///
  /// - Precondition: the element type is that of tokens, and `element` below their count.
  func token(_ element: Int) -> Int32 {
    guard elementType == .int32 else { return Int32(contents[element]) }
    let word = (0..<4).reduce(0 as UInt32) { word, place in
      word | UInt32(contents[4 * element + place]) << UInt32(8 * place)
    }
    return Int32(bitPattern: word)
  }

  /// Checks that the examples are rows of tokens of the vocabulary.
  func checkTokens(vocabulary: Int) throws(DatasetError) {
    guard (2...DataDescription.classLimit).contains(vocabulary) else {
      throw .parameter(
        name: "vocabulary", expected: "2 to \(DataDescription.classLimit)", found: "\(vocabulary)")
    }
    let expected = DataDescription.tokenType(vocabulary: vocabulary)
    guard elementType == expected else {
      throw .parameter(
        name: "element type", expected: "\(expected.rawValue) for \(vocabulary) tokens",
        found: elementType.rawValue)
    }
    guard exampleShape.dimensions.count == 1, exampleShape.elementCount >= 2 else {
      throw .parameter(
        name: "example shape", expected: "one extent of at least 2 for tokens",
        found: "\(exampleShape)")
    }
    if vocabulary == 256 { return }
    for element in 0..<(exampleCount * exampleShape.elementCount) {
      let token = token(element)
      guard token >= 0, Int(token) < vocabulary else {
        throw .parameter(
          name: "a token of example \(element / exampleShape.elementCount)",
          expected: "0 to \(vocabulary - 1)", found: "\(token)")
      }
    }
  }
}

/// Where the rows of a text's part begin.
private struct TokenRows {
  let first: Int
  let stride: Int
  let count: Int

  init(_ layout: TextLayout, tokenCount: Int, file: String) throws(DatasetError) {
    let length = layout.context + 1
    var end = tokenCount
    var first = 0
    var stride = layout.stride
    switch layout.part {
    case .all, .first: break
    case .training(let share): end -= Int((Double(tokenCount) * share).rounded(.down))
    case .after(let count):
      first = (count - 1) * stride + length
      stride = layout.context
    }
    guard end - first >= length else {
      throw .tooFewTokens(file: file, expected: length, found: max(0, end - first))
    }
    let available = (end - first - length) / stride + 1
    if case .first(let count) = layout.part {
      guard count <= available else {
        throw .mismatch(property: "examples", expected: "\(count)", found: "\(available)")
      }
      self.count = count
    } else {
      count = available
    }
    self.first = first
    self.stride = stride
  }
}
