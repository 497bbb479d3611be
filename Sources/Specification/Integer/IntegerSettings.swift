internal import AssayWire

/// The constants of integer numerics: the `integer` object of a spec.
///
/// A tensor's value is its integers · 2^exponent.
public struct IntegerSettings: Hashable, Sendable {
  /// Of one weight.
  public struct Weight: Hashable, Sendable {
    public let name: String
    /// Of W8, the weight as products read it.
    public let exponent: Int
    /// k: W has so many bits more than W8.
    public let fractionBits: Int
    /// int32 or int64: what W, and V where there is one, are stored as.
    public let elementType: ElementType

    /// The constants of the parameter `name`.
    public init(name: String, exponent: Int, fractionBits: Int, elementType: ElementType) {
      self.name = name
      self.exponent = exponent
      self.fractionBits = fractionBits
      self.elementType = elementType
    }
  }

  public let inputExponent: Int
  public let activationExponent: Int
  public let gradientExponent: Int
  public let weights: [Weight]
  /// See `IntegerLoss.table`.
  public let table: [Int]

  /// Puts constants together; a spec's reading checks them.
  public init(
    inputExponent: Int = -7, activationExponent: Int, gradientExponent: Int, weights: [Weight],
    table: [Int] = IntegerLoss.exponentials
  ) {
    self.inputExponent = inputExponent
    self.activationExponent = activationExponent
    self.gradientExponent = gradientExponent
    self.weights = weights
    self.table = table
  }
}

extension IntegerSettings {
  private static let exponents = -60...60
  /// The most bits that any number is rounded by.
  static let largestShift = 30

  /// Reads the `integer` object of a spec.
  init(_ object: consuming JSONFields) throws(WireError) {
    var fields = object
    inputExponent = try fields.integer("inputExponent", in: Self.exponents)
    activationExponent = try fields.integer("activationExponent", in: Self.exponents)
    gradientExponent = try fields.integer("gradientExponent", in: Self.exponents)
    var weights: [Weight] = []
    for var entry in try fields.objects("weights") {
      let name = try entry.string("name")
      let element = try entry.string("element")
      guard let type = ElementType(rawValue: element), type == .int32 || type == .int64 else {
        throw entry.failure("element", "expected \"int32\" or \"int64\", found \"\(element)\"")
      }
      weights.append(
        Weight(
          name: name, exponent: try entry.integer("exponent", in: Self.exponents),
          fractionBits: try entry.integer("fractionBits", in: 0...Self.largestShift),
          elementType: type))
      try entry.finish()
    }
    self.weights = weights
    var table: [Int] = []
    for item in try fields.array("table").prefix(257) {
      guard case .number(let text) = item, let entry = Int(text), (0..<1 << 15).contains(entry)
      else { throw fields.failure("table", "expected whole numbers from 0 to 2^15 − 1") }
      table.append(entry)
    }
    self.table = table
    guard table.count == 256, table[128] > 0 else {
      throw fields.failure("table", "expected 256 numbers, number 128 not 0")
    }
    try fields.finish()
  }

  /// The `integer` object of a spec.
  var json: JSONValue {
    .object([
      "inputExponent": .integer(inputExponent),
      "activationExponent": .integer(activationExponent),
      "gradientExponent": .integer(gradientExponent),
      "weights": .array(
        weights.map { weight in
          .object([
            "name": .string(weight.name), "exponent": .integer(weight.exponent),
            "fractionBits": .integer(weight.fractionBits),
            "element": .string(weight.elementType.rawValue),
          ])
        }),
      "table": .array(table.map { .integer($0) }),
    ])
  }
}
