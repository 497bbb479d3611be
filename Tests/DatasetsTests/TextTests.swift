import AssayCryptography
import AssaySpecification
import Testing

@testable import AssayDatasets

@Suite struct TextTests {
  private static let saying = Array("to be or not to be".utf8)

  private func text(
    _ bytes: [UInt8] = saying, context: Int = 3, stride: Int? = nil,
    part: TextLayout.Part = .all
  ) throws -> Dataset {
    try Dataset(
      text: Samples.file(bytes), layout: TextLayout(context: context, stride: stride, part: part))
  }

  private func rows(_ dataset: Dataset) -> [String] {
    let length = dataset.exampleByteCount
    return (0..<dataset.exampleCount).map { row in
      String(decoding: dataset.contents[(row * length)..<((row + 1) * length)], as: UTF8.self)
    }
  }

  @Test func bytesBecomeRowsThatShareOneToken() throws {
    let dataset = try text()
    #expect(rows(dataset) == ["to b", "be o", "or n", "not ", " to "])
    #expect(dataset.elementType == .uint8)
    #expect(dataset.exampleShape.dimensions == [4])
    #expect(dataset.target == .nextToken(vocabulary: 256))
    #expect(dataset.standardScale == DataDescription.Scale())
  }

  @Test func rowsStartEveryStrideTokens() throws {
    #expect(rows(try text(stride: 1)).count == 15)
    #expect(rows(try text(stride: 1)).last == "o be")
    #expect(rows(try text(stride: 7)) == ["to b", "r no", "o be"])
    #expect(rows(try text(stride: 1000)) == ["to b"])
    // A row that ends exactly at the end counts; one token less, and it does not.
    #expect(rows(try text(Array("abcdefg".utf8))) == ["abcd", "defg"])
    #expect(rows(try text(Array("abcdef".utf8))) == ["abcd"])
  }

  @Test func trainingAndTestingShareNoToken() throws {
    // 18 tokens, of which the last ⌊0.4 · 18⌋ = 7 are kept: "to be or no" and "t to be".
    let trained = try text(stride: 2, part: .training(testShare: 0.4))
    #expect(rows(trained) == ["to b", " be ", "e or", "or n"])
    #expect(rows(try text(stride: 2, part: .first(count: 4))) == rows(trained))
    #expect(rows(try text(stride: 2, part: .after(count: 4))) == ["ot t", "to b"])
    for stride in 1...9 {
      for share in [0, 0.1, 0.25, 0.5, 0.7] {
        let bytes = (0..<200).map { UInt8($0) }
        let trained = try text(bytes, stride: stride, part: .training(testShare: share))
        let again = try text(bytes, stride: stride, part: .first(count: trained.exampleCount))
        #expect(again == trained)
        guard
          let tested = try? text(bytes, stride: stride, part: .after(count: trained.exampleCount))
        else {
          #expect(share == 0, "stride \(stride)")
          continue
        }
        #expect(Set(trained.contents).isDisjoint(with: tested.contents), "stride \(stride)")
        // Each token after the first is predicted once.
        #expect(tested.contents.count - Set(tested.contents).count == tested.exampleCount - 1)
        #expect(tested.contents.max() ?? 0 > 196)
      }
    }
  }

  @Test func aTextTooShortForARowIsRefused() throws {
    let short = Array("abc".utf8)
    #expect(throws: DatasetError.tooFewTokens(file: "sample", expected: 4, found: 3)) {
      try text(short)
    }
    #expect(throws: DatasetError.tooFewTokens(file: "sample", expected: 4, found: 0)) {
      try text([])
    }
    #expect(throws: DatasetError.tooFewTokens(file: "sample", expected: 18, found: 16)) {
      try text(context: 17, part: .training(testShare: 0.15))
    }
    #expect(throws: DatasetError.tooFewTokens(file: "sample", expected: 4, found: 2)) {
      try text(part: .after(count: 5))
    }
    #expect(throws: DatasetError.tooFewTokens(file: "sample", expected: 4, found: 0)) {
      try text(part: .after(count: 1000))
    }
    #expect(throws: DatasetError.mismatch(property: "examples", expected: "6", found: "5")) {
      try text(part: .first(count: 6))
    }
  }

  @Test func layoutsThatMakeNoSenseAreRefused() throws {
    let limit = TextLayout.contextLimit
    for (context, stride) in [(0, 1), (-1, 1), (limit + 1, 1), (3, 0), (3, -1), (Int.max, 1)] {
      #expect(throws: DatasetError.self, "\(context), \(stride)") {
        try text(context: context, stride: stride)
      }
    }
    for share in [-0.1, 1, .nan, .infinity] {
      #expect(throws: DatasetError.self, "\(share)") {
        try text(part: .training(testShare: share))
      }
    }
    for part in [TextLayout.Part.first(count: 0), .after(count: -1), .after(count: Int.max)] {
      #expect(throws: DatasetError.self, "\(part)") { try text(part: part) }
    }
    // Rows that overlap so much that they would fill the memory.
    let error = #expect(throws: DatasetError.self) {
      try text([UInt8](repeating: 7, count: 1 << 18), context: 1 << 17, stride: 1)
    }
    guard case .tooLarge? = error else {
      Issue.record("\(error.map { "\($0)" } ?? "")")
      return
    }
  }

  @Test func aGzippedTextIsTheSame() throws {
    #expect(try text(Samples.gzip(Self.saying)) == text())
  }

  /// Computed from the documented layout with Python's hashlib and struct.
  @Test func commitsToKnownRoots() throws {
    let bytes = try text(Array("to be or".utf8))
    #expect(
      bytes.commitment().hex
        == "ad8482cef3e388c0f0a1d5024bb63d58286561df3297ba310f1971e87bf7166b")
    let words = try Dataset(
      elementType: .int32, exampleShape: Shape([2]),
      contents: [0, 0, 0, 0, 43, 1, 0, 0, 43, 1, 0, 0, 1, 0, 0, 0],
      targets: .nextToken(vocabulary: 300))
    #expect(
      words.commitment().hex
        == "97f8c0d8652181af4e7be019c6cb87956ab2b62412d65a045bf7947c5b1dbc19")
  }

  @Test func everyTokenAndTheVocabularyAreBound() throws {
    func root(_ contents: [UInt8], vocabulary: Int = 200, row: Int = 4) throws -> Digest {
      try Dataset(
        elementType: .uint8, exampleShape: Shape([row]), contents: contents,
        targets: .nextToken(vocabulary: vocabulary)
      ).commitment()
    }
    let contents = Array("abcdefghijkl".utf8)
    var roots = [try root(contents)]
    for place in contents.indices {
      for bit in 0..<7 as Range<UInt8> {
        var changed = contents
        changed[place] ^= 1 << bit
        roots.append(try root(changed))
      }
    }
    roots.append(try root(contents, vocabulary: 201))
    roots.append(try root(contents, row: 6))
    roots.append(try root(Array(contents.dropLast(4))))
    roots.append(
      try Dataset(
        elementType: .uint8, exampleShape: Shape([4]), contents: contents,
        targets: .labels([0, 0, 0], classes: 200)
      ).commitment())
    #expect(Set(roots).count == roots.count)
  }

  @Test func tokensThatDoNotFitAreRefused() throws {
    func dataset(
      _ type: ElementType, _ shape: [Int], _ contents: [UInt8], _ vocabulary: Int
    ) throws -> Dataset {
      try Dataset(
        elementType: type, exampleShape: Shape(shape), contents: contents,
        targets: .nextToken(vocabulary: vocabulary))
    }
    _ = try dataset(.uint8, [3], [0, 1, 9], 10)
    #expect(
      throws: DatasetError.parameter(
        name: "a token of example 1", expected: "0 to 9", found: "10")
    ) { try dataset(.uint8, [3], [0, 1, 9, 9, 10, 0], 10) }
    _ = try dataset(.int32, [2], [0, 1, 0, 0, 0, 0, 0, 0], 257)
    #expect(throws: DatasetError.self) {
      try dataset(.int32, [2], [1, 1, 0, 0, 0, 0, 0, 0], 257)
    }
    #expect(throws: DatasetError.self) {
      try dataset(.int32, [2], [255, 255, 255, 255, 0, 0, 0, 0], 257)
    }
    #expect(throws: DatasetError.self) { try dataset(.int32, [2], .zeros(8), 256) }
    #expect(throws: DatasetError.self) { try dataset(.uint8, [2], .zeros(2), 257) }
    #expect(throws: DatasetError.self) { try dataset(.float32, [2], .zeros(8), 10) }
    #expect(throws: DatasetError.self) { try dataset(.uint8, [1], .zeros(2), 10) }
    #expect(throws: DatasetError.self) { try dataset(.uint8, [2, 2], .zeros(4), 10) }
    #expect(throws: DatasetError.self) { try dataset(.uint8, [2], .zeros(2), 1) }
    #expect(throws: DatasetError.self) { try dataset(.int32, [2], .zeros(8), 1 << 21) }
  }

  @Test func rowsAreGatheredAsFeaturesAndWhatFollowsThem() throws {
    var features: [Int32] = [9]
    var targets: [Int32] = [9]
    BatchReader(try text(), scale: .init())
      .gatherTokens([4, 0, 4], features: &features, targets: &targets)
    #expect(features == " toto  to".utf8.map { Int32($0) })
    #expect(targets == "to o bto ".utf8.map { Int32($0) })
    let words = try Dataset(
      elementType: .int32, exampleShape: Shape([3]),
      contents: [7, 0, 0, 0, 43, 1, 0, 0, 0, 1, 0, 0], targets: .nextToken(vocabulary: 300))
    BatchReader(words, scale: .init())
      .gatherTokens([0], features: &features, targets: &targets)
    #expect(features == [7, 299])
    #expect(targets == [299, 256])
  }

  @Test func otherFormatsHoldNoText() throws {
    let array = try Samples.array(Samples.idx([2, 2], body: [1, 2, 3, 4]))
    #expect(throws: DatasetError.self) {
      try Dataset(examples: array, targets: array, target: .nextToken(vocabulary: 256))
    }
    #expect(throws: DatasetError.self) {
      try Dataset(
        table: Samples.file(Array("1,2\n3,4\n".utf8)), layout: TableLayout(),
        target: .nextToken(vocabulary: 256))
    }
  }
}
