internal import AssayCryptography
internal import AssayWire

extension JSONFields {
  /// A SHA-256 digest as 64 lower-case hexadecimal digits.
  mutating func digest(_ key: String) throws(WireError) -> Digest {
    let text = try string(key)
    do throws(CryptographyError) {
      return try Digest(hex: text)
    } catch {
      throw failure(key, "expected 64 lower-case hex digits, found \"\(text)\"")
    }
  }

  /// A list of extents.
  mutating func shape(_ key: String) throws(WireError) -> Shape {
    let items = try array(key)
    guard items.count <= 8 else {
      throw failure(key, "expected at most 8 extents, found \(items.count)")
    }
    var dimensions: [Int] = []
    for item in items {
      guard case .number(let text) = item, let extent = Int(text) else {
        throw failure(key, "expected a list of whole numbers, such as [28, 28]")
      }
      dimensions.append(extent)
    }
    do throws(SpecificationError) {
      return try Shape(dimensions)
    } catch {
      throw failure(key, "\(error)")
    }
  }

  /// A list of at most eight whole numbers from 0 on.
  mutating func integers(_ key: String) throws(WireError) -> [Int] {
    let items = try array(key)
    var numbers: [Int] = []
    for item in items.prefix(9) {
      guard case .number(let text) = item, let number = Int(text), number >= 0 else {
        throw failure(key, "expected a list of whole numbers, such as [28, 28]")
      }
      numbers.append(number)
    }
    guard (1...8).contains(numbers.count) else {
      throw failure(key, "expected 1 to 8 numbers, found \(items.count)")
    }
    return numbers
  }

  /// A finite float ≥ `minimum`, and < `limit` where there is one.
  mutating func float(
    _ key: String, atLeast minimum: Float, below limit: Float = .infinity
  ) throws(WireError) -> Float {
    let value = try float(key)
    guard value >= minimum, value < limit else {
      let range = limit == .infinity ? "≥ \(minimum)" : "in [\(minimum), \(limit))"
      throw failure(key, "expected a number \(range), found \(value)")
    }
    return value
  }
}
