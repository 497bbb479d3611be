public import AssayCryptography
internal import AssayWire

/// States as safetensors files, so that every tool opens them.
///
/// `__metadata__` may have `values` (the plain values as JSON text) and `data` (SHA-256 of the
/// training data in hex); other metadata are passed over. Tensors may stand in any order, as they
/// do in other programs' files, but each has a type that is known and its own bytes.
extension TracedState {
  /// The most bytes of the plain values.
  private static let valuesLimit = 16 << 20

  /// Reads a safetensors file; `file` names it in errors.
  public init(safetensors bytes: [UInt8], file: String) throws(ToleranceError) {
    let contents: (tensors: [TracedTensor], values: JSONValue, data: String?)
    do throws(WireError) {
      contents = try Self.decode(bytes)
    } catch {
      throw .checkpoint(file: file, reason: "it is no safetensors file that is read here: \(error)")
    }
    try self.init(
      tensors: contents.tensors, values: contents.values, data: contents.data, file: file)
  }

  private static func decode(
    _ bytes: [UInt8]
  ) throws(WireError) -> (tensors: [TracedTensor], values: JSONValue, data: String?) {
    let header = try SafetensorsHeader(bytes, fileByteCount: bytes.count)
    var values = JSONValue.null
    var data: String?
    if let metadata = header.metadata {
      var fields = try JSONFields(metadata, path: "__metadata__")
      data = try fields.optionalString("data")
      if let text = try fields.optionalString("values") {
        values = CheckpointValues.canonical(
          try JSONValue.parse(Array(text.utf8), maximumByteCount: valuesLimit))
      }
    }
    var tensors: [TracedTensor] = []
    var total = 0
    for tensor in header.tensors {
      total += tensor.range.count
      // Tensors that share bytes could make a small file large.
      guard total <= bytes.count else {
        throw .field(path: tensor.name, reason: "tensors overlap")
      }
      tensors.append(try traced(tensor, bytes))
    }
    return (tensors, values, data)
  }

  private static func traced(
    _ tensor: SafetensorsHeader.Tensor, _ bytes: [UInt8]
  ) throws(WireError) -> TracedTensor {
    guard let type = ScalarType(rawValue: tensor.elementType) else {
      let known = ScalarType.allCases.map(\.rawValue).joined(separator: ", ")
      throw .field(
        path: tensor.name + ".dtype",
        reason: "expected one of \(known), found '\(tensor.elementType.prefix(20))'")
    }
    guard ScalarType.byteCount(of: tensor.dimensions, type) == tensor.range.count else {
      throw .field(
        path: tensor.name + ".data_offsets",
        reason: "\(tensor.range.count) bytes are not \(type.rawValue) \(tensor.dimensions)")
    }
    return TracedTensor(
      name: tensor.name, type: type, dimensions: tensor.dimensions,
      contents: Array(bytes[tensor.range]))
  }

  /// What the state is known by, however its file is laid out: SHA-256 of `safetensors`.
  public var identity: Digest { SHA256.digest(of: safetensors) }

  /// The state as a safetensors file: tensors in order of name, the header padded to 8 bytes.
  public var safetensors: [UInt8] {
    var members: [JSONMember] = []
    var metadata: [JSONMember] = []
    if let data { metadata.append(JSONMember(name: "data", value: .string(data))) }
    if values != .null {
      metadata.append(
        JSONMember(
          name: "values",
          value: .string(String(decoding: values.serialized(), as: UTF8.self))))
    }
    if !metadata.isEmpty {
      members.append(JSONMember(name: "__metadata__", value: .object(metadata)))
    }
    var offset = 0
    for tensor in tensors {
      let end = offset + tensor.contents.count
      members.append(
        JSONMember(
          name: tensor.name,
          value: .object([
            "dtype": .string(tensor.type.rawValue),
            "shape": .array(tensor.dimensions.map { .integer($0) }),
            "data_offsets": .array([.integer(offset), .integer(end)]),
          ])))
      offset = end
    }
    var header = JSONValue.object(members).serialized()
    header += [UInt8](repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
    var writer = WireWriter(reservingCapacity: 8 + header.count + offset)
    writer.write(UInt64(header.count))
    writer.write(raw: header)
    for tensor in tensors { writer.write(raw: tensor.contents) }
    return writer.bytes
  }
}
