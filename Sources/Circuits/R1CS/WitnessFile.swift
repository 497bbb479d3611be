public import AssayAlgebra
internal import AssayWire

/// Files of iden3's format `.wtns`, version 2: the value of every wire of a circuit, the constant 1
/// first.
public enum WitnessFile {
  private static let header = 1
  private static let values = 2

  /// Reads a file.
  ///
  /// - Throws: `RankOneError` for anything that is not a whole file of this field; memory is
  ///   bounded by the file's size.
  @specialized(where F == BN254Scalar)
  @specialized(where F == NativeBN254Scalar)
  public static func read<F: BaseField>(
    _ bytes: [UInt8], as field: F.Type = F.self
  ) throws(RankOneError) -> [F] {
    let file = try SectionedFile(bytes, magic: "wtns", version: 2)
    var reader = SectionReader(try file.section(header), type: header)
    try reader.field(F.self)
    let count = try reader.integer()
    try reader.finish()
    guard count < RankOneSystem<F>.maximumCount else {
      throw .count(of: "witness", limit: RankOneSystem<F>.maximumCount - 1, found: count)
    }
    let section = try file.section(values)
    guard section.count == count * F.byteCount else {
      throw .sectionSize(type: values, expected: count * F.byteCount, found: section.count)
    }
    var elements = SectionReader(section, type: values)
    return try elements.elements(count, as: F.self)
  }

  /// The file of a witness.
  public static func bytes<F: BaseField>(_ witness: [F]) -> [UInt8] {
    var writer = WireWriter()
    writer.write(UInt32(F.byteCount))
    writer.write(raw: F.primeBytes)
    writer.write(UInt32(witness.count))
    return SectionedFile.bytes(
      magic: "wtns", version: 2,
      sections: [(header, writer.bytes), (values, witness.flatMap(\.canonicalBytes))])
  }
}
