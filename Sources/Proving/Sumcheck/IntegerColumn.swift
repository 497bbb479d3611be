internal import CAssaySumcheckKernels

/// Integers that are looked up, each in the least of 1, 2 and 4 bytes that all of them fit in.
// SENDABLE: the memory is written in `init` and freed in `deinit`, and nowhere else.
@safe public final class IntegerColumn: @unchecked Sendable {
  /// How many integers there are.
  public let count: Int
  let type: Int32
  private let memory: UnsafeMutableRawPointer
  private let stride: Int

  /// Copies integers; nil when one of them does not fit 32 bits with a sign.
  @specialized(where Value == Int64)
  @specialized(where Value == Int)
  @specialized(where Value == Int32)
  @specialized(where Value == UInt16)
  @specialized(where Value == UInt8)
  public init?<Value: FixedWidthInteger>(_ values: [Value]) {
    let least = values.min() ?? 0
    let greatest = values.max() ?? 0
    count = values.count
    // SAFETY: each copy owns memory for `count` integers of the type that is noted beside it.
    if UInt8(exactly: least) != nil, UInt8(exactly: greatest) != nil {
      (type, stride) = (Int32(ASSAY_LANE_UINT8), 1)
      unsafe memory = Self.copy(values) { UInt8(truncatingIfNeeded: $0) }
    } else if Int8(exactly: least) != nil, Int8(exactly: greatest) != nil {
      (type, stride) = (Int32(ASSAY_LANE_INT8), 1)
      unsafe memory = Self.copy(values) { Int8(truncatingIfNeeded: $0) }
    } else if UInt16(exactly: least) != nil, UInt16(exactly: greatest) != nil {
      (type, stride) = (Int32(ASSAY_LANE_UINT16), 2)
      unsafe memory = Self.copy(values) { UInt16(truncatingIfNeeded: $0) }
    } else if Int16(exactly: least) != nil, Int16(exactly: greatest) != nil {
      (type, stride) = (Int32(ASSAY_LANE_INT16), 2)
      unsafe memory = Self.copy(values) { Int16(truncatingIfNeeded: $0) }
    } else if Int32(exactly: least) != nil, Int32(exactly: greatest) != nil {
      (type, stride) = (Int32(ASSAY_LANE_INT32), 4)
      unsafe memory = Self.copy(values) { Int32(truncatingIfNeeded: $0) }
    } else {
      return nil
    }
  }

  private static func copy<Value, Stored: BitwiseCopyable>(
    _ values: [Value], _ convert: (Value) -> Stored
  ) -> UnsafeMutableRawPointer {
    // SAFETY: allocated and filled for as many elements; kept and freed by the object.
    let memory = UnsafeMutablePointer<Stored>.allocate(capacity: max(1, values.count))
    for index in values.indices { unsafe (memory + index).initialize(to: convert(values[index])) }
    return UnsafeMutableRawPointer(memory)
  }

  deinit {
    // SAFETY: allocated in `init`; integers need no deinitialising.
    unsafe memory.deallocate()
  }

  /// The address of an integer; valid while this object lives.
  func address(_ index: Int) -> UnsafeRawPointer {
    precondition(0 <= index && index <= count, "integer \(index) of \(count)")
    // SAFETY: the index was checked.
    return unsafe UnsafeRawPointer(memory + index * stride)
  }

  /// One of the integers.
  public subscript(index: Int) -> Int64 {
    precondition(0 <= index && index < count, "integer \(index) of \(count)")
    // SAFETY: the index was checked, and `type` says what was stored.
    let address = unsafe address(index)
    return switch type {
    case Int32(ASSAY_LANE_UINT8): unsafe Int64(address.load(as: UInt8.self))
    case Int32(ASSAY_LANE_INT8): unsafe Int64(address.load(as: Int8.self))
    case Int32(ASSAY_LANE_UINT16): unsafe Int64(address.load(as: UInt16.self))
    case Int32(ASSAY_LANE_INT16): unsafe Int64(address.load(as: Int16.self))
    default: unsafe Int64(address.load(as: Int32.self))
    }
  }
}
