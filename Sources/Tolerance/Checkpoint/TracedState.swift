public import AssayWire

/// A tensor of a checkpoint that somebody else's program made.
public struct TracedTensor: Hashable, Sendable {
  /// Where it stands in the checkpoint, such as `model/0.weight`.
  public let name: String
  public let type: ScalarType
  public let dimensions: [Int]
  /// Little-endian, row-major.
  public let contents: [UInt8]

  /// A tensor.
  ///
  /// - Precondition: as many bytes as type and extents say.
  public init(name: String, type: ScalarType, dimensions: [Int], contents: [UInt8]) {
    precondition(
      ScalarType.byteCount(of: dimensions, type) == contents.count, "the bytes of these extents")
    self.name = name
    self.type = type
    self.dimensions = dimensions
    self.contents = contents
  }

  /// Whether it is a single whole number in a floating type, as optimisers count their steps: it is
  /// compared for equality, and is part of no distance.
  var isCounter: Bool {
    guard dimensions.isEmpty else { return false }
    let bits = contents.word(0, type.byteCount)
    let value: Double? =
      switch type {
      case .float64: Double(bitPattern: bits)
      case .float32: Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
      case .float16: Double(Float16(bitPattern: UInt16(truncatingIfNeeded: bits)))
      case .bfloat16: Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits) << 16))
      case .int64, .int32, .int16, .int8, .uint8, .bool: nil
      }
    return value.map { $0.rounded() == $0 } ?? false
  }

  /// What distances are measured over together: the first part of the name, `model` if there is
  /// only one.
  public var group: String {
    name.firstIndex(of: "/").map { String(name[..<$0]) } ?? "model"
  }
}

/// A checkpoint: tensors by name, and the plain values around them.
public struct TracedState: Hashable, Sendable {
  /// Ascending by the bytes of their names, none twice.
  public let tensors: [TracedTensor]
  /// What stands around the tensors, as `CheckpointValues` describes; null where nothing does.
  public let values: JSONValue
  /// SHA-256 of the training data in hex, where who wrote the state says it.
  public let data: String?

  /// A state of these tensors, in any order.
  ///
  /// - Throws: `checkpoint` where a name occurs twice.
  init(
    tensors: [TracedTensor], values: JSONValue, data: String? = nil, file: String
  ) throws(ToleranceError) {
    let sorted = tensors.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    for (left, right) in zip(sorted, sorted.dropFirst())
    where left.name.utf8.elementsEqual(right.name.utf8) {
      throw .checkpoint(file: file, reason: "the tensor \(left.name) occurs twice")
    }
    self.tensors = sorted
    self.values = values
    self.data = data
  }

  /// The groups that have floating-point tensors other than counters, ascending.
  public var floatingGroups: [String] {
    Set(tensors.filter { $0.type.isFloating && !$0.isCounter }.map(\.group)).sorted()
  }
}

/// The plain values of a checkpoint as JSON: Python's dictionaries have keys that are no texts, and
/// its tuples are no lists.
///
/// `{"dict": [[key, value], …]}`, `{"tuple": […]}`, `{"tensor": "name"}` and
/// `{"float": "nan"}` (`inf`, `-inf`) stand for what JSON lacks; the rest is itself. A number with
/// a point or an exponent is a float64.
enum CheckpointValues {
  /// Values in the one form in which they are compared: entries of dictionaries in order of their
  /// keys, floats in their shortest text.
  static func canonical(_ value: JSONValue) -> JSONValue {
    switch value {
    case .null, .bool, .string: return value
    case .number(let text):
      guard text.contains(where: { ".eE".contains($0) }), let float = Double(text), float.isFinite
      else { return value }
      return .double(float)
    case .array(let elements): return .array(elements.map(canonical))
    case .object(let members):
      let inner = members.map { JSONMember(name: $0.name, value: canonical($0.value)) }
      guard inner.count == 1, inner[0].name == "dict", case .array(let entries) = inner[0].value
      else { return .object(inner) }
      let sorted = entries.map { (entry: $0, key: key(of: $0)) }
        .sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.entry)
      return .object(["dict": .array(sorted)])
    }
  }

  private static func key(of entry: JSONValue) -> [UInt8] {
    guard case .array(let pair) = entry, let key = pair.first else { return entry.serialized() }
    return key.serialized()
  }

  /// Where `found` lacks what `claimed` has, or has something else; nil where it does not.
  ///
  /// Entries that only `found` has are passed over: newer versions of a framework add settings.
  static func difference(claimed: JSONValue, found: JSONValue, path: String = "") -> String? {
    if let claimed = entries(claimed), let found = entries(found) {
      let other = Dictionary(found.map { ($0.key, $0.value) }) { first, _ in first }
      for (key, value) in claimed {
        let name = joined(path, text(key))
        guard let match = other[key] else { return name }
        if let place = difference(claimed: value, found: match, path: name) { return place }
      }
      return nil
    }
    if case .array(let claimed) = claimed, case .array(let found) = found,
      claimed.count == found.count
    {
      for (index, (value, match)) in zip(claimed, found).enumerated() {
        let name = joined(path, "\(index)")
        if let place = difference(claimed: value, found: match, path: name) { return place }
      }
      return nil
    }
    return claimed == found ? nil : path.isEmpty ? "its values" : path
  }

  private static func joined(_ path: String, _ part: String) -> String {
    path.isEmpty ? part : "\(path)/\(part)"
  }

  private static func entries(_ value: JSONValue) -> [(key: JSONValue, value: JSONValue)]? {
    guard case .object(let members) = value, members.count == 1, members[0].name == "dict",
      case .array(let entries) = members[0].value
    else { return nil }
    return entries.compactMap { entry in
      guard case .array(let pair) = entry, pair.count == 2 else { return nil }
      return (pair[0], pair[1])
    }
  }

  private static func text(_ key: JSONValue) -> String {
    if case .string(let text) = key { return text }
    return String(decoding: key.serialized(), as: UTF8.self)
  }
}
