import AssayAlgebra
import AssayCircuits
import AssayTestSupport
import AssayWire
import Testing

/// Files that are wrong in one place each. They are put together here from their parts, because a
/// changed byte in a whole file mostly breaks more than one rule.
@Suite struct RankOneRefusalTests {
  typealias F = BN254Scalar

  private static let prime: [UInt8] = {
    var bytes = F(-1).canonicalBytes
    bytes[0] += 1
    return bytes
  }()

  private func word(_ value: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private func long(_ value: Int) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private func header(
    size: Int = 32, prime: [UInt8] = Self.prime, wires: Int = 4, counts: [Int] = [1, 0, 2],
    constraints: Int = 1
  ) -> (Int, [UInt8]) {
    (
      1,
      word(size) + prime + word(wires) + counts.flatMap(word) + long(wires) + word(constraints)
    )
  }

  private func terms(_ wires: [Int]) -> [UInt8] {
    word(wires.count) + wires.flatMap { word($0) + F(3).canonicalBytes }
  }

  /// 3w₂ · 3w₃ = 3w₁.
  private var constraints: (Int, [UInt8]) { (2, terms([2]) + terms([3]) + terms([1])) }

  private func labels(_ count: Int = 4) -> (Int, [UInt8]) { (3, (0..<count).flatMap(long)) }

  private func file(
    _ sections: [(Int, [UInt8])], magic: String = "r1cs", version: Int = 1, count: Int? = nil
  ) -> [UInt8] {
    Array(magic.utf8) + word(version) + word(count ?? sections.count)
      + sections.flatMap { word($0.0) + long($0.1.count) + $0.1 }
  }

  private func expect(
    _ error: RankOneError, _ file: [UInt8], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(throws: error, sourceLocation: sourceLocation) { try RankOneSystem<F>(file: file) }
  }

  @Test func thePartsMakeAFile() throws {
    let sections = [header(), constraints, labels()]
    let system = try RankOneSystem<F>(file: file(sections))
    #expect(system.wireCount == 4 && system.constraintCount == 1 && system.publicCount == 2)
    // Any order, and sections of other types.
    let other = try RankOneSystem<F>(file: file([(77, [1, 2]), labels(), constraints, header()]))
    #expect(other.a == system.a && other.b == system.b && other.c == system.c)
    // Gates are allowed and not used.
    let gates: [(Int, [UInt8])] = [(4, word(0)), (5, word(0))]
    #expect(try RankOneSystem<F>(file: file(sections + gates)).a == system.a)
  }

  @Test func theContainerIsChecked() {
    let sections = [header(), constraints, labels()]
    expect(.magic(expected: "r1cs"), file(sections, magic: "wtns"))
    expect(.version(expected: 1, found: 2), file(sections, version: 2))
    expect(.sectionCount(type: 1, found: 0), file([constraints, labels()]))
    expect(.sectionCount(type: 2, found: 0), file([header(), labels()]))
    expect(.sectionCount(type: 3, found: 0), file([header(), constraints]))
    expect(.sectionCount(type: 1, found: 2), file(sections + [header()]))
    expect(.sectionCount(type: 2, found: 2), file(sections + [constraints]))
    expect(.sectionCount(type: 3, found: 2), file(sections + [labels()]))
    expect(.wire(.truncated(needed: 4, available: 0)), file(sections, count: 4))
    expect(
      .wire(.truncated(needed: 12 * 0xffff_ffff, available: file(sections).count - 12)),
      file(sections, count: 0xffff_ffff))
    var bytes = file([header()])
    bytes.replaceSubrange(16..<24, with: [UInt8](repeating: 255, count: 8))
    expect(.wire(.truncated(needed: .max, available: header().1.count)), bytes)
  }

  @Test func theHeaderIsChecked() {
    expect(.prime, file([header(size: 8), constraints, labels()]))
    expect(.prime, file([header(prime: F(-1).canonicalBytes), constraints, labels()]))
    expect(
      .count(of: "wires", limit: 1 << 28 - 1, found: 1 << 28),
      file([header(wires: 1 << 28), constraints, labels()]))
    expect(
      .count(of: "wires", limit: 1 << 28 - 1, found: 4),
      file([header(counts: [1, 1, 2]), constraints, labels()]))
    expect(
      .count(of: "constraints", limit: 1 << 28 - 1, found: 1 << 28),
      file([header(constraints: 1 << 28), constraints, labels()]))
    let long = (1, header().1 + [0])
    expect(
      .sectionSize(type: 1, expected: 64, found: 65), file([long, constraints, labels()]))
    expect(
      .sectionSize(type: 3, expected: 32, found: 24), file([header(), constraints, labels(3)]))
    expect(.customGates, file([header(), constraints, labels(), (4, word(1))]))
    expect(.customGates, file([header(), constraints, labels(), (5, word(0) + word(0))]))
  }

  @Test func theConstraintsAreChecked() {
    func with(_ bytes: [UInt8], constraints: Int = 1) -> [UInt8] {
      file([header(constraints: constraints), (2, bytes), labels()])
    }
    expect(
      .wireIndex(constraint: 0, count: 4, found: 4), with(terms([2]) + terms([4]) + terms([1])))
    expect(
      .repeatedWire(constraint: 0, wire: 2), with(terms([2, 1, 2]) + terms([3]) + terms([1])))
    expect(
      .wire(.truncated(needed: 4, available: 0)),
      with(terms([2]) + terms([3]) + terms([1]), constraints: 2))
    expect(
      .sectionSize(type: 2, expected: 120, found: 124),
      with(terms([2]) + terms([3]) + terms([1]) + word(0)))
    expect(
      .wire(.truncated(needed: 36 * 0xffff_ffff, available: 36)),
      with(word(0xffff_ffff) + terms([2]).dropFirst(4)))
    let large = word(1) + word(2) + Self.prime
    expect(.notReduced(section: 2, place: 1), with(terms([2]) + large + terms([1])))
  }

  @Test func witnessFilesAreChecked() throws {
    func file(
      _ sections: [(Int, [UInt8])], magic: String = "wtns", version: Int = 2
    ) -> [UInt8] {
      self.file(sections, magic: magic, version: version)
    }
    func expect(_ error: RankOneError, _ file: [UInt8]) {
      #expect(throws: error) { try WitnessFile.read(file, as: F.self) }
    }
    let header = (1, word(32) + Self.prime + word(2))
    let values = (2, F.one.canonicalBytes + F(5).canonicalBytes)
    #expect(try WitnessFile.read(file([values, header]), as: F.self) == [F.one, F(5)])
    expect(.magic(expected: "wtns"), file([header, values], magic: "r1cs"))
    expect(.version(expected: 2, found: 1), file([header, values], version: 1))
    expect(.sectionCount(type: 2, found: 0), file([header]))
    expect(.sectionCount(type: 1, found: 2), file([header, values, header]))
    expect(.prime, file([(1, word(32) + F(5).canonicalBytes + word(2)), values]))
    expect(
      .sectionSize(type: 1, expected: 40, found: 41), file([(1, header.1 + [0]), values]))
    expect(
      .sectionSize(type: 2, expected: 96, found: 64),
      file([(1, word(32) + Self.prime + word(3)), values]))
    expect(
      .count(of: "witness", limit: 1 << 28 - 1, found: 1 << 28),
      file([(1, word(32) + Self.prime + word(1 << 28)), values]))
    expect(
      .notReduced(section: 2, place: 1), file([header, (2, F.one.canonicalBytes + Self.prime)]))
  }

  @Test func refusalsSayWhatToDo() {
    let errors: [RankOneError] = [
      .wire(.trailingBytes(count: 1)), .magic(expected: "r1cs"), .version(expected: 1, found: 2),
      .sectionCount(type: 1, found: 0), .sectionSize(type: 2, expected: 3, found: 4), .prime,
      .count(of: "wires", limit: 5, found: 6), .customGates,
      .wireIndex(constraint: 1, count: 4, found: 9), .repeatedWire(constraint: 1, wire: 2),
      .notReduced(section: 2, place: 7), .witnessCount(expected: 3, found: 4), .constantWire,
      .unsatisfied(constraint: 5),
    ]
    #expect(Set(errors.map(\.description)).count == errors.count)
    #expect(
      errors[11].description
        == "witness: expected 3 elements, found 4; is it of another circuit?")
  }
}
