import AssaySpecification
import AssayTensors
import AssayTensorsTestSupport
import Testing

/// Lookups, positions, dropout, copies and updates against their definitions.
@Suite struct SequenceTests {
  static func all(rows: Int, columns: Int, period: Int, vocabulary: Int) -> [Instruction] {
    let instructions: [SequenceInstruction] = [
      .embed(
        table: b(0), ids: b(1), out: b(2), rows: rows, vocabulary: vocabulary, columns: columns),
      .embedGradient(
        ids: b(0), outputGradient: b(1), out: b(2), rows: rows, vocabulary: vocabulary,
        columns: columns),
      .addPeriodic(x: b(0), y: b(1), out: b(2), rows: rows, period: period, columns: columns),
      .addPeriodic(x: b(0), y: b(1), out: b(0), rows: rows, period: period, columns: columns),
      .sumPeriodic(x: b(0), out: b(1), rows: rows, period: period, columns: columns),
      .clear(out: b(0), count: rows * columns),
    ]
    return instructions.map { .sequence($0) }
  }

  static func rotations(rows: Int, period: Int, heads: Int, headWidth: Int) -> [Instruction] {
    [true, false].flatMap { isInverse in
      [1, 0].map { out in
        .sequence(
          .rotate(
            x: b(0), cosines: b(out + 1), sines: b(out + 2), out: b(out), rows: rows,
            period: period, heads: heads, headWidth: headWidth, isInverse: isInverse))
      }
    }
  }

  static func dropouts(_ count: Int, node: UInt32 = 7) -> [Instruction] {
    [1, 0].map { out in
      .sequence(
        .dropout(
          x: b(0), out: b(out), count: count, seed: 0x0123_4567_89ab_cdef, node: node,
          threshold: 0x3333_3333, scale: 1.25))
    }
  }

  static let copies: [Instruction] = [
    ([5], [1], [1], 0, 0), ([3, 4], [4, 1], [1, 3], 0, 0), ([7, 20], [33, 1], [20, 1], 5, 0),
    ([7, 20], [20, 1], [41, 1], 0, 21), ([2, 3, 4], [12, 1, 3], [12, 4, 1], 0, 0),
    ([4, 5], [0, 1], [5, 1], 2, 1),
    (
      [2, 2, 2, 2, 2, 2, 2, 3], [0, 0, 3, 1, 7, 9, 2, 4],
      [192, 96, 48, 24, 12, 6, 3, 1], 0, 0
    ), ([300, 200], [200, 1], [200, 1], 0, 0),
  ].map { extents, xStrides, outStrides, xOffset, outOffset in
    .sequence(
      .copy(
        x: b(0), xOffset: xOffset, xStrides: xStrides, out: b(1), outOffset: outOffset,
        outStrides: outStrides, extents: extents))
  }

  static func updates(_ count: Int) -> [Instruction] {
    let instructions: [UpdateInstruction] = [
      .clipScale(
        gradients: [b(0), b(1), b(2)], counts: [count, 1, 64], out: b(3), limit: 0.125),
      .clipScale(gradients: [b(0)], counts: [count], out: b(1), limit: 1e30),
      .clipScale(gradients: [], counts: [], out: b(0), limit: 1),
      .scale(x: b(0), scale: b(1), out: b(2), count: count),
      .scale(x: b(0), scale: b(1), out: b(0), count: count),
      .movingAverage(parameter: b(0), average: b(1), count: count, rate: 0.01),
      .accumulate(x: b(0), out: b(1), count: count),
    ]
    return instructions.map { .update($0) }
  }

  @Test(arguments: [
    (1, 1, 1, 1), (2, 3, 1, 5), (12, 64, 4, 3), (33, 17, 5, 40), (130, 65, 2, 7), (7, 100, 10, 2),
    (300, 16, 150, 65), (140, 200, 1, 9), (3, 40_000, 2, 2),
  ])
  func rowsGiveTheReferenceBits(rows: Int, columns: Int, period: Int, vocabulary: Int) throws {
    for instruction in Self.all(
      rows: rows, columns: columns, period: period, vocabulary: vocabulary)
    {
      try expectReferenceBits(instruction, .ordinary)
    }
  }

  @Test(arguments: [(1, 1, 1, 2), (5, 3, 2, 10), (40, 7, 3, 32), (9, 20, 1, 70), (600, 4, 4, 64)])
  func rotationsGiveTheReferenceBits(
    rows: Int, period: Int, heads: Int, headWidth: Int
  ) throws {
    for instruction in Self.rotations(
      rows: rows, period: period, heads: heads, headWidth: headWidth)
    {
      try expectReferenceBits(instruction, .ordinary)
    }
  }

  @Test(arguments: OperatorTests.counts)
  func dropoutAndUpdatesGiveTheReferenceBits(count: Int) throws {
    for instruction in Self.dropouts(count) + Self.dropouts(count, node: .max)
      + Self.updates(count)
    {
      try expectReferenceBits(instruction, .ordinary)
    }
  }

  /// A micro-batch draws what its part of the whole batch would, wherever it begins.
  @Test(arguments: [1, 2, 3, 5, 37, 100, 16_387])
  func microBatchesDropWhatTheWholeBatchDrops(count: Int) throws {
    let runs = 5
    let ones = [UInt32](repeating: Float(1).bitPattern, count: runs * count)
    for backend in try testedBackends(threads: [1, 2]) + [CPUBackend(path: .reference)] {
      let whole = try result(
        of: Self.dropouts(runs * count)[0], from: [ones, ones], on: backend)[1]
      let part = Array(ones.prefix(count))
      for run in 0..<runs {
        var scalars = StepScalars.test
        scalars.microBatch = run
        let found = try result(
          of: Self.dropouts(count)[0], from: [part, part], on: backend, scalars: scalars)[1]
        #expect(found == Array(whole[run * count..<(run + 1) * count]), "\(backend.name), \(run)")
      }
    }
  }

  @Test func theFirstMicroBatchBeginsASumAndTheOthersAddToIt() throws {
    let instruction = Instruction.update(.accumulate(x: b(0), out: b(1), count: 3))
    let (x, sum) = ([1, -0.0, 0x1p24] as [Float], [2, 5, 1] as [Float])
    for path in CPUBackend.availablePaths {
      for (run, expected) in [(0, x), (1, [3, 5, 0x1p24]), (2, [3, 5, 0x1p24])] {
        var scalars = StepScalars.test
        scalars.microBatch = run
        let found = try result(
          of: instruction, from: [x, sum].map { $0.map(\.bitPattern) }, on: CPUBackend(path: path),
          scalars: scalars)[1]
        #expect(found == expected.map(\.bitPattern))
      }
    }
  }

  @Test func copiesGiveTheReferenceBits() throws {
    for instruction in Self.copies { try expectReferenceBits(instruction, .ordinary) }
  }

  @Test(arguments: TestContents.allCases)
  func specialValuesGiveTheReferenceBits(style: TestContents) throws {
    for instruction in Self.all(rows: 30, columns: 21, period: 4, vocabulary: 6)
      + Self.rotations(rows: 12, period: 5, heads: 2, headWidth: 22) + Self.dropouts(500)
      + Self.copies + Self.updates(500)
    {
      for seed in 1...3 as ClosedRange<UInt64> {
        try expectReferenceBits(instruction, style, seed: seed)
      }
    }
  }
}
