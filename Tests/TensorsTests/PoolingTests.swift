import AssaySpecification
import AssayTensors
import AssayTensorsTestSupport
import AssayTestSupport
import Testing

@Suite struct PoolingTests {
  static func geometry(
    _ batch: Int, _ channels: Int, _ height: Int, _ width: Int, _ kernel: (Int, Int),
    _ stride: Int, _ padding: Int
  ) -> ConvolutionGeometry {
    guard
      let geometry = ConvolutionGeometry(
        batch: batch, inputChannels: channels, height: height, width: width,
        outputChannels: channels, kernelHeight: kernel.0, kernelWidth: kernel.1, stride: stride,
        padding: padding, groups: 1)
    else { preconditionFailure("not a geometry") }
    return geometry
  }

  static let geometries = [
    geometry(1, 1, 1, 1, (1, 1), 1, 0), geometry(2, 3, 4, 4, (2, 2), 2, 0),
    geometry(2, 6, 28, 28, (2, 2), 2, 0), geometry(1, 2, 9, 70, (2, 2), 2, 0),
    geometry(1, 2, 9, 71, (3, 3), 2, 1), geometry(2, 2, 8, 8, (3, 3), 1, 1),
    geometry(1, 2, 7, 40, (3, 2), 1, 1), geometry(2, 5, 8, 8, (8, 8), 1, 0),
    geometry(1, 1, 11, 60, (2, 3), 3, 1), geometry(1, 1, 12, 17, (2, 2), 5, 0),
    geometry(1, 1, 5, 5, (5, 5), 1, 4), geometry(30, 10, 12, 12, (2, 2), 2, 0),
  ]

  static func instructions(_ geometry: ConvolutionGeometry) -> [Instruction] {
    [
      .pooling(.maximum(x: b(0), out: b(1), indices: b(2)), geometry),
      .pooling(.maximumGradient(outputGradient: b(0), indices: b(1), out: b(2)), geometry),
      .pooling(.average(x: b(0), out: b(1)), geometry),
      .pooling(.averageGradient(outputGradient: b(0), out: b(1)), geometry),
    ]
  }

  @Test(arguments: geometries)
  func everyGeometryGivesTheReferenceBits(geometry: ConvolutionGeometry) throws {
    for instruction in Self.instructions(geometry) {
      try expectReferenceBits(instruction, .ordinary)
    }
  }

  @Test(arguments: TestContents.allCases)
  func specialValuesGiveTheReferenceBits(style: TestContents) throws {
    for seed in 1...4 as ClosedRange<UInt64> {
      for geometry in Self.geometries[1...7] {
        for instruction in Self.instructions(geometry) {
          try expectReferenceBits(instruction, style, seed: seed, threads: [1, 2])
        }
      }
    }
  }

  private func maximum(_ window: [Float]) throws -> (bits: UInt32, index: UInt32) {
    let geometry = Self.geometry(1, 1, 1, window.count, (1, window.count), 1, 0)
    let contents = [window.map(\.bitPattern), [0], [0]]
    let expected = try result(
      of: Self.instructions(geometry)[0], from: contents, on: CPUBackend(path: .reference))
    for backend in try testedBackends(threads: [1]) {
      let found = try result(of: Self.instructions(geometry)[0], from: contents, on: backend)
      #expect(found == expected, "\(backend.name)")
    }
    return (expected[1][0], expected[2][0])
  }

  @Test func theFirstOfEqualsAndTheFirstNaNAreTaken() throws {
    #expect(try maximum([1, 3, 3]) == (Float(3).bitPattern, 1))
    #expect(try maximum([-0.0, 0, -1]) == (Float(-0.0).bitPattern, 0))
    #expect(try maximum([0, -0.0]) == (0, 0))
    #expect(try maximum([1, .nan, .infinity, .nan]) == (0x7fc0_0000, 1))
    #expect(try maximum([.nan, 5]) == (0x7fc0_0000, 0))
    #expect(try maximum([-.infinity, -.infinity]) == ((-Float.infinity).bitPattern, 0))
  }

  @Test func paddingIsNeverTheLargest() throws {
    let geometry = Self.geometry(1, 1, 2, 2, (3, 3), 1, 1)
    let x = [-1, -2, -3, -4] as [Float]
    let contents: [[UInt32]] = [x.map(\.bitPattern), [0, 0, 0, 0], [9, 9, 9, 9]]
    let found = try result(of: Self.instructions(geometry)[0], from: contents, on: CPUBackend())
    #expect(found[1] == [UInt32](repeating: Float(-1).bitPattern, count: 4))
    #expect(found[2] == [0, 0, 0, 0])
  }

  @Test func anIndexOutsideOfItsPlaneIsRefused() throws {
    let geometry = Self.geometry(2, 1, 2, 2, (2, 2), 2, 0)
    for backend in try CPUBackend.availablePaths.map({ try CPUBackend(path: $0) }) {
      for wrong in [4, -1] as [Int32] {
        let contents = [[0, 0], [3, UInt32(bitPattern: wrong)], [UInt32](repeating: 0, count: 8)]
        #expect(
          throws: BackendError.labelOutOfRange(row: 1, found: Int(wrong), classCount: 4)
        ) {
          try result(of: Self.instructions(geometry)[1], from: contents, on: backend)
        }
      }
    }
  }

  @Test func channelsThatDifferAreRefused() throws {
    let geometry = try #require(
      ConvolutionGeometry(
        batch: 1, inputChannels: 2, height: 2, width: 2, outputChannels: 4, kernelHeight: 2,
        kernelWidth: 2, stride: 2, padding: 0, groups: 1))
    for instruction in Self.instructions(geometry) {
      #expect(instruction.operands.contains { $0.extents == [0] })
    }
  }

  /// Both gradients hand every output's gradient on in full.
  @Test(arguments: geometries)
  func gradientsAreHandedOnInFull(geometry: ConvolutionGeometry) throws {
    var generator = SeededGenerator(seed: 5)
    let x = (0..<geometry.inputCount).map { _ in generator.signedUnit() }
    let dy = (0..<geometry.outputCount).map { _ in generator.signedUnit() }
    let zeros = [UInt32](repeating: 0, count: max(x.count, dy.count))
    let forward = try result(
      of: Self.instructions(geometry)[0],
      from: [x.map(\.bitPattern), Array(zeros.prefix(dy.count)), Array(zeros.prefix(dy.count))],
      on: CPUBackend())
    let maximum = try result(
      of: Self.instructions(geometry)[1],
      from: [dy.map(\.bitPattern), forward[2], Array(zeros.prefix(x.count))], on: CPUBackend())[2]
    let plane = geometry.height * geometry.width
    let outputs = geometry.outputHeight * geometry.outputWidth
    var expected = [Double](repeating: 0, count: x.count)
    for (place, gradient) in dy.enumerated() {
      let source = place / outputs * plane + Int(forward[2][place])
      #expect(Float(bitPattern: forward[1][place]) == x[source])
      expected[source] += Double(gradient)
    }
    for (bits, value) in zip(maximum, expected) {
      #expect(abs(Double(Float(bitPattern: bits)) - value) < 1e-5)
    }
  }

  /// ⟨dy, average(x)⟩ = ⟨averageGradient(dy), x⟩: the gradient of a linear map is its transpose.
  @Test(arguments: geometries)
  func theGradientOfAnAverageIsItsTranspose(geometry: ConvolutionGeometry) throws {
    var generator = SeededGenerator(seed: 6)
    let x = (0..<geometry.inputCount).map { _ in generator.signedUnit() }
    let dy = (0..<geometry.outputCount).map { _ in generator.signedUnit() }
    let y = try result(
      of: Self.instructions(geometry)[2], from: [x.map(\.bitPattern), dy.map { _ in 0 }],
      on: CPUBackend())[1]
    let dx = try result(
      of: Self.instructions(geometry)[3], from: [dy.map(\.bitPattern), x.map { _ in 0 }],
      on: CPUBackend())[1]
    func inner(_ a: [Float], _ b: [UInt32]) -> Double {
      zip(a, b).reduce(0) { $0 + Double($1.0) * Double(Float(bitPattern: $1.1)) }
    }
    #expect(abs(inner(dy, y) - inner(x, dx)) < 1e-4)
    let ones = x.map { _ in Float(1).bitPattern }
    let averages = try result(
      of: Self.instructions(geometry)[2], from: [ones, dy.map { _ in 0 }], on: CPUBackend())[1]
    if geometry.padding == 0 { #expect(averages.allSatisfy { $0 == Float(1).bitPattern }) }
  }
}
