internal import AssayAlgebra
internal import AssayCryptography
internal import AssayWire

/// Files of iden3's format `.r1cs`, version 1, as the circom compiler writes them.
///
/// Sections may come in any order, and unknown ones are passed over, as the format demands. So may
/// the terms of a linear combination: the compiler sorts wires by their bytes and not, as the
/// format demands, by their numbers.
extension RankOneSystem {
  private enum Section {
    static var header: Int { 1 }
    static var constraints: Int { 2 }
    static var labels: Int { 3 }
    static var customGates: ClosedRange<Int> { 4...5 }
  }

  /// Reads a file.
  ///
  /// - Throws: `RankOneError` for anything that is not a whole file of this field; memory is
  ///   bounded by the file's size.
  @specialized(where F == BN254Scalar)
  @specialized(where F == NativeBN254Scalar)
  public init(file bytes: [UInt8]) throws(RankOneError) {
    let file = try SectionedFile(bytes, magic: "r1cs", version: 1)
    var header = SectionReader(try file.section(Section.header), type: Section.header)
    try header.field(F.self)
    let wires = try header.integer()
    let outputs = try header.integer()
    let inputs = try header.integer()
    let secrets = try header.integer()
    _ = try header.longInteger()
    let constraints = try header.integer()
    try header.finish()
    guard wires < Self.maximumCount, outputs + inputs + secrets < wires else {
      throw .count(of: "wires", limit: Self.maximumCount - 1, found: wires)
    }
    guard constraints < Self.maximumCount else {
      throw .count(of: "constraints", limit: Self.maximumCount - 1, found: constraints)
    }
    for type in Section.customGates {
      // A list of none is what the compiler writes where gates are allowed and not used.
      guard file.all(type).allSatisfy({ $0 == [0, 0, 0, 0] }) else { throw .customGates }
    }
    let labels = try file.section(Section.labels)
    guard labels.count == 8 * wires else {
      throw .sectionSize(type: Section.labels, expected: 8 * wires, found: labels.count)
    }
    let matrices = try Self.matrices(
      try file.section(Section.constraints), constraints: constraints, wires: wires)
    self.init(
      a: matrices[0], b: matrices[1], c: matrices[2], outputs: outputs, inputs: inputs,
      secrets: secrets, digest: SHA256.digest(of: bytes))
  }

  private static func matrices(
    _ section: [UInt8], constraints: Int, wires: Int
  ) throws(RankOneError) -> [SparseMatrix<F>] {
    var reader = SectionReader(section, type: Section.constraints)
    var matrices = [SparseMatrix<F>](repeating: SparseMatrix(columnCount: wires), count: 3)
    var place = 0
    for constraint in 0..<constraints {
      for index in 0..<3 {
        let entries = try reader.terms(of: F.self, place: &place)
        if let entry = entries.first(where: { $0.column >= wires }) {
          throw .wireIndex(constraint: constraint, count: wires, found: entry.column)
        }
        if let wire = Self.repeatedColumn(entries) {
          throw .repeatedWire(constraint: constraint, wire: wire)
        }
        matrices[index].append(entries)
      }
    }
    try reader.finish()
    return matrices
  }

  /// A column that two entries name.
  private static func repeatedColumn(_ entries: [SparseMatrix<F>.Entry]) -> Int? {
    let columns = entries.map(\.column)
    if zip(columns, columns.dropFirst()).allSatisfy({ $0 < $1 }) { return nil }
    let sorted = columns.sorted()
    return zip(sorted, sorted.dropFirst()).first { $0 == $1 }?.0
  }

  /// The file of these constraints, each wire being its own label.
  public var fileBytes: [UInt8] {
    var header = WireWriter()
    header.write(UInt32(F.byteCount))
    header.write(raw: F.primeBytes)
    for count in [wireCount, publicOutputCount, publicInputCount, privateInputCount] {
      header.write(UInt32(count))
    }
    header.write(UInt64(wireCount))
    header.write(UInt32(constraintCount))
    var constraints = WireWriter()
    for index in 0..<constraintCount {
      for matrix in [a, b, c] {
        let row = matrix.row(index)
        constraints.write(UInt32(row.count))
        for entry in row {
          constraints.write(UInt32(entry.column))
          constraints.write(raw: entry.value.canonicalBytes)
        }
      }
    }
    var labels = WireWriter()
    for wire in 0..<wireCount { labels.write(UInt64(wire)) }
    return SectionedFile.bytes(
      magic: "r1cs", version: 1,
      sections: [
        (Section.header, header.bytes), (Section.constraints, constraints.bytes),
        (Section.labels, labels.bytes),
      ])
  }
}
