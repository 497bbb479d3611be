/// The extents of a tensor, slowest-varying first; no extents is a scalar.
public struct Shape: Hashable, Sendable, CustomStringConvertible {
  /// Extents, each ≥ 1.
  public let dimensions: [Int]
  /// The product of the extents (1 for a scalar).
  public let elementCount: Int

  /// The most elements one tensor may have: 2³³, so that byte counts stay far from overflow.
  public static let elementCountLimit = 1 << 33

  /// Makes a shape.
  ///
  /// - Throws: `SpecificationError.shape` when an extent is not positive, there are more than
  ///   eight, or the product exceeds `elementCountLimit`.
  public init(_ dimensions: [Int]) throws(SpecificationError) {
    guard dimensions.count <= 8 else {
      throw .shape("a tensor has at most 8 dimensions, found \(dimensions.count)")
    }
    var product = 1
    for dimension in dimensions {
      guard dimension >= 1 else {
        throw .shape("every extent must be at least 1, found \(dimension) in \(dimensions)")
      }
      let (next, overflow) = product.multipliedReportingOverflow(by: dimension)
      guard !overflow, next <= Self.elementCountLimit else {
        throw .shape("\(dimensions) has more than 2^33 elements")
      }
      product = next
    }
    self.dimensions = dimensions
    elementCount = product
  }

  /// A scalar's shape.
  public static let scalar = Shape(uncheckedDimensions: [], elementCount: 1)

  private init(uncheckedDimensions: [Int], elementCount: Int) {
    self.dimensions = uncheckedDimensions
    self.elementCount = elementCount
  }

  /// A vector's shape; `count` must be in 1 … `elementCountLimit`.
  static func vector(_ count: Int) -> Shape {
    Shape(uncheckedDimensions: [count], elementCount: count)
  }

  /// A matrix's shape, from extents that another shape already bounded.
  static func matrix(_ rows: Int, _ columns: Int) -> Shape {
    Shape(uncheckedDimensions: [rows, columns], elementCount: rows * columns)
  }

  /// The shape as rows of its last extent; a vector is one row.
  var rowsAndColumns: (rows: Int, columns: Int) {
    let columns = dimensions.last ?? 1
    return (elementCount / columns, columns)
  }

  public var description: String {
    "[" + dimensions.map(String.init).joined(separator: "×") + "]"
  }
}

/// What a tensor's elements are; the raw value is the name used in files.
public enum ElementType: String, Hashable, Sendable, CaseIterable {
  case float32, int32, int64, int8, uint8

  /// Bytes of one element.
  public var byteCount: Int {
    switch self {
    case .float32, .int32: 4
    case .int64: 8
    case .int8, .uint8: 1
    }
  }

  /// The name of the type in a safetensors header.
  public var safetensorsName: String {
    switch self {
    case .float32: "F32"
    case .int32: "I32"
    case .int64: "I64"
    case .int8: "I8"
    case .uint8: "U8"
    }
  }
}
