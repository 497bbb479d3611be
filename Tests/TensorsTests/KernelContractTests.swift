import CAssayTensorKernels
import Testing

/// What the C functions promise beyond what checked programs ask of them.
@Suite struct KernelContractTests {
  @Test func anUnknownPathIsRefused() {
    for path in [-1, 4, 99] as [Int32] {
      #expect(assay_tensor_path_available(path) == 0)
      #expect(assay_matmul_workspace(path, 1, 1, 1, 1) == -1)
      var out: Float = 0
      #expect(unsafe assay_add(path, 1, [1], [1], &out, 1) == ASSAY_ERROR_PATH)
    }
  }

  @Test func impossibleShapesAreRefused() {
    for path in kernelPaths {
      #expect(assay_matmul_workspace(path, 1, -1, 1, 1) == -1)
      #expect(assay_matmul_workspace(path, 1, .max, .max, 1) == -1)
      var out: Float = 0
      #expect(unsafe assay_add(path, 1, [1], [1], &out, -1) == ASSAY_ERROR_SHAPE)
      #expect(unsafe assay_column_sum(path, 1, [1], &out, .max, 2) == ASSAY_ERROR_SHAPE)
      #expect(
        unsafe assay_squared_error(path, 1, [1], [1], &out, 1, 0) == ASSAY_ERROR_SHAPE)
    }
  }

  @Test func anUnknownFunctionIsRefused() {
    var out: Float = 0
    for path in kernelPaths {
      for kind in [-1, 9] as [Int32] {
        #expect(unsafe assay_unary(path, 1, kind, [1], &out, 1) == ASSAY_ERROR_KIND)
        #expect(
          unsafe assay_unary_gradient(path, 1, kind, [1], [1], [1], &out, 1) == ASSAY_ERROR_KIND)
      }
      for function in [KernelFunction.exp, .log, .erf] {
        #expect(
          unsafe assay_unary_gradient(path, 1, function.rawValue, [1], [1], [1], &out, 1)
            == ASSAY_ERROR_KIND)
      }
    }
  }

  @Test func aSmallOrUnalignedWorkspaceIsRefused() throws {
    let memory = try unsafe #require(assay_tensor_memory(1 << 20))
    defer { unsafe assay_tensor_memory_free(memory) }
    let ones = [Float](repeating: 1, count: 32 * 32)
    var out = ones
    for path in kernelPaths {
      let needed = assay_matmul_workspace(path, 1, 32, 32, 32)
      #expect(needed > 0 && needed < 1 << 20)
      let multiply = { (start: UnsafeMutableRawPointer, size: Int64) in
        unsafe assay_matmul(path, 1, ones, ones, &out, 32, 32, 32, 0, 0, start, size)
      }
      #expect(unsafe multiply(memory, needed - 1) == ASSAY_ERROR_WORKSPACE)
      #expect(unsafe multiply(memory + 4, needed) == ASSAY_ERROR_WORKSPACE)
      #expect(unsafe multiply(memory, needed) == ASSAY_OK)
      #expect(out.allSatisfy { $0 == 32 })
    }
  }

  /// Nothing beyond the workspace it asked for is touched.
  @Test func theWorkspaceIsEnough() throws {
    let memory = try unsafe #require(assay_tensor_memory(16 << 20))
    defer { unsafe assay_tensor_memory_free(memory) }
    for path in kernelPaths {
      for threads in [1, 2, 5] as [Int32] {
        for (m, n, k) in [(1, 1, 1), (33, 65, 513), (300, 31, 40), (5, 1200, 100), (90, 90, 90)] {
          let needed = assay_matmul_workspace(path, threads, Int64(m), Int64(n), Int64(k))
          let end = unsafe memory + Int(needed)
          unsafe end.initializeMemory(as: UInt8.self, repeating: 0xa5, count: 4096)
          let a = [Float](repeating: 1, count: m * k)
          let right = [Float](repeating: 1, count: n * k)
          var out = [Float](repeating: 0, count: m * n)
          for transposes in 0..<4 as Range<Int32> {
            let status = unsafe assay_matmul(
              path, threads, a, right, &out, Int64(m), Int64(n), Int64(k), transposes & 1,
              transposes >> 1, memory, needed)
            #expect(status == ASSAY_OK)
          }
          let fence = unsafe UnsafeRawBufferPointer(start: end, count: 4096)
          #expect(unsafe fence.allSatisfy { $0 == 0xa5 }, "\(m) × \(n) × \(k), path \(path)")
        }
      }
    }
  }

  @Test func emptyTensorsAreAllowed() {
    var out: [Float] = [7, 7]
    var parameter: [Float] = [7]
    for path in kernelPaths {
      #expect(unsafe assay_add(path, 2, [1], [1], &out, 0) == ASSAY_OK)
      #expect(unsafe assay_unary(path, 2, 3, [1], &out, 0) == ASSAY_OK)
      #expect(unsafe assay_add_bias(path, 2, [1], [1], &out, 0, 3) == ASSAY_OK)
      #expect(unsafe assay_add_bias(path, 2, [1], [1], &out, 3, 0) == ASSAY_OK)
      #expect(
        unsafe assay_softmax_cross_entropy(
          path, 2, [1], [1], &out, &parameter, 0, 0, assay_labelling()) == ASSAY_OK)
      #expect(
        unsafe assay_sgd(
          path, 2, &parameter, [1], nil, 0,
          assay_sgd(learning_rate: 1, momentum: 0, weight_decay: 0, nesterov: 0)) == ASSAY_OK)
      #expect(out == [7, 7] && parameter == [7])
    }
  }

  @Test func sumsOverNothingAreZero() throws {
    let memory = try unsafe #require(assay_tensor_memory(64))
    defer { unsafe assay_tensor_memory_free(memory) }
    for path in kernelPaths {
      var out: [Float] = [7, 7]
      #expect(unsafe assay_column_sum(path, 1, [1], &out, 0, 2) == ASSAY_OK)
      #expect(out == [0, 0])
      out = [7, 7]
      #expect(unsafe assay_matmul(path, 1, [1], [1], &out, 1, 2, 0, 0, 0, memory, 0) == ASSAY_OK)
      #expect(out == [0, 0])
      #expect(unsafe assay_mean(path, 1, [1], &out, 0, 3) == ASSAY_OK)
      #expect(out[0].bitPattern == 0)
    }
  }

  /// The sum of 64 lanes and the tree: a lane loses ones that another order would keep.
  @Test func sumsFollowTheLanesOfTheDefinition() {
    var x = [Float](repeating: 0, count: 129)
    x[0] = 0x1p24
    x[64] = 1
    x[128] = 1
    for path in kernelPaths {
      var out: Float = 0
      // All three share lane 0: 2^24 + 1 rounds to 2^24, twice.
      #expect(unsafe assay_mean(path, 1, x, &out, 129, 129) == ASSAY_OK)
      #expect(out == 0x1p24 / 129)
      // In lanes 0 and 1 the ones are added first.
      x[1] = 1
      x[65] = 1
      x[64] = 0
      x[128] = 0
      #expect(unsafe assay_mean(path, 1, x, &out, 129, 129) == ASSAY_OK)
      #expect(out == (0x1p24 + 2) / 129)
      (x[1], x[65], x[64], x[128]) = (0, 0, 1, 1)
    }
  }
}
