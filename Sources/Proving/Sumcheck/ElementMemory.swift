internal import AssayAlgebra
internal import CAssaySumcheckKernels

/// Memory for tables of field elements, kept from proof to proof: fresh pages cost as much as the
/// arithmetic on them.
// SAFETY: the memory belongs to this object alone; addresses leave it only inside this module, for
// the time of one kernel call.
@safe final class ElementMemory {
  private var memory: UnsafeMutablePointer<assay_element>?
  private var capacity = 0

  init() {}

  deinit { release() }

  private func release() {
    // SAFETY: it came from `assay_sumcheck_memory`, and nothing holds a pointer into it any more.
    if let memory = unsafe memory { unsafe assay_sumcheck_memory_free(memory) }
    unsafe memory = nil
    capacity = 0
  }

  /// Makes room for elements; what was there is lost if there was less room.
  func reserve(_ count: Int) {
    if count <= capacity { return }
    release()
    // SAFETY: freed in `release`, and only there.
    guard let memory = unsafe assay_sumcheck_memory(Int64(count)) else {
      preconditionFailure("no memory for \(count) field elements; prove a shorter interval")
    }
    unsafe self.memory = memory
    capacity = count
  }

  /// The address of an element.
  func address(_ index: Int) -> UnsafeMutablePointer<assay_element> {
    precondition(0 <= index && index <= capacity, "element \(index) of \(capacity)")
    // SAFETY: the index was checked against the capacity of the memory.
    guard let memory = unsafe memory else { preconditionFailure("memory is reserved first") }
    return unsafe memory + index
  }

  subscript(index: Int) -> GoldilocksExtension {
    get {
      precondition(index < capacity, "element \(index) of \(capacity)")
      // SAFETY: the index was checked, and every kernel writes before anything is read.
      return unsafe GoldilocksExtension(address(index).pointee)
    }
    set {
      precondition(index < capacity, "element \(index) of \(capacity)")
      // SAFETY: the index was checked.
      unsafe address(index).initialize(to: newValue.element)
    }
  }

  /// Writes values from an index on, and zeros or other filling up to a count.
  func write(
    _ values: [GoldilocksExtension], at start: Int, count: Int,
    filling: GoldilocksExtension = .zero
  ) {
    precondition(values.count <= count && start + count <= capacity, "values that fit the memory")
    // SAFETY: the range was checked, and both types are the two words of an element.
    let place = unsafe address(start)
    unsafe values.withUnsafeBytes { bytes in
      if let source = bytes.baseAddress {
        unsafe UnsafeMutableRawPointer(place).copyMemory(from: source, byteCount: bytes.count)
      }
    }
    for index in values.count..<count { unsafe place[index] = filling.element }
  }
}
