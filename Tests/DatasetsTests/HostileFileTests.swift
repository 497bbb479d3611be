import AssaySpecification
import Foundation
import Testing

@testable import AssayDatasets

/// Readers return or throw on any bytes; they never trap, and never take memory for a false size.
@Suite struct HostileFileTests {
  /// A small seeded generator (Knuth's MMIX constants).
  private struct Generator {
    var state: UInt64
    mutating func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
  }

  private static let seed: UInt64 =
    ProcessInfo.processInfo.environment["TEST_SEED"].flatMap(UInt64.init) ?? 20_240_601

  private static let seeds: [[UInt8]] = [
    Samples.idx([3, 2, 2], body: Array(0..<12)),
    Samples.idx(type: 0x0e, [2, 3], body: .zeros(48)),
    Samples.npy(Samples.header("<f4", "(2, 3)"), body: .zeros(24)),
    Samples.npy(Samples.header("<i8", "(3,)"), version: 2, body: .zeros(24)),
    Samples.gzip(Samples.idx([3], body: [1, 0, 2])),
    Samples.gzip(Samples.npy(Samples.header("|u1", "(3, 1)"), body: [1, 2, 3])),
    Array("a,\"b\"\"c\",d\r\n1,2.5e-1,0\r\n\"3\",-4,1\r\n".utf8),
  ]

  private func mutated(_ generator: inout Generator) -> [UInt8] {
    var bytes = Self.seeds[generator.next(Self.seeds.count)]
    for _ in 0...generator.next(4) {
      guard !bytes.isEmpty else { break }
      let place = generator.next(bytes.count)
      switch generator.next(6) {
      case 0: bytes[place] ^= 1 << UInt8(generator.next(8))
      case 1: bytes[place] = [0, 1, 0x22, 0x27, 0x2c, 0x7f, 0x80, 0xff][generator.next(8)]
      case 2: bytes.removeSubrange(place...)
      case 3: bytes.insert(contentsOf: bytes.prefix(generator.next(9)), at: place)
      case 4: bytes.remove(at: place)
      default:
        let other = Self.seeds[generator.next(Self.seeds.count)]
        bytes.replaceSubrange(place..., with: other.suffix(generator.next(other.count)))
      }
    }
    return bytes
  }

  @Test func everyReaderReturnsOrThrows() {
    var generator = Generator(state: Self.seed)
    var accepted = 0
    for _ in 0..<6000 {
      let file = Samples.file(mutated(&generator))
      if let array = try? NumericArray(file) {
        accepted += 1
        if let numbers = try? array.floats() {
          #expect(numbers.count == array.count * array.numbersPerExample, "seed=\(Self.seed)")
        }
        if let dataset = try? Dataset(examples: array, targets: array, target: nil) {
          #expect(dataset.contents.count == dataset.exampleCount * dataset.exampleByteCount)
        }
      }
      if let dataset = try? Dataset(table: file, layout: TableLayout(), target: nil) {
        accepted += 1
        #expect(dataset.exampleCount >= 1, "seed=\(Self.seed)")
      }
    }
    // Some mutations are harmless; if none were, this would test nothing but the first check.
    #expect(accepted > 100, "seed=\(Self.seed)")
  }
}
