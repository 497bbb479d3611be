extension JSONFields {
  /// Reads an integer within a range.
  ///
  /// - Throws: `WireError.field` when the member is absent or no integer in `range`; `1.0`, `1e3`
  ///   and `-0` are none.
  public mutating func integer(
    _ key: String, in range: ClosedRange<Int> = Int.min...Int.max
  ) throws(WireError) -> Int {
    try convertInteger(key, try value(key), in: range)
  }

  /// Reads an integer within a range, or nothing when the member is absent.
  ///
  /// - Throws: `WireError.field` when the member is there but no integer in `range`; `1.0`, `1e3`
  ///   and `-0` are none.
  public mutating func optionalInteger(
    _ key: String, in range: ClosedRange<Int> = Int.min...Int.max
  ) throws(WireError) -> Int? {
    guard let value = optionalValue(key) else { return nil }
    return try convertInteger(key, value, in: range)
  }

  private func convertInteger(
    _ key: String, _ value: JSONValue, in range: ClosedRange<Int>
  ) throws(WireError) -> Int {
    guard case .number(let text) = value, let integer = Int(text), text != "-0",
      range.contains(integer)
    else {
      throw failure(
        key,
        "expected an integer from \(range.lowerBound) to \(range.upperBound), "
          + "found \(value.summary)")
    }
    return integer
  }

  /// Reads an integer from 0 to 2⁶⁴ − 1.
  ///
  /// - Throws: `WireError.field` when the member is absent or no such integer.
  public mutating func uint64(_ key: String) throws(WireError) -> UInt64 {
    try convertUInt64(key, try value(key))
  }

  /// Reads an integer from 0 to 2⁶⁴ − 1, or nothing when the member is absent.
  ///
  /// - Throws: `WireError.field` when the member is there but no such integer.
  public mutating func optionalUInt64(_ key: String) throws(WireError) -> UInt64? {
    guard let value = optionalValue(key) else { return nil }
    return try convertUInt64(key, value)
  }

  private func convertUInt64(
    _ key: String, _ value: JSONValue
  ) throws(WireError) -> UInt64 {
    guard case .number(let text) = value, let integer = UInt64(text), text != "-0" else {
      throw failure(key, "expected an integer from 0 to 2^64 - 1, found \(value.summary)")
    }
    return integer
  }

  /// Reads a number rounded once to the nearest 32-bit float.
  ///
  /// - Throws: `WireError.field` when the member is absent or no number, or one that only infinity
  ///   is near to.
  public mutating func float(_ key: String) throws(WireError) -> Float {
    try convertFloat(key, try value(key))
  }

  /// Reads a number rounded once to the nearest 32-bit float, or nothing when the member is absent.
  ///
  /// - Throws: `WireError.field` when the member is there but no number, or one that only infinity
  ///   is near to.
  public mutating func optionalFloat(_ key: String) throws(WireError) -> Float? {
    guard let value = optionalValue(key) else { return nil }
    return try convertFloat(key, value)
  }

  private func convertFloat(
    _ key: String, _ value: JSONValue
  ) throws(WireError) -> Float {
    guard case .number(let text) = value, let number = Float(text), number.isFinite else {
      throw failure(
        key, "expected a number within the range of a 32-bit float, found \(value.summary)")
    }
    return number
  }

  /// Reads a number rounded once to the nearest 64-bit float.
  ///
  /// - Throws: `WireError.field` when the member is absent or no number, or one that only infinity
  ///   is near to.
  public mutating func double(_ key: String) throws(WireError) -> Double {
    try convertDouble(key, try value(key))
  }

  /// Reads a number rounded once to the nearest 64-bit float, or nothing when the member is absent.
  ///
  /// - Throws: `WireError.field` when the member is there but no number, or one that only infinity
  ///   is near to.
  public mutating func optionalDouble(_ key: String) throws(WireError) -> Double? {
    guard let value = optionalValue(key) else { return nil }
    return try convertDouble(key, value)
  }

  private func convertDouble(
    _ key: String, _ value: JSONValue
  ) throws(WireError) -> Double {
    guard case .number(let text) = value, let number = Double(text), number.isFinite else {
      throw failure(
        key, "expected a number within the range of a 64-bit float, found \(value.summary)")
    }
    return number
  }
}
