public import AssayCryptography
public import AssayWire

/// What a run trains on: the commitment to the examples, and how they become numbers.
public struct DataDescription: Hashable, Sendable {
  /// What is to be predicted of an example.
  public enum Target: Hashable, Sendable {
    /// One of `classes` classes, an int32 label.
    case label(classes: Int)
    /// `count` float32 values.
    case values(count: Int)
    /// After each token of an example but the last, the one that follows, of `vocabulary` tokens.
    /// An example is a row of one token more than a model's context; features and targets are
    /// int32, its tokens without the last and without the first.
    case nextToken(vocabulary: Int)
  }

  /// How a raw element becomes a float32: (x / divisor − mean) / deviation, each an IEEE operation.
  public struct Scale: Hashable, Sendable {
    public let divisor: Float
    public let mean: Float
    public let deviation: Float

    /// A scale; `divisor` and `deviation` must not be zero.
    public init(divisor: Float = 1, mean: Float = 0, deviation: Float = 1) {
      self.divisor = divisor
      self.mean = mean
      self.deviation = deviation
    }
  }

  /// A task that the project generates itself, so that no file is needed.
  public struct GeneratedTask: Hashable, Sendable {
    /// Name of the task: "glyphs".
    public let task: String
    public let seed: UInt64
    /// The first example's index in the task's endless sequence.
    public let first: UInt64

    /// Examples `first`, `first + 1`, … of `task` under `seed`.
    public init(task: String, seed: UInt64, first: UInt64) {
      self.task = task
      self.seed = seed
      self.first = first
    }
  }

  /// Merkle root over the examples, binding every byte, label and index.
  public let root: Digest
  public let exampleCount: Int
  public let elementType: ElementType
  public let exampleShape: Shape
  public let target: Target
  public let scale: Scale
  /// Where the examples come from when they are generated; nil for files.
  public let generated: GeneratedTask?
  /// How images are shifted and mirrored while training; nil where they are taken as they are.
  public let augmentation: Augmentation?

  /// Of a text, the tokens from one row's start to the next one's; nil for as many as a model's
  /// context, and where examples are no rows of a text.
  public let stride: Int?

  /// Describes a data set.
  public init(
    root: Digest, exampleCount: Int, elementType: ElementType, exampleShape: Shape,
    target: Target, scale: Scale, generated: GeneratedTask? = nil,
    augmentation: Augmentation? = nil, stride: Int? = nil
  ) {
    self.root = root
    self.exampleCount = exampleCount
    self.elementType = elementType
    self.exampleShape = exampleShape
    self.target = target
    self.scale = scale
    self.generated = generated
    self.augmentation = augmentation
    self.stride = stride
  }

  /// The most examples a data set may have: 2³¹.
  public static let exampleCountLimit = 1 << 31

  /// The most classes a label may have.
  public static let classLimit = 1 << 20

  /// The most tokens between the starts of two rows of a text.
  public static let strideLimit = 1 << 20

  /// What tokens of a vocabulary of `vocabulary` entries are held in: bytes where they fit.
  public static func tokenType(vocabulary: Int) -> ElementType {
    vocabulary <= 256 ? .uint8 : .int32
  }
}

extension DataDescription {
  /// Reads the `data` object of a spec.
  init(fields: inout JSONFields) throws(WireError) {
    root = try fields.digest("root")
    exampleCount = try fields.integer("examples", in: 1...Self.exampleCountLimit)
    let element = try fields.string("element")
    guard let type = ElementType(rawValue: element), type != .int64, type != .int8
    else {
      throw fields.failure(
        "element", "expected \"uint8\", \"int32\" or \"float32\", found \"\(element)\"")
    }
    elementType = type
    exampleShape = try fields.shape("shape")
    var targetFields = try fields.fields("target")
    switch try targetFields.string("kind") {
    case "label":
      target = .label(classes: try targetFields.integer("classes", in: 2...Self.classLimit))
    case "values":
      target = .values(count: try targetFields.integer("count", in: 1...Self.classLimit))
    case "next-token":
      target = .nextToken(
        vocabulary: try targetFields.integer("vocabulary", in: 2...Self.classLimit))
    case let kind:
      throw targetFields.failure(
        "kind", "expected \"label\", \"values\" or \"next-token\", found \"\(kind)\"")
    }
    try targetFields.finish()
    var scaleFields = try fields.fields("scale")
    scale = Scale(
      divisor: try scaleFields.float("divisor"), mean: try scaleFields.float("mean"),
      deviation: try scaleFields.float("deviation"))
    try scaleFields.finish()
    try Self.check(elementType, exampleShape, target, scale, fields)
    if fields.contains("generated") {
      generated = try GeneratedTask(fields.fields("generated"))
    } else {
      generated = nil
    }
    if fields.contains("augment") {
      if case .nextToken = target {
        throw fields.failure("augment", "tokens cannot be shifted or mirrored; leave it out")
      }
      var augmentFields = try fields.fields("augment")
      augmentation = try Augmentation(fields: &augmentFields, shape: exampleShape)
    } else {
      augmentation = nil
    }
    if fields.contains("stride") {
      guard case .nextToken = target else {
        throw fields.failure("stride", "only rows of a text have one; leave it out")
      }
      stride = try fields.integer("stride", in: 1...Self.strideLimit)
    } else {
      stride = nil
    }
    try fields.finish()
  }

  /// Checks that element type, shape, target and scale fit each other.
  private static func check(
    _ elementType: ElementType, _ shape: Shape, _ target: Target, _ scale: Scale,
    _ fields: JSONFields
  ) throws(WireError) {
    guard scale.divisor != 0, scale.deviation != 0 else {
      throw fields.failure("scale", "divisor and deviation must not be zero")
    }
    guard case .nextToken(let vocabulary) = target else {
      guard elementType != .int32 else {
        throw fields.failure("element", "int32 examples are tokens, whose target is next-token")
      }
      return
    }
    let expected = tokenType(vocabulary: vocabulary)
    guard elementType == expected else {
      throw fields.failure(
        "element",
        "expected \"\(expected.rawValue)\" for \(vocabulary) tokens, found "
          + "\"\(elementType.rawValue)\"")
    }
    guard shape.dimensions.count == 1, shape.elementCount >= 2 else {
      throw fields.failure("shape", "expected one extent of at least 2 for tokens, found \(shape)")
    }
    guard scale == Scale() else {
      throw fields.failure("scale", "tokens are not scaled: divisor 1, mean 0, deviation 1")
    }
  }

  /// The `data` object of a spec.
  public var json: JSONValue {
    var members: [JSONMember] = [
      JSONMember(name: "root", value: .string(root.hex)),
      JSONMember(name: "examples", value: .integer(exampleCount)),
      JSONMember(name: "element", value: .string(elementType.rawValue)),
      JSONMember(name: "shape", value: .array(exampleShape.dimensions.map { .integer($0) })),
    ]
    let targetValue: JSONValue =
      switch target {
      case .label(let classes): .object(["kind": .string("label"), "classes": .integer(classes)])
      case .values(let count): .object(["kind": .string("values"), "count": .integer(count)])
      case .nextToken(let vocabulary):
        .object(["kind": .string("next-token"), "vocabulary": .integer(vocabulary)])
      }
    members.append(JSONMember(name: "target", value: targetValue))
    members.append(
      JSONMember(
        name: "scale",
        value: .object([
          "divisor": .float(scale.divisor), "mean": .float(scale.mean),
          "deviation": .float(scale.deviation),
        ])))
    if let generated {
      members.append(JSONMember(name: "generated", value: generated.json))
    }
    if let augmentation {
      members.append(JSONMember(name: "augment", value: augmentation.json))
    }
    if let stride {
      members.append(JSONMember(name: "stride", value: .integer(stride)))
    }
    return .object(members)
  }
}

extension DataDescription.GeneratedTask {
  /// Reads a `generated` object of a spec.
  init(_ object: consuming JSONFields) throws(WireError) {
    var fields = object
    task = try fields.string("task")
    seed = try fields.uint64("seed")
    first = try fields.uint64("first")
    try fields.finish()
  }

  /// The `generated` object of a spec.
  var json: JSONValue {
    .object([
      "task": .string(task), "seed": .integer(seed), "first": .integer(first),
    ])
  }
}
