import CAssayTensorKernels

/// A function of one number that the kernels offer.
enum KernelFunction: Int32, CaseIterable {
  case relu = 0
  case tanh, gelu, exp, log, erf, geluErf, sigmoid, silu
}

/// The paths that this machine can run, by the kernels' numbers.
let kernelPaths = [ASSAY_PATH_PORTABLE, ASSAY_PATH_AVX2, ASSAY_PATH_AVX512].map { Int32($0) }
  .filter { assay_tensor_path_available($0) == 1 }

/// The function of every element by one path; nil is the definition.
func apply(_ function: KernelFunction, to x: [Float], path: Int32?) -> [Float] {
  unsafe [Float](unsafeUninitializedCapacity: x.count) { out, count in
    guard let base = out.baseAddress else { return }
    let status = unsafe x.withUnsafeBufferPointer { x in
      guard let input = x.baseAddress else { return Int32(ASSAY_OK) }
      guard let path else {
        return unsafe assay_unary_reference(function.rawValue, input, base, Int64(x.count))
      }
      return unsafe assay_unary(path, 1, function.rawValue, input, base, Int64(x.count))
    }
    precondition(status == ASSAY_OK)
    count = x.count
  }
}

/// fma(x, y, z) of every element by one path.
func fusedMultiplyAdd(_ x: [Float], _ y: [Float], _ z: [Float], path: Int32) -> [Float] {
  unsafe [Float](unsafeUninitializedCapacity: x.count) { out, count in
    unsafe x.withUnsafeBufferPointer { x in
      unsafe y.withUnsafeBufferPointer { y in
        unsafe z.withUnsafeBufferPointer { z in
          guard let a = x.baseAddress, let b = y.baseAddress, let c = z.baseAddress,
            let base = out.baseAddress
          else { return }
          let status = unsafe assay_fma(path, a, b, c, base, Int64(x.count))
          precondition(status == ASSAY_OK)
        }
      }
    }
    count = x.count
  }
}
