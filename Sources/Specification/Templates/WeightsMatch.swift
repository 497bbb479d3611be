public import AssayWire

/// Which tensors of a `model` object start from a weights file, and which do not.
public struct WeightsMatch: Sendable {
  /// The model, in which every tensor that the file holds starts from it.
  public let model: JSONValue
  /// Tensors of the model that start from the file.
  public let taken: [String]
  /// Tensors of the model that keep their own first values, each with the reason.
  public let missing: [(name: String, reason: String)]
  /// Tensors of the file that no tensor of the model is named after.
  public let unused: [String]

  /// Matches tensors by name and shape.
  ///
  /// What an optimiser kept ("optimizer/…") and moving averages ("average/…") are not missed when
  /// they are not taken: a checkpoint may be the file.
  ///
  /// - Parameters:
  ///   - shapes: the extents of the file's tensors by name.
  ///   - names: what a tensor of the model is called in the file, where that differs.
  public init(model: JSONValue, shapes: [String: [Int]], names: [String: String] = [:]) {
    var taken: [String] = []
    var missing: [(name: String, reason: String)] = []
    var named: Set<String> = []
    self.model = model.mappingTensors { tensor in
      guard let name = tensor.string("name") else { return tensor }
      let source = names[name] ?? name
      guard let found = shapes[source] else {
        missing.append((name, "the file has no tensor of that name"))
        return tensor
      }
      named.insert(source)
      guard tensor.extents == found else {
        missing.append((name, "the file's has the shape \(found)"))
        return tensor
      }
      taken.append(name)
      return tensor.replacing("init", with: Initializer.weights(tensor: source).json)
    }
    self.taken = taken
    self.missing = missing
    unused = shapes.keys.filter { name in
      !named.contains(name) && !name.hasPrefix("optimizer/") && !name.hasPrefix("average/")
    }.sorted()
  }
}

extension JSONValue {
  /// The member `name` of an object.
  func member(_ name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// The elements of the member `name`; none where there is no such array.
  func elements(_ name: String) -> [JSONValue] {
    guard case .array(let elements)? = member(name) else { return [] }
    return elements
  }

  /// The text of the member `name`.
  func string(_ name: String) -> String? {
    guard case .string(let text)? = member(name) else { return nil }
    return text
  }

  /// The `shape` of a declared tensor.
  var extents: [Int] {
    elements("shape").compactMap { extent in
      if case .number(let text) = extent { Int(text) } else { nil }
    }
  }

  /// The object with another value for `name`, at its place or at the end; without it for nil.
  func replacing(_ name: String, with value: JSONValue?) -> JSONValue {
    guard case .object(var members) = self else { return self }
    let place = members.firstIndex { $0.name == name }
    if let place { members.remove(at: place) }
    if let value {
      members.insert(JSONMember(name: name, value: value), at: place ?? members.count)
    }
    return .object(members)
  }

  /// A `model` object with every declared tensor changed by `body`.
  func mappingTensors(_ body: (JSONValue) -> JSONValue) -> JSONValue {
    ["parameters", "statistics", "frozen"].reduce(self) { model, kind in
      model.member(kind) == nil
        ? model : model.replacing(kind, with: .array(model.elements(kind).map(body)))
    }
  }
}
