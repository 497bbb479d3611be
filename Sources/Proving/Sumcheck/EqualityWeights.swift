internal import AssayAlgebra
internal import CAssaySumcheckKernels

/// eq(w, ·) over the last variables of a point, for each number of them, as kernels take it: the
/// product of a table over the last few variables and one over those before.
struct EqualityWeights {
  private let memory: ElementMemory
  private let innerBits: Int
  private let outerStart = 2 << Int(ASSAY_INNER_BITS)

  /// Fills the memory for a point.
  init(_ point: [GoldilocksExtension], memory: ElementMemory) {
    self.memory = memory
    innerBits = min(point.count, Int(ASSAY_INNER_BITS))
    let outerBits = point.count - innerBits
    memory.reserve(outerStart + (2 << outerBits))
    let coordinates = point.map(\.element)
    // SAFETY: there are as many coordinates as each call says, and room for 2^(n + 1) elements.
    unsafe coordinates.withUnsafeBufferPointer { coordinates in
      guard let base = coordinates.baseAddress else { return }
      unsafe assay_eq_suffixes(base + outerBits, Int32(innerBits), memory.address(0))
      unsafe assay_eq_suffixes(base, Int32(outerBits), memory.address(outerStart))
    }
    if point.isEmpty {
      memory[1] = .one
      memory[outerStart + 1] = .one
    }
  }

  /// The weights over the last `count` variables.
  func last(_ count: Int) -> assay_weights {
    let inner = min(count, innerBits)
    // SAFETY: `init` wrote a table of 2^m elements from 2^m on, for each m.
    return unsafe assay_weights(
      inner: memory.address(1 << inner), inner_bits: Int32(inner),
      outer: memory.address(outerStart + (1 << (count - inner))))
  }
}
