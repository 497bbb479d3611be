internal import AssayCryptography
internal import AssayWire

/// States as safetensors files, so that every tool opens them.
///
/// `__metadata__` may have `values` (the plain values as JSON text) and `data` (SHA-256 of the
/// training data in hex); other metadata are passed over. Tensors may stand in any order, as they
/// do in other programs' files, but each has a type that is known and its own bytes.
extension TracedState {
  /// The most bytes of a header, as the format has it.
  private static let headerLimit = 100_000_000
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
    var reader = WireReader(bytes)
    let headerCount = try reader.readUInt64()
    guard headerCount <= UInt64(min(headerLimit, bytes.count - 8)) else {
      throw .tooLong(limit: bytes.count - 8, found: Int(clamping: headerCount))
    }
    let start = 8 + Int(headerCount)
    let header = try JSONValue.parse(Array(bytes[8..<start]), maximumByteCount: headerLimit)
    guard case .object(let members) = header else {
      throw .field(path: "", reason: "the header is no object")
    }
    var tensors: [TracedTensor] = []
    var values = JSONValue.null
    var data: String?
    var total = 0
    for member in members {
      guard member.name != "__metadata__" else {
        var fields = try JSONFields(member.value, path: member.name)
        data = try fields.optionalString("data")
        if let text = try fields.optionalString("values") {
          values = CheckpointValues.canonical(
            try JSONValue.parse(Array(text.utf8), maximumByteCount: valuesLimit))
        }
        continue
      }
      let tensor = try tensor(member, bytes, from: start)
      total += tensor.contents.count
      // Tensors that share bytes could make a small file large.
      guard total <= bytes.count else {
        throw .field(path: member.name, reason: "tensors overlap")
      }
      tensors.append(tensor)
    }
    return (tensors, values, data)
  }

  private static func tensor(
    _ member: JSONMember, _ bytes: [UInt8], from start: Int
  ) throws(WireError) -> TracedTensor {
    var fields = try JSONFields(member.value, path: member.name)
    let typeName = try fields.string("dtype")
    guard let type = ScalarType(rawValue: typeName) else {
      let known = ScalarType.allCases.map(\.rawValue).joined(separator: ", ")
      throw fields.failure("dtype", "expected one of \(known), found '\(typeName.prefix(20))'")
    }
    let dimensions = try counts("shape", &fields)
    let offsets = try counts("data_offsets", &fields)
    try fields.finish()
    guard dimensions.count <= 16, offsets.count == 2, offsets[0] <= offsets[1],
      offsets[1] <= bytes.count - start,
      ScalarType.byteCount(of: dimensions, type) == offsets[1] - offsets[0]
    else {
      throw fields.failure(
        "data_offsets", "\(offsets) are not the bytes of \(typeName) \(dimensions) in this file")
    }
    return TracedTensor(
      name: member.name, type: type, dimensions: dimensions,
      contents: Array(bytes[(start + offsets[0])..<(start + offsets[1])]))
  }

  private static func counts(
    _ key: String, _ fields: inout JSONFields
  ) throws(WireError) -> [Int] {
    var counts: [Int] = []
    for value in try fields.array(key) {
      guard case .number(let text) = value, let count = Int(text), count >= 0 else {
        throw fields.failure(key, "expected whole numbers from 0")
      }
      counts.append(count)
    }
    return counts
  }

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
