import AssaySpecification
import AssayTensors
import AssayTestSupport
import Testing

@Suite struct ChannelTests {
  /// Runs that begin at every kind of lane, and channels shorter than the 64 lanes.
  static let geometries = [
    (1, 1, 1), (2, 1, 1), (1, 3, 17), (3, 2, 64), (4, 5, 100), (5, 3, 49), (2, 4, 256),
    (70, 3, 1), (33, 2, 7), (2, 2, 1000), (3, 6, 196), (40, 12, 65), (64, 16, 64),
  ].map { ChannelGeometry(batch: $0.0, channels: $0.1, spatial: $0.2) }

  static func normalize(_ out: BufferID, _ rest: [BufferID]) -> ChannelInstruction {
    .normalize(
      x: b(0), weight: rest[0], bias: rest[1], runningMean: rest[2], runningVariance: rest[3],
      out: out, mean: rest[4], inverse: rest[5], momentum: 0.1, epsilon: 1e-5)
  }

  static func instructions(_ geometry: ChannelGeometry) -> [Instruction] {
    [
      .addBias(x: b(0), bias: b(1), out: b(2)), .addBias(x: b(0), bias: b(1), out: b(0)),
      .sum(x: b(0), out: b(1)),
      normalize(b(1), (2...7).map(b)), normalize(b(0), (1...6).map(b)),
      .normalizeWith(
        x: b(0), weight: b(1), bias: b(2), mean: b(3), variance: b(4), out: b(5), epsilon: 1e-3),
      .normalizeWith(
        x: b(0), weight: b(1), bias: b(2), mean: b(3), variance: b(4), out: b(0), epsilon: 1e-3),
      .normalizeGradient(
        x: b(0), outputGradient: b(1), weight: b(2), mean: b(3), inverse: b(4), out: b(5),
        weightGradient: b(6), biasGradient: b(7)),
      .normalizeGradient(
        x: b(0), outputGradient: b(1), weight: b(2), mean: b(3), inverse: b(4), out: b(1),
        weightGradient: b(5), biasGradient: b(6)),
      .normalizeGradient(
        x: b(0), outputGradient: b(1), weight: b(2), mean: b(3), inverse: b(4), out: b(0),
        weightGradient: b(5), biasGradient: b(6)),
    ].map { .channel($0, geometry) }
  }

  @Test(arguments: geometries)
  func everyGeometryGivesTheReferenceBits(geometry: ChannelGeometry) throws {
    for instruction in Self.instructions(geometry) {
      try expectReferenceBits(instruction, .ordinary)
    }
  }

  @Test(arguments: TestContents.allCases)
  func specialValuesGiveTheReferenceBits(style: TestContents) throws {
    for seed in 1...4 as ClosedRange<UInt64> {
      for geometry in Self.geometries[2...6] {
        for instruction in Self.instructions(geometry) {
          try expectReferenceBits(instruction, style, seed: seed, threads: [1, 2])
        }
      }
    }
  }

  private func bits(_ values: [Double]) -> [UInt32] { values.map { Float($0).bitPattern } }
  private func zeros(_ count: Int) -> [UInt32] { [UInt32](repeating: 0, count: count) }

  /// Batch normalisation of one channel, straight from its definition.
  private func normalized(_ x: [Double], _ weight: Double, _ bias: Double) -> [Double] {
    let mean = x.reduce(0, +) / Double(x.count)
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
    return x.map { ($0 - mean) / (variance + 1e-5).squareRoot() * weight + bias }
  }

  /// The channel of every element.
  private func channel(_ g: ChannelGeometry, _ element: Int) -> Int {
    element / g.spatial % g.channels
  }

  @Test func normalizingAndItsGradientAreThoseOfTheFormula() throws {
    let g = ChannelGeometry(batch: 3, channels: 2, spatial: 21)
    let count = g.batch * g.channels * g.spatial, size = Double(g.batch * g.spatial)
    var generator = SeededGenerator(seed: 9)
    let x = (0..<count).map { _ in Double(2 * generator.signedUnit() + 0.5) }
    let dy = (0..<count).map { _ in Double(generator.signedUnit()) }
    let (weight, bias) = ([0.75, -1.5], [0.25, 2])
    func outputs(_ x: [Double]) -> [Double] {
      var all = x
      for c in 0..<g.channels {
        let places = x.indices.filter { channel(g, $0) == c }
        let values = normalized(places.map { x[$0] }, weight[c], bias[c])
        for (place, value) in zip(places, values) { all[place] = value }
      }
      return all
    }
    let forward = try result(
      of: .channel(Self.normalize(b(1), (2...7).map(b)), g),
      from: [
        bits(x), zeros(count), bits(weight), bits(bias), bits([1, 2]), bits([3, 4]), zeros(2),
        zeros(2),
      ], on: CPUBackend())
    for (found, expected) in zip(forward[1], outputs(x)) {
      #expect(abs(Double(Float(bitPattern: found)) - expected) < 1e-5)
    }
    for c in 0..<2 {
      let own = x.indices.filter { channel(g, $0) == c }.map { x[$0] }
      let mean = own.reduce(0, +) / size
      let variance = own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (size - 1)
      let old = Double(c)
      let running = forward[4...5].map { Double(Float(bitPattern: $0[c])) }
      #expect(abs(running[0] - (0.9 * (1 + old) + 0.1 * mean)) < 1e-6)
      #expect(abs(running[1] - (0.9 * (3 + old) + 0.1 * variance)) < 1e-6)
    }
    let gradient = try result(
      of: Self.instructions(g)[7],
      from: [
        bits(x), bits(dy), bits(weight), forward[6], forward[7], zeros(count), zeros(2), zeros(2),
      ], on: CPUBackend())
    func inner(_ y: [Double]) -> Double { zip(y, dy).reduce(0) { $0 + $1.0 * $1.1 } }
    for element in x.indices {
      let slope = [1e-5, -1e-5].map { h in
        var moved = x
        moved[element] += h
        return inner(outputs(moved))
      }
      let expected = (slope[0] - slope[1]) / 2e-5
      #expect(abs(Double(Float(bitPattern: gradient[5][element])) - expected) < 1e-5)
    }
    for c in 0..<2 {
      let own = x.indices.filter { channel(g, $0) == c }
      let plain = normalized(own.map { x[$0] }, 1, 0)
      let expected = zip(plain, own).reduce(0) { $0 + $1.0 * dy[$1.1] }
      #expect(abs(Double(Float(bitPattern: gradient[6][c])) - expected) < 1e-4)
      let sum = own.reduce(0) { $0 + dy[$1] }
      #expect(abs(Double(Float(bitPattern: gradient[7][c])) - sum) < 1e-5)
    }
  }

  @Test func givenStatisticsNormalizeLikeTheBatchsOwn() throws {
    let g = ChannelGeometry(batch: 2, channels: 1, spatial: 3)
    let x = [1, 2, 3, 4, 5, 9] as [Double]
    let found = try result(
      of: Self.instructions(g)[5],
      from: [bits(x), bits([2]), bits([1]), bits([4]), bits([0.249]), zeros(6)],
      on: CPUBackend())[5].map { Float(bitPattern: $0) }
    for (value, input) in zip(found, x) {
      #expect(abs(Double(value) - ((input - 4) * 4 + 1)) < 1e-4)
    }
  }
}
