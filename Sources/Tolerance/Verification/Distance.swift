/// How far two sets of weights are apart (Jia et al. 2021; see
/// papers/jia2021-proof-of-learning.md).
public enum Distance: String, Hashable, Sendable, CaseIterable {
  /// Sum of the absolute differences.
  case l1
  /// Root of the sum of their squares.
  case l2
  /// The largest.
  case linf
  /// One less the cosine of the angle between both.
  case cosine
}

/// The distances between two states in one group of tensors, taken in float64 in one pass.
public struct GroupDistances: Hashable, Sendable {
  private var absolute = 0.0
  private var squared = 0.0
  private var largest = 0.0
  private var product = 0.0
  private var leftSquared = 0.0
  private var rightSquared = 0.0

  /// A distance; NaN where an element of either state is no number or infinite.
  public subscript(distance: Distance) -> Double {
    switch distance {
    case .l1: absolute
    case .l2: squared.squareRoot()
    case .linf: absolute.isNaN ? .nan : largest
    case .cosine:
      if leftSquared == 0 || rightSquared == 0 {
        leftSquared + rightSquared == 0 ? 0 : 1 + 0 * absolute
      } else {
        max(0, 1 - product / (leftSquared.squareRoot() * rightSquared.squareRoot()))
          + 0 * absolute
      }
    }
  }

  /// Measures the way from one state to another, group by group.
  ///
  /// A tensor that the first state lacks counts as zeros: optimisers make theirs at the first step.
  /// Counters of the second state are passed over.
  static func between(_ first: TracedState, _ second: TracedState) -> [String: GroupDistances] {
    let known = Dictionary(first.tensors.map { ($0.name, $0) }) { first, _ in first }
    var groups: [String: GroupDistances] = [:]
    for tensor in second.tensors where tensor.type.isFloating && !tensor.isCounter {
      var start = known[tensor.name]
      if start?.type != tensor.type || start?.dimensions != tensor.dimensions { start = nil }
      let contents = start?.contents ?? [UInt8](repeating: 0, count: tensor.contents.count)
      groups[tensor.group, default: GroupDistances()].add(contents, tensor.contents, tensor.type)
    }
    return groups
  }

  private mutating func add(_ left: [UInt8], _ right: [UInt8], _ type: ScalarType) {
    precondition(left.count == right.count, "tensors of the same extents")
    switch type {
    case .float64:
      add(left, right, UInt64.self) { Double(bitPattern: $0) }
    case .float32:
      add(left, right, UInt32.self) { Double(Float(bitPattern: $0)) }
    case .float16:
      add(left, right, UInt16.self) { Double(Float16(bitPattern: $0)) }
    case .bfloat16:
      add(left, right, UInt16.self) { Double(Float(bitPattern: UInt32($0) << 16)) }
    case .int64, .int32, .int16, .int8, .uint8, .bool: break
    }
  }

  private mutating func add<Word: FixedWidthInteger & BitwiseCopyable>(
    _ left: [UInt8], _ right: [UInt8], _ word: Word.Type, _ value: (Word) -> Double
  ) {
    var sums = self
    // SAFETY: both tensors have as many whole words, and any bits are a word.
    unsafe left.withUnsafeBytes { a in
      unsafe right.withUnsafeBytes { b in
        for offset in stride(from: 0, to: a.count, by: MemoryLayout<Word>.size) {
          let x = unsafe value(
            Word(littleEndian: a.loadUnaligned(fromByteOffset: offset, as: Word.self)))
          let y = unsafe value(
            Word(littleEndian: b.loadUnaligned(fromByteOffset: offset, as: Word.self)))
          let difference = x - y
          sums.absolute += abs(difference)
          sums.squared += difference * difference
          sums.largest = max(sums.largest, abs(difference))
          sums.product += x * y
          sums.leftSquared += x * x
          sums.rightSquared += y * y
        }
      }
    }
    self = sums
  }
}
