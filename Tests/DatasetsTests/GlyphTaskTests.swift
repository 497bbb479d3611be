import AssayCryptography
import AssaySpecification
import Testing

@testable import AssayDatasets

@Suite struct GlyphTaskTests {
  private func make(seed: UInt64 = 1, first: UInt64 = 0, _ count: Int) throws -> Dataset {
    try Dataset.load(.generated(.init(task: "glyphs", seed: seed, first: first), count: count))
  }

  @Test func anyRangeIsTheSameByItself() throws {
    let whole = try make(20)
    let part = try make(first: 7, 5)
    #expect(part.contents == Array(whole.contents[(7 * 256)..<(12 * 256)]))
    guard case .labels(let all, classes: 10) = whole.targets,
      case .labels(let some, classes: 10) = part.targets
    else {
      Issue.record("expected ten classes")
      return
    }
    #expect(some == Array(all[7..<12]))
  }

  /// Made by this generator; a second implementation, in Python, agreed on the pixels.
  @Test func keepsItsKnownExamples() throws {
    #expect(
      try make(seed: 7, first: 1_000_000_000_000, 64).commitment().hex
        == "7a4ea082868cd942d20c9926ba2636c0bd9711c9b2a5fa4f93ab8c03249eb0d6")
  }

  @Test func dependsOnTheSeedAndTheIndex() throws {
    #expect(try make(3).contents != make(seed: 2, 3).contents)
    #expect(try make(3).contents != make(first: 3, 3).contents)
  }

  @Test func generatesTenThousandExamplesOfAllClasses() throws {
    let clock = ContinuousClock()
    var made: Dataset?
    let duration = try clock.measure { made = try make(10_000) }
    print("glyphs: 10,000 examples in \(duration)")
    let dataset = try #require(made)
    guard case .labels(let labels, _) = dataset.targets else { return }
    for label in 0..<10 as Range<Int32> {
      let count = labels.count { $0 == label }
      #expect((850...1150).contains(count), "label \(label): \(count)")
    }
    let accuracy = centroidAccuracy(dataset.contents, labels, training: 8000, testing: 500)
    print("glyphs: nearest class mean is right on \(accuracy) of the test images")
    #expect(accuracy < 0.2)
  }

  /// How often the nearest of the classes' mean images names the class, on images after the
  /// `training` first ones: near one in ten, for no class has a telling mean image.
  private func centroidAccuracy(
    _ contents: [UInt8], _ labels: [Int32], training: Int, testing: Int
  ) -> Double {
    var sums = [[Int]](repeating: [Int](repeating: 0, count: 256), count: 10)
    var counts = [Int](repeating: 0, count: 10)
    for example in 0..<training {
      let label = Int(labels[example])
      counts[label] += 1
      for pixel in 0..<256 { sums[label][pixel] += Int(contents[example * 256 + pixel]) }
    }
    let means = zip(sums, counts).map { sum, count in sum.map { $0 / max(1, count) } }
    let right = (training..<(training + testing)).count { example in
      let distances = means.map { mean in
        (0..<256).reduce(0) { distance, pixel in
          let difference = mean[pixel] - Int(contents[example * 256 + pixel])
          return distance + difference * difference
        }
      }
      return distances.firstIndex(of: distances.min() ?? 0) == Int(labels[example])
    }
    return Double(right) / Double(testing)
  }

  @Test func refusesOtherTasksAndImpossibleRanges() {
    #expect(throws: DatasetError.self) {
      try Dataset.load(.generated(.init(task: "blobs", seed: 1, first: 0), count: 5))
    }
    for count in [0, -1, GlyphTask.countLimit + 1, .max] {
      #expect(throws: DatasetError.self) { try make(count) }
    }
    #expect(throws: DatasetError.self) { try make(first: .max - 2, 3) }
    #expect(throws: Never.self) { try make(first: .max - 3, 3) }
  }

  @Test func turnsAreExactRotationsWithinAPartInEightThousand() {
    for example in 0..<200 as Range<UInt64> {
      var draws = Draws(generator: Philox4x32(seed: 5), example: example)
      let placement = GlyphPlacement(draws: &draws)
      let centre = placement.place(GlyphPoint(x: 0, y: 0))
      let right = placement.place(GlyphPoint(x: 64, y: 0))
      let length =
        (right.x - centre.x) * (right.x - centre.x)
        + (right.y - centre.y) * (right.y - centre.y)
      #expect((899 * 899...1501 * 1501).contains(length), "example \(example)")
    }
  }
}
