extension JSONFields {
  /// Reads a string.
  ///
  /// - Throws: `WireError.field` when the member is absent or no string.
  public mutating func string(_ key: String) throws(WireError) -> String {
    try convertString(key, try value(key))
  }

  /// Reads a string, or nothing when the member is absent.
  ///
  /// - Throws: `WireError.field` when the member is there but no string.
  public mutating func optionalString(_ key: String) throws(WireError) -> String? {
    guard let value = optionalValue(key) else { return nil }
    return try convertString(key, value)
  }

  private func convertString(
    _ key: String, _ value: JSONValue
  ) throws(WireError) -> String {
    guard case .string(let text) = value else {
      throw failure(key, "expected a string, found \(value.summary)")
    }
    return text
  }

  /// Reads true or false.
  ///
  /// - Throws: `WireError.field` when the member is absent or neither.
  public mutating func bool(_ key: String) throws(WireError) -> Bool {
    try convertBool(key, try value(key))
  }

  /// Reads true or false, or nothing when the member is absent.
  ///
  /// - Throws: `WireError.field` when the member is there but neither.
  public mutating func optionalBool(_ key: String) throws(WireError) -> Bool? {
    guard let value = optionalValue(key) else { return nil }
    return try convertBool(key, value)
  }

  private func convertBool(
    _ key: String, _ value: JSONValue
  ) throws(WireError) -> Bool {
    guard case .bool(let flag) = value else {
      throw failure(key, "expected true or false, found \(value.summary)")
    }
    return flag
  }

  /// Reads an array.
  ///
  /// - Throws: `WireError.field` when the member is absent or no array.
  public mutating func array(_ key: String) throws(WireError) -> [JSONValue] {
    try convertArray(key, try value(key))
  }

  /// Reads an array, or nothing when the member is absent.
  ///
  /// - Throws: `WireError.field` when the member is there but no array.
  public mutating func optionalArray(_ key: String) throws(WireError) -> [JSONValue]? {
    guard let value = optionalValue(key) else { return nil }
    return try convertArray(key, value)
  }

  private func convertArray(
    _ key: String, _ value: JSONValue
  ) throws(WireError) -> [JSONValue] {
    guard case .array(let elements) = value else {
      throw failure(key, "expected an array, found \(value.summary)")
    }
    return elements
  }

  /// Reads an object, to be read and finished in turn.
  ///
  /// - Throws: `WireError.field` when the member is absent or no object.
  public mutating func fields(_ key: String) throws(WireError) -> JSONFields {
    try convertFields(key, try value(key))
  }

  /// Reads an object, to be read and finished in turn, or nothing when the member is absent.
  ///
  /// - Throws: `WireError.field` when the member is there but no object.
  public mutating func optionalFields(_ key: String) throws(WireError) -> JSONFields? {
    guard let value = optionalValue(key) else { return nil }
    return try convertFields(key, value)
  }

  private func convertFields(
    _ key: String, _ value: JSONValue
  ) throws(WireError) -> JSONFields {
    try JSONFields(value, path: path(of: key))
  }

  /// Reads an array of objects, each to be read and finished in turn.
  ///
  /// - Throws: `WireError.field` when the member is absent or no array of objects.
  public mutating func objects(_ key: String) throws(WireError) -> [JSONFields] {
    try convertObjects(key, try value(key))
  }

  /// Reads an array of objects, each to be read and finished in turn, or nothing when the member is
  /// absent.
  ///
  /// - Throws: `WireError.field` when the member is there but no array of objects.
  public mutating func optionalObjects(_ key: String) throws(WireError) -> [JSONFields]? {
    guard let value = optionalValue(key) else { return nil }
    return try convertObjects(key, value)
  }

  private func convertObjects(
    _ key: String, _ value: JSONValue
  ) throws(WireError) -> [JSONFields] {
    var objects: [JSONFields] = []
    for (index, element) in try convertArray(key, value).enumerated() {
      objects.append(try JSONFields(element, path: "\(path(of: key))[\(index)]"))
    }
    return objects
  }
}
