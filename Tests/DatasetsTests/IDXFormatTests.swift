import AssaySpecification
import Testing

@testable import AssayDatasets

@Suite struct IDXFormatTests {
  @Test func readsBytesAsTheyAre() throws {
    let array = try Samples.array(Samples.idx([2, 1, 3], body: [1, 2, 3, 4, 5, 6]))
    #expect(array.layout.dimensions == [2, 1, 3])
    let features = try array.features()
    #expect(features.type == .uint8)
    #expect(features.bytes == [1, 2, 3, 4, 5, 6])
  }

  @Test func readsEveryBigEndianType() throws {
    func floats(_ type: UInt8, _ body: [UInt8]) throws -> [Float] {
      try Samples.array(Samples.idx(type: type, [2], body: body)).floats()
    }
    #expect(try floats(0x08, [200, 1]) == [200, 1])
    #expect(try floats(0x09, [0xfe, 1]) == [-2, 1])
    #expect(try floats(0x0b, [0xff, 0xfe, 1, 0]) == [-2, 256])
    #expect(try floats(0x0c, [0xff, 0xff, 0xff, 0xfd, 0, 1, 0, 0]) == [-3, 65536])
    #expect(try floats(0x0d, [0x3f, 0xc0, 0, 0, 0xc0, 0, 0, 0]) == [1.5, -2])
    #expect(
      try floats(0x0e, [0x3f, 0xb9, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a] + [0xc0] + .zeros(7))
        == [0.1, -2])
  }

  @Test func refusesAnUnknownTypeCode() {
    #expect(throws: DatasetError.unknownFormat(file: "sample", found: [0, 0, 7, 1])) {
      try Samples.array([0, 0, 7, 1, 0, 0, 0, 1, 5])
    }
  }

  @Test func refusesAnUnknownMagic() {
    #expect(throws: DatasetError.unknownFormat(file: "sample", found: [80, 75, 3, 4])) {
      try Samples.array([80, 75, 3, 4])
    }
    #expect(throws: DatasetError.unknownFormat(file: "sample", found: [])) {
      try Samples.array([])
    }
  }

  @Test(arguments: [0, 9, 255] as [UInt8])
  func refusesAnImpossibleRank(rank: UInt8) {
    #expect(
      throws: DatasetError.header(
        file: "sample", reason: "expected 1 to 8 dimensions, found \(rank)")
    ) {
      try Samples.array([0, 0, 8, rank] + .zeros(2000))
    }
  }

  @Test func refusesEveryTruncation() {
    let whole = Samples.idx([2, 3], body: [1, 2, 3, 4, 5, 6])
    for length in 0..<whole.count {
      #expect(throws: DatasetError.self, "length \(length)") {
        try Samples.array(Array(whole.prefix(length)))
      }
    }
    #expect(throws: DatasetError.truncated(file: "sample", expected: 18, found: 17)) {
      try Samples.array(Array(whole.prefix(17)))
    }
  }

  @Test func refusesTrailingBytes() {
    #expect(throws: DatasetError.trailingBytes(file: "sample", expected: 10)) {
      try Samples.array(Samples.idx([2], body: [1, 2, 3]))
    }
  }

  @Test func refusesAZeroExtent() {
    #expect(throws: DatasetError.emptyDimension(file: "sample", dimensions: [2, 0])) {
      try Samples.array(Samples.idx([2, 0], body: []))
    }
  }

  @Test func refusesAFourGigabyteExtentBeforeAllocating() {
    #expect(
      throws: DatasetError.truncated(file: "sample", expected: 8 + 0xffff_ffff, found: 9)
    ) {
      try Samples.array(Samples.idx([0xffff_ffff], body: [1]))
    }
  }

  @Test func refusesExtentsWhoseProductOverflows() {
    let huge = Samples.idx([0xffff_ffff, 0xffff_ffff, 0xffff_ffff], body: [1])
    #expect(throws: DatasetError.self) { try Samples.array(huge) }
    let beyond = Samples.idx([0xffff_ffff, 4], body: [1])
    #expect(
      throws: DatasetError.tooLarge(file: "sample", limit: 1 << 33, found: 4 * 0xffff_ffff)
    ) { try Samples.array(beyond) }
  }

  @Test func refusesNotANumber() {
    let body: [UInt8] = [0x3f, 0x80, 0, 0, 0x7f, 0xc0, 0, 0]
    #expect(throws: DatasetError.notFinite(file: "sample", example: 1)) {
      try Samples.array(Samples.idx(type: 0x0d, [2], body: body)).features()
    }
  }
}

extension [UInt8] {
  /// `count` zero bytes.
  static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
}
