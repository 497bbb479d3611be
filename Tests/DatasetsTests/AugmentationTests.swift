import AssaySpecification
import AssayTestSupport
import Testing

@testable import AssayDatasets

@Suite struct AugmentationTests {
  private typealias Window = Augmentation.Window

  private func images(_ shape: [Int], count: Int = 3, float32: Bool = false) throws -> Dataset {
    let elements = shape.reduce(count, *)
    var contents: [UInt8] = []
    for element in 0..<elements {
      if float32 {
        contents.append(float32: Float(element + 1) / 8)
      } else {
        contents.append(UInt8(element + 1))
      }
    }
    return try Dataset(
      elementType: float32 ? .float32 : .uint8, exampleShape: Shape(shape), contents: contents,
      targets: .labels([Int32](repeating: 0, count: count), classes: 2))
  }

  private func gathered(
    _ dataset: Dataset, _ indices: [Int], _ windows: [Window],
    scale: DataDescription.Scale = .init()
  ) -> [Float] {
    var features: [Float] = [9]
    BatchReader(dataset, scale: scale)
      .gatherFeatures(indices, windows: windows, into: &features)
    return features
  }

  @Test func windowsMoveAndMirrorAsStated() throws {
    let dataset = try images([2, 3], count: 1)
    func window(_ row: Int, _ column: Int, _ isMirrored: Bool) -> [Float] {
      gathered(
        dataset, [0], [Window(rowShift: row, columnShift: column, isMirrored: isMirrored)])
    }
    #expect(window(0, 0, false) == [1, 2, 3, 4, 5, 6])
    #expect(window(0, 0, true) == [3, 2, 1, 6, 5, 4])
    #expect(window(1, 0, false) == [4, 5, 6, 0, 0, 0])
    #expect(window(-1, 0, false) == [0, 0, 0, 1, 2, 3])
    #expect(window(0, 1, false) == [2, 3, 0, 5, 6, 0])
    #expect(window(0, -2, false) == [0, 0, 1, 0, 0, 4])
    // The window is cut first, then mirrored.
    #expect(window(0, 1, true) == [0, 3, 2, 0, 6, 5])
    #expect(window(0, 3, false) == .init(repeating: 0, count: 6))
    #expect(window(-2, 0, true) == .init(repeating: 0, count: 6))
  }

  @Test(arguments: [false, true]) func agreesWithACopyOfThePaddedImage(float32: Bool) throws {
    var generator = SeededGenerator()
    let scale = DataDescription.Scale(divisor: 4, mean: 0.5, deviation: 3)
    for shape in [[5, 4], [3, 4, 5], [1, 1, 1], [1, 7]] {
      let dataset = try images(shape, float32: float32)
      let image = try #require(dataset.exampleShape.image)
      let padding = 6
      for _ in 0..<40 {
        let indices = (0..<4).map { _ in Int.random(in: 0..<3, using: &generator) }
        let windows = indices.map { _ in
          Window(
            rowShift: Int.random(in: -padding...padding, using: &generator),
            columnShift: Int.random(in: -padding...padding, using: &generator),
            isMirrored: Bool.random(using: &generator))
        }
        var expected: [Float] = []
        for (index, window) in zip(indices, windows) {
          for channel in 0..<image.channels {
            for y in 0..<image.rows {
              for x in 0..<image.columns {
                let (row, place) = (
                  y + window.rowShift, window.isMirrored ? image.columns - 1 - x : x
                )
                let column = place + window.columnShift
                let isInside =
                  (0..<image.rows).contains(row) && (0..<image.columns).contains(column)
                let element =
                  ((index * image.channels + channel) * image.rows + row) * image.columns + column
                let raw: Float =
                  isInside ? (float32 ? Float(element + 1) / 8 : Float(element + 1)) : 0
                expected.append((raw / 4 - 0.5) / 3)
              }
            }
          }
        }
        #expect(
          gathered(dataset, indices, windows, scale: scale) == expected,
          "seed \(generator.seed), shape \(shape)")
      }
    }
  }

  @Test func noWindowShowsAnotherExample() throws {
    // Each example has a value of its own.
    let dataset = try Dataset(
      elementType: .uint8, exampleShape: Shape([2, 3, 3]),
      contents: (0..<5).flatMap { [UInt8](repeating: $0 + 1, count: 18) },
      targets: .labels(.init(repeating: 0, count: 5), classes: 2))
    let augmentation = Augmentation(padding: 2, flips: true)
    var shown = 0
    for step in 1...200 as ClosedRange<UInt64> {
      let windows = (0..<5).map { augmentation.window(seed: 3, step: step, position: $0) }
      let features = gathered(dataset, Array(0..<5), windows)
      for example in 0..<5 {
        let part = features[(18 * example)..<(18 * example + 18)]
        #expect(part.allSatisfy { $0 == 0 || $0 == Float(example + 1) }, "step \(step)")
        #expect(part.contains(Float(example + 1)), "a window shows one pixel at least")
        if part.contains(0) { shown += 1 }
      }
    }
    #expect(shown > 800)
  }
}
