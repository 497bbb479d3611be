public import AssayCryptography
internal import AssayFiles
public import AssaySpecification
internal import AssayWire

/// A state as a safetensors file, in the one writing that is hashed as the artefact.
///
/// The header's members are "__metadata__" (format and step) and the tensors in order of name,
/// without spaces; the header is padded with spaces so that the contents start at a multiple of
/// 64. The contents follow in the same order without gaps. Any safetensors reader opens it.
extension ModelState {
  private static let format = "assay/state/1"
  private static let alignment = 64

  /// The header of a state's file, its length included: the first bytes up to the contents.
  static func safetensorsHeader(step: UInt64, layout: StateLayout) -> [UInt8] {
    safetensorsHeader(
      metadata: ["format": .string(format), "step": .string("\(step)")], layout.tensors)
  }

  /// A header over `tensors` in their order, its length included.
  static func safetensorsHeader(
    metadata: KeyValuePairs<String, JSONValue>, _ tensors: [TensorDescription]
  ) -> [UInt8] {
    var members = [JSONMember(name: "__metadata__", value: .object(metadata))]
    var offset = 0
    for tensor in tensors {
      let end = offset + tensor.byteCount
      members.append(
        JSONMember(
          name: tensor.name,
          value: .object([
            "dtype": .string(tensor.elementType.safetensorsName),
            "shape": .array(tensor.shape.dimensions.map { .integer($0) }),
            "data_offsets": .array([.integer(offset), .integer(end)]),
          ])))
      offset = end
    }
    var header = JSONValue.object(members).serialized()
    header += [UInt8](
      repeating: UInt8(ascii: " "),
      count: (alignment - (header.count + 8) % alignment) % alignment)
    var writer = WireWriter()
    writer.write(UInt64(header.count))
    writer.write(raw: header)
    return writer.bytes
  }

  /// The state's file.
  public var safetensors: [UInt8] { Array(safetensorsPieces.joined()) }

  /// The state's file in pieces: the header, then each tensor, none of them copied.
  var safetensorsPieces: [[UInt8]] {
    [Self.safetensorsHeader(step: step, layout: layout)] + contents
  }

  /// SHA-256 of the state's file: the artefact's digest in a claim.
  public var artefactDigest: Digest {
    var hasher = SHA256()
    hasher.update(Self.safetensorsHeader(step: step, layout: layout))
    for tensor in contents { hasher.update(tensor) }
    return hasher.finalize()
  }

  /// Bytes of the file of a state after `step` steps.
  public static func safetensorsByteCount(step: UInt64, layout: StateLayout) -> Int {
    safetensorsHeader(step: step, layout: layout).count + layout.byteCount
  }

  /// Reads a state's file, which must be the canonical writing of step `step` and `layout`.
  ///
  /// - Throws: `TrainingError.checkpoint` saying whether the length or the header differs.
  public init(
    safetensors bytes: [UInt8], step: UInt64, layout: StateLayout
  ) throws(TrainingError) {
    try self.init(step: step, layout: layout, byteCount: bytes.count) { offset, count in
      Array(bytes[offset..<offset + count])
    }
  }

  /// Reads a state's file piece by piece, so that nothing but the state is ever in memory.
  ///
  /// - Throws: as above, or `TrainingError.file`.
  init(
    safetensors file: borrowing OpenFile, step: UInt64, layout: StateLayout
  ) throws(TrainingError) {
    try self.init(step: step, layout: layout, byteCount: file.byteCount) {
      offset, count throws(TrainingError) in
      do throws(FileError) {
        return try file.read(at: offset, count: count)
      } catch {
        throw .file(error)
      }
    }
  }

  private init(
    step: UInt64, layout: StateLayout, byteCount: Int,
    read: (_ offset: Int, _ count: Int) throws(TrainingError) -> [UInt8]
  ) throws(TrainingError) {
    let header = Self.safetensorsHeader(step: step, layout: layout)
    let expected = header.count + layout.byteCount
    guard byteCount == expected else {
      throw .checkpoint(reason: "expected \(expected) bytes for this spec, found \(byteCount)")
    }
    guard try read(0, header.count) == header else {
      throw .checkpoint(
        reason: "the header is not the canonical one for step \(step) of this spec")
    }
    var offset = header.count
    var contents: [[UInt8]] = []
    for tensor in layout.tensors {
      contents.append(try read(offset, tensor.byteCount))
      offset += tensor.byteCount
    }
    self.init(step: step, layout: layout, contents: contents)
  }
}
