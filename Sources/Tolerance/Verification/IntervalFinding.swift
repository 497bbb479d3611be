public import AssayWire

/// What was measured of one interval.
public struct IntervalFinding: Hashable, Sendable {
  public let interval: Int
  /// The distances between the claimed and the executed end, in units of the policy's references
  /// and in the order of its bounds.
  public let distances: [Double]
  /// The distances between the claimed start and the claimed end, in the same units.
  public let updates: [Double]

  /// Whether the claimed end is near enough.
  func isWithin(_ policy: TolerancePolicy) -> Bool {
    // A distance that is no number is within nothing.
    zip(distances, policy.bounds).allSatisfy { $0 <= $1.threshold }
  }

  /// Whether in some group the interval's own start would be taken for its end: then it shows no
  /// work there.
  public func isUninformative(_ policy: TolerancePolicy) -> Bool {
    Set(policy.bounds.map(\.group)).contains { group in
      zip(updates, policy.bounds).allSatisfy { $1.group != group || $0 <= $1.threshold }
    }
  }

  /// The finding as it stands in a verdict.
  public var json: JSONValue {
    .object([
      "interval": .integer(interval), "distances": .array(distances.map(Self.number)),
      "updates": .array(updates.map(Self.number)),
    ])
  }

  private static func number(_ value: Double) -> JSONValue {
    value.isFinite ? .double(value) : .string("not finite")
  }

  init(interval: Int, distances: [Double], updates: [Double]) {
    self.interval = interval
    self.distances = distances
    self.updates = updates
  }

  init(_ object: consuming JSONFields, intervalCount: Int, boundCount: Int) throws(WireError) {
    var fields = object
    interval = try fields.integer("interval", in: 0...intervalCount - 1)
    distances = try Self.numbers("distances", &fields, count: boundCount)
    updates = try Self.numbers("updates", &fields, count: boundCount)
    try fields.finish()
  }

  private static func numbers(
    _ key: String, _ fields: inout JSONFields, count: Int
  ) throws(WireError) -> [Double] {
    var numbers: [Double] = []
    for value in try fields.array(key) {
      switch value {
      case .string("not finite"): numbers.append(.infinity)
      case .number(let text):
        guard let number = Double(text), number.isFinite, number >= 0 else {
          throw fields.failure(key, "expected distances from 0")
        }
        numbers.append(number)
      default: throw fields.failure(key, "expected numbers")
      }
    }
    guard numbers.count == count else {
      throw fields.failure(key, "expected \(count) numbers, found \(numbers.count)")
    }
    return numbers
  }
}

extension TracedState {
  /// Where another state's tensors are not of the same names, types and extents, if anywhere.
  func formDifference(from other: TracedState) -> String? {
    guard tensors.count == other.tensors.count else {
      return "\(tensors.count) tensors against \(other.tensors.count)"
    }
    for (left, right) in zip(tensors, other.tensors) {
      guard left.name.utf8.elementsEqual(right.name.utf8), left.type == right.type,
        left.dimensions == right.dimensions
      else {
        return "\(left.name) \(left.type.rawValue) \(left.dimensions) against "
          + "\(right.name) \(right.type.rawValue) \(right.dimensions)"
      }
    }
    return nil
  }

  /// Where this state, which is claimed, has other whole numbers or other plain values than the
  /// executed one; nil where it has not.
  func exactDifference(from executed: TracedState) -> String? {
    for (left, right) in zip(tensors, executed.tensors)
    where left.contents != right.contents {
      if !left.type.isFloating || left.isCounter || right.isCounter { return left.name }
    }
    if values == .null { return nil }
    return CheckpointValues.difference(claimed: values, found: executed.values)
  }
}

extension GroupDistances {
  /// The distances between two states in units of a policy's references, in order of its bounds.
  static func measured(
    _ left: TracedState, _ right: TracedState, _ policy: TolerancePolicy
  ) -> [Double] {
    let groups = between(left, right)
    return policy.bounds.map { bound in
      let distance = (groups[bound.group]?[bound.distance] ?? .nan) / bound.reference
      return distance.isFinite ? distance : .infinity
    }
  }
}
