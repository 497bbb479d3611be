internal import CAssayFieldKernels

/// Memory for kernels on a multiple of 64 bytes, freed with its owner.
// SENDABLE: written only by the call that makes it, before anybody else has it.
@safe final class FieldMemory: @unchecked Sendable {
  let words: UnsafeMutablePointer<UInt64>

  /// Takes memory for that many words; what they hold is undefined.
  init(wordCount: Int) {
    // SAFETY: the memory is this object's alone until `deinit` frees it.
    guard let memory = unsafe assay_field_memory(Int64(8 * wordCount)) else {
      preconditionFailure("no memory for \(wordCount) words")
    }
    unsafe words = memory.bindMemory(to: UInt64.self, capacity: wordCount)
  }

  deinit {
    // SAFETY: nobody else holds the pointer.
    unsafe assay_field_memory_free(words)
  }
}
