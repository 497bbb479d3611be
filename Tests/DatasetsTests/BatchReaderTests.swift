import AssaySpecification
import Testing

@testable import AssayDatasets

@Suite struct BatchReaderTests {
  @Test func scalesBytesInTheStatedOrder() throws {
    let scale = DataDescription.Scale(divisor: 255, mean: 0.1307, deviation: 0.3081)
    let dataset = try Dataset(
      elementType: .uint8, exampleShape: Shape([256]), contents: Array(0...255),
      targets: .labels([0], classes: 2))
    var features: [Float] = [9]
    BatchReader(dataset, scale: scale).gatherFeatures([0], into: &features)
    #expect(features.count == 256)
    // NumPy: ((np.float32(200) / np.float32(255)) - np.float32(.1307)) / np.float32(.3081)
    #expect(features[200].bitPattern == 0x4007_c593)
    for value in 0...255 {
      let quotient = Float(value) / 255
      let centred = quotient - 0.1307
      #expect(features[value] == centred / 0.3081)
    }
  }

  @Test func gathersRowsInTheOrderAsked() throws {
    let reader = BatchReader(try Samples.small(), scale: .init())
    var features: [Float] = []
    var labels: [Int32] = []
    reader.gatherFeatures([2, 0, 2], into: &features)
    reader.gatherLabels([2, 0, 2], into: &labels)
    #expect(features == [8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11])
    #expect(labels == [1, 2, 1])
    reader.gatherFeatures([1], into: &features)
    reader.gatherLabels([1], into: &labels)
    #expect(features == [4, 5, 6, 7])
    #expect(labels == [0])
  }

  @Test func gathersFloatsAndValues() throws {
    var contents: [UInt8] = []
    for number in [1.5, -2, 0.25, 8] as [Float] { contents.append(float32: number) }
    let dataset = try Dataset(
      elementType: .float32, exampleShape: Shape([2]), contents: contents,
      targets: .values([1, 2, 3, 4, 5, 6], perExample: 3))
    let reader = BatchReader(dataset, scale: .init(divisor: 0.5, mean: 1, deviation: 2))
    var features: [Float] = []
    var values: [Float] = []
    reader.gatherFeatures([1, 0], into: &features)
    reader.gatherValues([1, 0], into: &values)
    #expect(features == [-0.25, 7.5, 1, -2.5])
    #expect(values == [4, 5, 6, 1, 2, 3])
  }
}
