import AssaySpecification
import AssayTensors
import AssayTensorsTestSupport
import Testing

@Suite struct ConvolutionTests {
  /// batch, input channels, height, width, output channels, kernel height and width, stride,
  /// padding, groups: windows of every kind around the tiles, patches and blocks of the kernels.
  static let geometries: [ConvolutionGeometry] =
    [
      (1, 1, 1, 1, 1, 1, 1, 1, 0, 1), (2, 1, 5, 7, 3, 3, 3, 1, 1, 1),
      (3, 2, 8, 8, 17, 3, 3, 1, 1, 1), (2, 3, 9, 16, 16, 3, 3, 1, 0, 1),
      (2, 3, 9, 33, 5, 3, 3, 2, 1, 1), (2, 4, 11, 10, 6, 5, 5, 1, 2, 1),
      (1, 4, 11, 10, 6, 5, 5, 2, 2, 2), (2, 6, 14, 14, 16, 5, 5, 1, 0, 1),
      (2, 8, 8, 8, 33, 3, 3, 1, 1, 1), (2, 8, 9, 8, 15, 1, 1, 1, 0, 1),
      (2, 8, 9, 8, 15, 1, 1, 2, 0, 1), (1, 60, 8, 8, 31, 3, 3, 1, 1, 1),
      (3, 6, 7, 5, 6, 3, 3, 1, 1, 6), (2, 6, 7, 9, 9, 3, 3, 3, 1, 3),
      (2, 3, 12, 11, 4, 2, 4, 1, 1, 1), (2, 3, 12, 11, 4, 4, 1, 2, 0, 1),
      (2, 3, 12, 11, 4, 1, 4, 1, 0, 1), (1, 2, 23, 19, 3, 7, 7, 3, 3, 1),
      (1, 2, 12, 12, 3, 2, 2, 5, 0, 1), (1, 1, 2, 1100, 2, 2, 3, 1, 1, 1),
      (1, 1, 6, 530, 2, 1, 3, 2, 0, 1), (40, 2, 3, 3, 5, 3, 3, 1, 0, 1),
      (9, 3, 8, 8, 20, 3, 3, 2, 1, 1), (1, 70, 3, 3, 2, 3, 3, 1, 2, 1),
      (1, 2, 3, 4, 520, 1, 1, 1, 0, 1), (2, 16, 32, 32, 16, 3, 3, 1, 1, 1),
    ].map { extents in
      guard
        let geometry = ConvolutionGeometry(
          batch: extents.0, inputChannels: extents.1, height: extents.2, width: extents.3,
          outputChannels: extents.4, kernelHeight: extents.5, kernelWidth: extents.6,
          stride: extents.7, padding: extents.8, groups: extents.9)
      else { preconditionFailure("not a geometry: \(extents)") }
      return geometry
    }

  static func instructions(_ geometry: ConvolutionGeometry) -> [Instruction] {
    [
      .convolution(.forward(x: b(0), weight: b(1), out: b(2)), geometry),
      .convolution(.inputGradient(outputGradient: b(0), weight: b(1), out: b(2)), geometry),
      .convolution(.weightGradient(outputGradient: b(0), x: b(1), out: b(2)), geometry),
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
    for seed in 1...3 as ClosedRange<UInt64> {
      for place in [1, 2, 4, 5, 6, 10, 12, 18, 22] {
        for instruction in Self.instructions(Self.geometries[place]) {
          try expectReferenceBits(instruction, style, seed: seed, threads: [1, 2])
        }
      }
    }
  }

  /// Seeded shapes, so that no kind of geometry is left to the list above alone.
  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func drawnGeometriesGiveTheReferenceBits(seed: UInt64) throws {
    let geometry = try #require(ConvolutionGeometry.drawn(seed: seed))
    for instruction in Self.instructions(geometry) {
      try expectReferenceBits(instruction, .ordinary, seed: seed)
    }
  }

  /// A border of +0 turns a sum that underflowed to −0 into +0.
  @Test func paddingTakesPart() throws {
    let geometry = try #require(
      ConvolutionGeometry(
        batch: 1, inputChannels: 1, height: 2, width: 2, outputChannels: 1, kernelHeight: 3,
        kernelWidth: 3, stride: 1, padding: 1, groups: 1))
    let tiny = Float(-0x1p-140).bitPattern
    let contents = [
      [tiny, 0, 0, 0], [UInt32](repeating: Float(0x1p-20).bitPattern, count: 9), [1, 1, 1, 1],
    ]
    for backend in try testedBackends() + [CPUBackend(path: .reference)] {
      let found = try result(of: Self.instructions(geometry)[0], from: contents, on: backend)[2]
      #expect(found == [0, 0, 0, 0], "\(backend.name)")
    }
  }

  /// An infinite weight meets every border: 0 · ∞ is NaN.
  @Test func infiniteWeightsMeetThePadding() throws {
    let geometry = try #require(
      ConvolutionGeometry(
        batch: 1, inputChannels: 1, height: 3, width: 3, outputChannels: 1, kernelHeight: 3,
        kernelWidth: 3, stride: 1, padding: 1, groups: 1))
    var weight = [Float](repeating: 1, count: 9)
    weight[0] = .infinity
    let contents = [
      [UInt32](repeating: Float(1).bitPattern, count: 9), weight.map(\.bitPattern),
      [UInt32](repeating: 0, count: 9),
    ]
    let found = try result(
      of: Self.instructions(geometry)[0], from: contents, on: CPUBackend())[2]
      .map { Float(bitPattern: $0) }
    #expect(found[0].isNaN && found[1].isNaN && found[3].isNaN)
    #expect(found[4] == .infinity)
  }

  @Test func gapsBetweenWindowsHaveNoGradient() throws {
    let geometry = try #require(
      ConvolutionGeometry(
        batch: 1, inputChannels: 1, height: 5, width: 5, outputChannels: 1, kernelHeight: 1,
        kernelWidth: 1, stride: 2, padding: 0, groups: 1))
    let nan = Float.nan.bitPattern
    let contents = [
      [UInt32](repeating: nan, count: 9), [nan], [UInt32](repeating: 7, count: 25),
    ]
    for backend in try testedBackends() + [CPUBackend(path: .reference)] {
      let found = try result(of: Self.instructions(geometry)[1], from: contents, on: backend)[2]
      let expected = (0..<25).map { $0 / 5 % 2 == 0 && $0 % 5 % 2 == 0 ? 0x7fc0_0000 : 0 as UInt32 }
      #expect(found == expected, "\(backend.name)")
    }
  }
}
