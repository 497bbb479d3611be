internal import AssayWire

/// How a parameter's first values are made.
public enum Initializer: Hashable, Sendable {
  /// Every element is `value`.
  case constant(value: Float)
  /// Uniform in [−bound, bound): u·bound, u = (word ≫ 8)·2⁻²³ − 1 exactly.
  case uniform(bound: Float)
  /// Normal with mean 0: quantile((word ≫ 8 + ½)·2⁻²⁴)·deviation, in double, rounded once.
  case normal(deviation: Float)
  /// Whole, uniform in [−bound, bound]: ⌊word·(2·bound + 1) / 2³²⌋ − bound; of integer numerics.
  case integers(bound: Int)
  /// The elements of the tensor of this name in the spec's weights file.
  case weights(tensor: String)

  /// The most bytes of a tensor's name in a weights file.
  static let tensorNameLimit = 512

  /// The value of element `index` of tensor number `parameter`; nil where a file gives them,
  /// or they are whole numbers.
  ///
  /// Word `index` mod 4 of block `index` / 4 at step = `parameter` is the draw.
  func values(count: Int, parameter: Int, seed: UInt64) -> [Float]? {
    guard let value else { return nil }
    if case .constant(let value) = self { return [Float](repeating: value, count: count) }
    return Self.draws(count: count, parameter: parameter, seed: seed, value)
  }

  /// One of `values`, by its place.
  func value(at index: Int, parameter: Int, seed: UInt64) -> Float? {
    value?(Self.draw(at: index, parameter: parameter, seed: seed))
  }

  private static func draw(at index: Int, parameter: Int, seed: UInt64) -> UInt32 {
    let words = Philox4x32(seed: seed).block(
      purpose: .initialization, step: UInt64(parameter), index: UInt64(index / 4))
    return [words.0, words.1, words.2, words.3][index % 4]
  }

  /// The value of a draw; nil where a file gives values, or they are whole numbers.
  private var value: ((UInt32) -> Float)? {
    switch self {
    case .constant(let value): { _ in value }
    case .uniform(let bound): { word in (Float(word >> 8) * 0x1p-23 - 1) * bound }
    case .normal(let deviation):
      { word in
        let p = (Double(word >> 8) + 0.5) * 0x1p-24
        return Float(ElementaryFunctions.normalQuantile(p) * Double(deviation))
      }
    case .integers, .weights: nil
    }
  }

  /// The same of whole numbers; zeros unless they are drawn as such.
  func integers(count: Int, parameter: Int, seed: UInt64) -> [Int64] {
    guard case .integers(let bound) = self else { return [Int64](repeating: 0, count: count) }
    return Self.draws(count: count, parameter: parameter, seed: seed) {
      Self.whole($0, bound: bound)
    }
  }

  /// One of `integers`, by its place.
  func integer(at index: Int, parameter: Int, seed: UInt64) -> Int64 {
    guard case .integers(let bound) = self else { return 0 }
    return Self.whole(Self.draw(at: index, parameter: parameter, seed: seed), bound: bound)
  }

  private static func whole(_ word: UInt32, bound: Int) -> Int64 {
    Int64((UInt64(word) * UInt64(2 * bound + 1)) >> 32) - Int64(bound)
  }

  private static func draws<Value>(
    count: Int, parameter: Int, seed: UInt64, _ value: (UInt32) -> Value
  ) -> [Value] {
    let generator = Philox4x32(seed: seed)
    var values: [Value] = []
    values.reserveCapacity(count + 3)
    for block in 0..<(count + 3) / 4 {
      let words = generator.block(
        purpose: .initialization, step: UInt64(parameter), index: UInt64(block))
      values.append(value(words.0))
      values.append(value(words.1))
      values.append(value(words.2))
      values.append(value(words.3))
    }
    values.removeLast(values.count - count)
    return values
  }
}

extension Initializer {
  /// Reads the `init` object of the tensor `name`.
  init(fields: inout JSONFields, of name: String) throws(WireError) {
    switch try fields.string("kind") {
    case "constant":
      self = .constant(value: try fields.float("value"))
    case "uniform":
      self = .uniform(bound: try fields.float("bound", atLeast: 0))
    case "normal":
      self = .normal(deviation: try fields.float("deviation", atLeast: 0))
    case "integers":
      self = .integers(bound: try fields.integer("bound", in: 0...1 << 31 - 1))
    case "weights":
      let tensor = try fields.optionalString("tensor") ?? name
      guard (1...Self.tensorNameLimit).contains(tensor.utf8.count) else {
        throw fields.failure("tensor", "expected a name of 1 to \(Self.tensorNameLimit) bytes")
      }
      self = .weights(tensor: tensor)
    case let kind:
      throw fields.failure(
        "kind",
        "expected \"constant\", \"uniform\", \"normal\", \"integers\" or \"weights\", found "
          + "\"\(kind)\"")
    }
    try fields.finish()
  }
}
