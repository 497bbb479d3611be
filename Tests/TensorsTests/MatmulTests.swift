import AssaySpecification
import AssayTensors
import AssayTensorsTestSupport
import Testing

@Suite struct MatmulTests {
  static func matmul(_ m: Int, _ n: Int, _ k: Int, _ transposes: Int) -> Instruction {
    .matmul(
      a: b(0), b: b(1), out: b(2), m: m, n: n, k: k, transposeA: transposes & 1 != 0,
      transposeB: transposes & 2 != 0)
  }

  /// Around the tiles of 14 × 32, 6 × 16 and 2 × 16.
  @Test(arguments: [1, 2, 3, 5, 6, 7, 13, 14, 15, 16, 17, 29, 31, 32, 33, 47, 48, 65])
  func everyTileShapeGivesTheReferenceBits(m: Int) throws {
    for n in [1, 2, 7, 10, 15, 16, 17, 31, 32, 33, 47, 65] {
      for transposes in 0..<4 {
        try expectReferenceBits(Self.matmul(m, n, 17, transposes), .ordinary, threads: [1])
      }
    }
  }

  @Test(arguments: [1, 2, 15, 16, 17, 511, 512, 513, 1023, 1024, 1025])
  func everyBlockOfKGivesTheReferenceBits(k: Int) throws {
    for (m, n) in [(1, 1), (1, 33), (7, 10), (15, 17), (17, 5), (33, 47)] {
      for transposes in 0..<4 {
        try expectReferenceBits(Self.matmul(m, n, k, transposes), .ordinary)
      }
    }
  }

  /// Large enough for threads, with more rows and columns than are packed at a time.
  @Test(arguments: [
    (129, 200, 513), (300, 10, 300), (10, 300, 300), (2, 1100, 300), (260, 70, 64),
    (1100, 3, 200), (3, 1100, 520), (64, 128, 784), (470, 33, 40),
  ])
  func largeProductsGiveTheReferenceBits(m: Int, n: Int, k: Int) throws {
    for transposes in 0..<4 {
      try expectReferenceBits(Self.matmul(m, n, k, transposes), .ordinary)
    }
  }

  @Test(arguments: TestContents.allCases)
  func specialValuesGiveTheReferenceBits(style: TestContents) throws {
    for seed in 1...5 as ClosedRange<UInt64> {
      for (m, n, k) in [(3, 5, 2), (15, 33, 6), (40, 10, 20), (7, 17, 600)] {
        for transposes in 0..<4 {
          try expectReferenceBits(
            Self.matmul(m, n, k, transposes), style, seed: seed, threads: [1])
        }
      }
    }
  }

  /// 2^24 + 1 is not a float: the first block must be rounded before the second is added.
  @Test func blocksOf512AreSummedApart() throws {
    let instruction = Self.matmul(1, 1, 514, 0)
    var a = [Float](repeating: 0, count: 514)
    a[0] = 0x1p24
    a[512] = 1
    a[513] = 1
    let ones = [Float](repeating: 1, count: 514)
    let contents = [a.map(\.bitPattern), ones.map(\.bitPattern), [0]]
    for backend in try testedBackends() + [CPUBackend(path: .reference)] {
      // One chain over all of K would lose both ones.
      let found = try result(of: instruction, from: contents, on: backend)[2][0]
      #expect(Float(bitPattern: found) == 0x1p24 + 2, "\(backend.name)")
    }
  }
}
