import AssayTestSupport
import CAssayTensorKernels
import Testing

/// Integer kernels of every path beside their definitions, on drawn shapes and at the ends of what
/// numbers can be.
@Suite struct IntegerKernelTests {
  static let paths = (kernelPaths + [Int32(ASSAY_PATH_AVX512_VNNI)])
    .filter { assay_tensor_path_available($0) == 1 }

  private func bytes(_ count: Int, _ random: inout SeededGenerator) -> [Int8] {
    (0..<count).map { _ in
      let value = Int8.random(in: -128...127, using: &random)
      // The ends are where products of pairs or fours would overflow a narrower sum.
      return value % 3 == 0 ? (value < 0 ? -128 : 127) : value
    }
  }

  /// A workspace of exactly `count` bytes, then bytes that nobody may change.
  private func withWorkspace(_ count: Int64, _ body: (UnsafeMutableRawPointer) -> Void) {
    let guarded = Int(count) + 64
    let memory = UnsafeMutableRawPointer.allocate(byteCount: guarded, alignment: 64)
    defer { unsafe memory.deallocate() }
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0xa5, count: guarded)
    unsafe body(memory)
    for place in Int(count)..<guarded {
      #expect(unsafe memory.load(fromByteOffset: place, as: UInt8.self) == 0xa5)
    }
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func productsAreExact(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let isDeep = seed % 10 == 0
    let m = Int64.random(in: 1...40, using: &random)
    let n = Int64.random(in: 1...(isDeep ? 20 : 90), using: &random)
    let k = Int64.random(in: 1...(isDeep ? 2500 : 150), using: &random)
    let (a, b) = (bytes(Int(m * k), &random), bytes(Int(k * n), &random))
    let (left, right) = (Int32.random(in: 0...1, using: &random), Int32(seed & 1))
    var expected = [Int32](repeating: 0, count: Int(m * n))
    #expect(
      unsafe assay_integer_matmul_reference(a, b, &expected, m, n, k, left, right) == ASSAY_OK)
    for path in Self.paths {
      for threads in [1, 2, 5] as [Int32] {
        var found = [Int32](repeating: 7, count: Int(m * n))
        let size = assay_integer_matmul_workspace(path, threads, m, n, k)
        unsafe withWorkspace(size) { workspace in
          let status = unsafe assay_integer_matmul(
            path, threads, a, b, &found, m, n, k, left, right, workspace, size)
          #expect(status == ASSAY_OK)
        }
        #expect(found == expected, "path \(path), \(threads) threads, \(m)×\(n)×\(k), seed \(seed)")
      }
    }
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func convolutionsAreExact(seed: UInt64) throws {
    var random = SeededGenerator(seed: 100 + seed)
    func draw(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &random) }
    let kernel = (draw(1...5), draw(1...5))
    let padding = draw(0...min(kernel.0, kernel.1) - 1)
    var shape = assay_convolution(
      batch: draw(1...4), input_channels: draw(1...4), height: draw(5...12),
      width: draw(5...12), output_channels: draw(1...9), kernel_height: kernel.0,
      kernel_width: kernel.1, stride: draw(1...3), padding: padding, groups: 1)
    let rows = (shape.height + 2 * padding - kernel.0) / shape.stride + 1
    let columns = (shape.width + 2 * padding - kernel.1) / shape.stride + 1
    let x = bytes(
      Int(shape.batch * shape.input_channels * shape.height * shape.width), &random)
    let y = bytes(Int(shape.batch * shape.output_channels * rows * columns), &random)
    let w = bytes(
      Int(shape.output_channels * shape.input_channels * kernel.0 * kernel.1), &random)
    for (kind, factors, count) in [
      (0, (x, w), y.count), (1, (y, w), x.count), (2, (y, x), w.count),
    ]
      as [(Int32, ([Int8], [Int8]), Int)]
    {
      var expected = [Int32](repeating: 0, count: count)
      let status = unsafe assay_integer_convolution_reference(
        kind, &shape, factors.0, factors.1, &expected)
      #expect(status == ASSAY_OK)
      for path in Self.paths {
        for threads in [1, 3] as [Int32] {
          var found = [Int32](repeating: 7, count: count)
          let size = unsafe assay_integer_convolution_workspace(path, threads, kind, &shape)
          unsafe withWorkspace(size) { workspace in
            let status = unsafe assay_integer_convolution(
              path, threads, kind, &shape, factors.0, factors.1, &found, workspace, size)
            #expect(status == ASSAY_OK)
          }
          #expect(found == expected, "path \(path), kind \(kind), seed \(seed): \(shape)")
        }
      }
    }
  }

  /// A value in a batch of otherwise ordinary ones, so that every vector lane sees it.
  private func padded<Number: FixedWidthInteger>(_ value: Number) -> [[Number]] {
    [0, 5, 16, 36].map { place in
      var values = [Number](repeating: 1, count: 37)
      values[place] = value
      return values
    }
  }

  @Test(arguments: [0, 1, 7, 13, 30] as [Int32])
  func weightsOfAnyBitsAreRoundedOrRefused(shift: Int32) {
    let half = shift == 0 ? 0 : Int64(1) << Int64(shift - 1)
    // The least and the greatest that round into range, their neighbours, and the ends.
    let least = (-0x8000 << Int64(shift)) - half
    let beyond = (0x8000 << Int64(shift)) - half
    for value in [least, least - 1, beyond - 1, beyond, 0, .min, .max, 1 << 40, -1 << 40] {
      let fits = (least..<beyond).contains(value)
      for values in padded(value) {
        expectRounded(values, ASSAY_INTEGER_64, shift, fits: fits)
      }
      guard let narrow = Int32(exactly: value) else { continue }
      for values in padded(narrow) { expectRounded(values, ASSAY_INTEGER_32, shift, fits: fits) }
    }
    for values in padded(Int32.min) + padded(Int32.max) {
      let fits = shift > 16
      expectRounded(values, ASSAY_INTEGER_32, shift, fits: fits)
    }
  }

  private func expectRounded<Number: FixedWidthInteger>(
    _ values: [Number], _ width: Int, _ shift: Int32, fits: Bool
  ) {
    let expected = fits ? Int32(ASSAY_OK) : Int32(ASSAY_ERROR_OVERFLOW)
    var reference = [Int8](repeating: 0, count: values.count)
    let count = Int64(values.count)
    unsafe values.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      #expect(
        unsafe assay_integer_round_weights_reference(
          Int32(width), base, &reference, count, shift) == expected)
      for path in Self.paths {
        var found = [Int8](repeating: 0, count: values.count)
        let status = unsafe assay_integer_round_weights(
          path, 2, Int32(width), base, &found, count, shift)
        #expect(status == expected, "path \(path), \(values), shift \(shift)")
        #expect(!fits || found == reference, "path \(path), \(values), shift \(shift)")
      }
    }
  }

  @Test func halvesRoundUpAndSaturate() {
    let x: [Int32] = [-12, -11, -4, -3, -1, 0, 3, 4, 5, 507, 508, 511, 512, 1019, 1020]
    let activation = [Int8](repeating: 1, count: x.count)
    let expected: [Int8] = [-1, -1, 0, 0, 0, 0, 0, 1, 1, 63, 64, 64, 64, 127, 127]
    for path in Self.paths {
      var out = [Int8](repeating: 0, count: x.count)
      let count = Int64(x.count)
      #expect(
        unsafe assay_integer_mask_gradient(path, 1, x, activation, &out, count, 3) == ASSAY_OK)
      #expect(out == expected)
      #expect(unsafe assay_integer_activate(path, 1, x, &out, count, 3) == ASSAY_OK)
      #expect(out == expected.map { max(0, $0) })
    }
  }

  /// What is masked can overflow too, and one value in many is seen.
  @Test func maskedGradientsOverflow() {
    for path in Self.paths {
      var gradient = [Int32](repeating: 3, count: 100_000)
      let activation = [Int8](repeating: 0, count: gradient.count)
      var out = [Int8](repeating: 9, count: gradient.count)
      let count = Int64(gradient.count)
      gradient[77_777] = 0x8000 << 4 - 9
      #expect(
        unsafe assay_integer_mask_gradient(path, 3, gradient, activation, &out, count, 4)
          == ASSAY_OK)
      #expect(out == [Int8](repeating: 0, count: gradient.count))
      gradient[77_777] += 1
      #expect(
        unsafe assay_integer_mask_gradient(path, 3, gradient, activation, &out, count, 4)
          == ASSAY_ERROR_OVERFLOW)
    }
  }

  @Test func impossibleCallsAreRefused() {
    var out = [Int8](repeating: 0, count: 2)
    for path in Self.paths {
      #expect(assay_integer_matmul_workspace(path, 1, -1, 1, 1) == -1)
      #expect(assay_integer_matmul_workspace(path, 1, .max, .max, 1) == -1)
      #expect(
        unsafe assay_integer_round_weights(path, 1, 3, [1], &out, 1, 0) == ASSAY_ERROR_KIND)
      #expect(
        unsafe assay_integer_round_weights(path, 1, 0, [1], &out, 1, 0) == ASSAY_ERROR_KIND)
      #expect(unsafe assay_integer_activate(path, 1, [1], &out, 1, 31) == ASSAY_ERROR_SHAPE)
      #expect(unsafe assay_integer_activate(path, 1, [1], &out, -1, 1) == ASSAY_ERROR_SHAPE)
      #expect(unsafe assay_integer_spread(path, 1, [1], &out, 1, 0, 1) == ASSAY_ERROR_SHAPE)
      var grouped = assay_convolution(
        batch: 1, input_channels: 2, height: 3, width: 3, output_channels: 2, kernel_height: 1,
        kernel_width: 1, stride: 1, padding: 0, groups: 2)
      #expect(unsafe assay_integer_convolution_workspace(path, 1, 0, &grouped) == -1)
    }
    var loss: Float = 0
    let table = [Int32](repeating: 1, count: 256)
    #expect(
      unsafe assay_integer_loss([1, 2], [2], table, &out, &loss, 1, 2, 0) == ASSAY_ERROR_LABEL)
    #expect(assay_integer_matmul_workspace(4, 1, 1, 1, 1) == -1)
  }
}
