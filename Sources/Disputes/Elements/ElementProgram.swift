public import AssaySpecification

/// How one element of an operator's output comes about: a list of values, each of which follows
/// from a bounded number of inputs and of earlier values. The last one is the element.
///
/// This is how an operator is cut for a referee. A sum over a million terms is a million values;
/// two parties that disagree about the element search for the first value on which they differ, and
/// the referee computes that one alone. A value is 64 bits: those of a float32, or of a whole
/// number.
public struct ElementProgram: Sendable {
  /// Computes the value at a place of its section.
  typealias Body = @Sendable (Int, Scalars) throws(DisputeError) -> UInt64

  private struct Section: Sendable {
    let start: Int
    let body: Body
  }

  private var sections: [Section] = []
  /// How many values there are, at least 1 in a finished program.
  public private(set) var count = 0

  init() {}

  /// Computes value `index` from what `reader` gives.
  ///
  /// - Throws: what the reader throws; `noSuchElement` where an input leads nowhere.
  public func value(
    at index: Int, _ reader: any ScalarReader
  ) throws(DisputeError) -> UInt64 {
    var low = 0
    var high = sections.count
    while low + 1 < high {
      let middle = (low + high) / 2
      if sections[middle].start <= index { low = middle } else { high = middle }
    }
    guard (0..<count).contains(index) else { throw .noSuchElement(index: index, count: count) }
    return try sections[low].body(index - sections[low].start, Scalars(reader: reader))
  }

  /// Appends `count` values and returns the place of the first.
  @discardableResult
  mutating func append(_ count: Int, _ body: @escaping Body) -> Int {
    let start = self.count
    guard count > 0 else { return start }
    sections.append(Section(start: start, body: body))
    self.count += count
    return start
  }

  /// Appends a value that is a float32.
  @discardableResult
  mutating func append(
    _ body: @escaping @Sendable (Scalars) throws(DisputeError) -> Float
  ) -> Int {
    append(1) { (_: Int, scalars: Scalars) throws(DisputeError) -> UInt64 in
      Scalars.bits(try body(scalars))
    }
  }

  /// A float32 of a program: one of its values, or +0 where a sum has no terms.
  enum Term: Sendable {
    case zero
    case value(Int)
  }

  /// A term of a sum: (its number, the sum so far, …) to the sum with it.
  typealias Link = @Sendable (Int, Float, Scalars) throws(DisputeError) -> Float

  /// A chain from `start` on.
  mutating func chain(_ count: Int, from start: Float = 0, _ link: @escaping Link) -> Term {
    let first = self.count
    append(count) { (index: Int, scalars: Scalars) throws(DisputeError) -> UInt64 in
      let sum = index == 0 ? start : try scalars.float(first + index - 1)
      return Scalars.bits(try link(index, sum, scalars))
    }
    return count == 0 ? .zero : .value(first + count - 1)
  }

  /// The order of `Instruction.matmul`: the terms numbered by `range` in blocks of 512 counted from
  /// 0, each a chain from +0, the blocks' sums added in order.
  mutating func blocks(_ range: Range<Int>, _ link: @escaping Link) -> Term {
    guard let last = range.last else { return .zero }
    let first = count
    let low = range.lowerBound
    append(range.count) { (index: Int, scalars: Scalars) throws(DisputeError) -> UInt64 in
      let begins = index == 0 || (low + index) % 512 == 0
      let sum = begins ? 0 : try scalars.float(first + index - 1)
      return Scalars.bits(try link(low + index, sum, scalars))
    }
    let blockCount = last / 512 - low / 512
    guard blockCount > 0 else { return .value(count - 1) }
    /// The place of the last value of the block `number` after the first one.
    @Sendable func end(_ number: Int) -> Int {
      first + min((low / 512 + number + 1) * 512 - 1, last) - low
    }
    let total = count
    append(blockCount) { (index: Int, scalars: Scalars) throws(DisputeError) -> UInt64 in
      let before = try scalars.float(index == 0 ? end(0) : total + index - 1)
      return Scalars.bits(before + (try scalars.float(end(index + 1))))
    }
    return .value(count - 1)
  }

  /// A lane sum, as `Instruction` defines it: term i goes to lane i mod 64, and the lanes are
  /// folded.
  mutating func lanes(_ termCount: Int, _ link: @escaping Link) -> Term {
    let first = count
    append(termCount) { (index: Int, scalars: Scalars) throws(DisputeError) -> UInt64 in
      let sum = index < 64 ? 0 : try scalars.float(first + index - 64)
      return Scalars.bits(try link(index, sum, scalars))
    }
    /// The place of a lane's last value; nil where it has none.
    @Sendable func lane(_ lane: Int) -> Int? {
      lane < termCount ? first + lane + (termCount - 1 - lane) / 64 * 64 : nil
    }
    var width = 32
    var below = count
    append(32) { (index: Int, scalars: Scalars) throws(DisputeError) -> UInt64 in
      let left = try lane(index).map { (place) throws(DisputeError) in try scalars.float(place) }
      let right = try lane(index + 32).map { (place) throws(DisputeError) in
        try scalars.float(place)
      }
      return Scalars.bits((left ?? 0) + (right ?? 0))
    }
    while width > 1 {
      width /= 2
      let (half, level) = (width, below)
      below = append(half) { (index: Int, scalars: Scalars) throws(DisputeError) -> UInt64 in
        let left = try scalars.float(level + index)
        return Scalars.bits(left + (try scalars.float(level + index + half)))
      }
    }
    return .value(count - 1)
  }
}

/// Where values and inputs come from: the tensors of a party, or what was opened to a referee.
public protocol ScalarReader {
  /// Element `element` of a buffer as it was before the operator ran: a float32's bits, or a whole
  /// number's two's complement.
  func input(_ buffer: BufferID, _ element: Int) throws(DisputeError) -> UInt64
  /// An earlier value of the same program.
  func value(_ index: Int) throws(DisputeError) -> UInt64
  /// How many rows of the example at a place of the step's batch have a label that counts.
  func countedRows(ofExample position: Int) throws(DisputeError) -> Int
}

/// Inputs and values by their types.
struct Scalars {
  let reader: any ScalarReader

  func input(_ buffer: BufferID, _ element: Int) throws(DisputeError) -> Float {
    Float(bitPattern: UInt32(truncatingIfNeeded: try reader.input(buffer, element)))
  }

  func integer(_ buffer: BufferID, _ element: Int) throws(DisputeError) -> Int {
    Int(Int64(bitPattern: try reader.input(buffer, element)))
  }

  func float(_ index: Int) throws(DisputeError) -> Float {
    Float(bitPattern: UInt32(truncatingIfNeeded: try reader.value(index)))
  }

  func float(_ term: ElementProgram.Term) throws(DisputeError) -> Float {
    switch term {
    case .zero: 0
    case .value(let index): try float(index)
    }
  }

  func integer(_ index: Int) throws(DisputeError) -> Int {
    Int(Int64(bitPattern: try reader.value(index)))
  }

  /// A float32 as a value; every NaN as one.
  static func bits(_ value: Float) -> UInt64 {
    UInt64(ScalarFunctions.canonical(value).bitPattern)
  }

  /// A whole number as a value.
  static func bits(_ value: Int) -> UInt64 { UInt64(bitPattern: Int64(value)) }
}
