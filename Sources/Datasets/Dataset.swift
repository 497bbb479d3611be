public import AssaySpecification

/// Examples and what is to be predicted of them, in the bytes that are committed to.
public struct Dataset: Hashable, Sendable {
  /// What is to be predicted, in order of the examples.
  public enum Targets: Hashable, Sendable {
    /// One class for each example, from 0 to `classes` − 1.
    case labels([Int32], classes: Int)
    /// `perExample` finite numbers for each example, one example after the other.
    case values([Float], perExample: Int)
    /// The tokens of the examples themselves: after each but a row's last, the one that follows.
    case nextToken(vocabulary: Int)
  }

  /// How many examples there are, at least 1.
  public let exampleCount: Int
  /// uint8 or float32; of tokens, uint8 for a vocabulary of at most 256 and int32 for a larger one.
  public let elementType: ElementType
  /// The shape of one example; a single number has the shape [1].
  public let exampleShape: Shape
  /// Every example's elements in row-major order, little-endian, one example after the other.
  public let contents: [UInt8]
  /// What is to be predicted of each.
  public let targets: Targets

  /// Puts a data set together and checks that its parts fit.
  ///
  /// - Throws: `parameter` for an element type that does not suit the targets, no examples, bytes
  ///   that are not a whole number of examples, or a token beyond the vocabulary;
  ///   `countMismatch`, `labelOutOfRange` or `notFinite` when targets do not fit; `notFinite` for
  ///   a float32 element.
  public init(
    elementType: ElementType, exampleShape: Shape, contents: [UInt8], targets: Targets
  ) throws(DatasetError) {
    let isText = if case .nextToken = targets { true } else { false }
    guard isText || elementType == .uint8 || elementType == .float32 else {
      throw .parameter(
        name: "element type", expected: "uint8 or float32", found: elementType.rawValue)
    }
    let stride = exampleShape.elementCount * elementType.byteCount
    guard !contents.isEmpty, contents.count.isMultiple(of: stride) else {
      throw .parameter(
        name: "contents", expected: "a positive multiple of \(stride) bytes",
        found: "\(contents.count)")
    }
    exampleCount = contents.count / stride
    guard exampleCount <= DataDescription.exampleCountLimit else {
      throw .parameter(
        name: "examples", expected: "at most \(DataDescription.exampleCountLimit)",
        found: "\(exampleCount)")
    }
    self.elementType = elementType
    self.exampleShape = exampleShape
    self.contents = contents
    self.targets = targets
    if case .nextToken(let vocabulary) = targets { try checkTokens(vocabulary: vocabulary) }
    try Self.check(targets, exampleCount: exampleCount)
    if elementType == .float32 { try checkFinite() }
  }

  private static func check(_ targets: Targets, exampleCount: Int) throws(DatasetError) {
    switch targets {
    case .labels(let labels, let classes):
      guard (2...DataDescription.classLimit).contains(classes) else {
        throw .parameter(
          name: "classes", expected: "2 to \(DataDescription.classLimit)", found: "\(classes)")
      }
      guard labels.count == exampleCount else {
        throw .countMismatch(examples: exampleCount, targets: labels.count)
      }
      if let bad = labels.firstIndex(where: { $0 < 0 || Int($0) >= classes }) {
        throw .labelOutOfRange(example: bad, label: "\(labels[bad])", classes: classes)
      }
    case .values(let values, let perExample):
      guard (1...DataDescription.classLimit).contains(perExample) else {
        throw .parameter(
          name: "values per example", expected: "1 to \(DataDescription.classLimit)",
          found: "\(perExample)")
      }
      guard values.count.isMultiple(of: perExample), values.count / perExample == exampleCount
      else {
        throw .countMismatch(examples: exampleCount, targets: values.count / perExample)
      }
      if let bad = values.firstIndex(where: { !$0.isFinite }) {
        throw .notFinite(file: "targets", example: bad / perExample)
      }
    case .nextToken: break
    }
  }

  /// An infinity or NaN has all exponent bits set: 7 in the last byte, 1 in the one before it.
  private func checkFinite() throws(DatasetError) {
    for index in stride(from: 3, to: contents.count, by: 4)
    where contents[index] & 0x7f == 0x7f && contents[index - 1] & 0x80 != 0 {
      throw .notFinite(file: "examples", example: index / exampleByteCount)
    }
  }

  /// Bytes of one example.
  public var exampleByteCount: Int { exampleShape.elementCount * elementType.byteCount }

  /// The kind of target, as a spec names it.
  public var target: DataDescription.Target {
    switch targets {
    case .labels(_, let classes): .label(classes: classes)
    case .values(_, let perExample): .values(count: perExample)
    case .nextToken(let vocabulary): .nextToken(vocabulary: vocabulary)
    }
  }
}
