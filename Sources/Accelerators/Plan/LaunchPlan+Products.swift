internal import AssaySpecification
internal import AssayTensors

extension LaunchPlan {
  /// Blocks along k that may be summed apart take at most so many bytes.
  private static let apartByteLimit = 256 << 20
  private static let blockLength = 512

  /// A product of matrices; `prefix` says in which numbers.
  mutating func addMatmul(
    _ prefix: String, _ a: BufferID, _ b: BufferID, _ out: BufferID, m: Int, n: Int, k: Int,
    transposeA: Bool, transposeB: Bool
  ) throws(BackendError) {
    let kernel = prefix + "matmul_" + (transposeA ? "t" : "n") + (transposeB ? "t" : "n")
    let wide = isWide(m, n) ? 8 : 4
    try addProduct(
      prefix, kernel + "_\(wide)", [at(a), at(b)], out, m: m, n: n, k: k, wide: wide,
      isContiguous: true, [])
  }

  /// Whether tiles of 128 × 128 are enough to keep the device busy.
  private func isWide(_ m: Int, _ n: Int) -> Bool {
    m >= 128 && n >= 128 && ((m + 127) / 128) * ((n + 127) / 128) >= device.computeUnits
  }

  /// A kernel of `product.h`. Where its tiles are too few for the device, and the result lies in
  /// one piece, blocks along k are summed apart first.
  private mutating func addProduct(
    _ prefix: String, _ kernel: String, _ operands: [Launch.Argument], _ out: BufferID, m: Int,
    n: Int, k: Int, wide: Int, isContiguous: Bool, _ rest: [Launch.Argument]
  ) throws(BackendError) {
    let side = 16 * wide
    // Extents and places within a tile are counted in 32 bits.
    for extent in [m, n, k] where extent > Int(Int32.max) - 1024 {
      throw tooLarge("the extent \(extent)")
    }
    let tiles = [(n + side - 1) / side, (m + side - 1) / side]
    let blocks = (k + Self.blockLength - 1) / Self.blockLength
    let byteCount = 4 * m * n * blocks
    let isApart =
      isContiguous && blocks > 1 && blocks <= 65_535
      && tiles[0] * tiles[1] < 2 * device.computeUnits && byteCount <= Self.apartByteLimit
    let apart = isApart ? room(byteCount) : 0
    try launch(
      kernel, groups: tiles + [isApart ? blocks : 1], items: 256,
      operands + [at(out), int(m), int(n), int(k), .long(apart)] + rest)
    guard isApart else { return }
    try launch(
      prefix + "combine_blocks", elements: m * n,
      [.long(apart), at(out), .long(m * n), .long(blocks)])
  }

  /// A convolution or one of its gradients; a product for each group of channels, for gradients of
  /// inputs also for each place within a stride, whose windows use other taps.
  mutating func addConvolution(
    _ prefix: String, _ instruction: ConvolutionInstruction, _ g: ConvolutionGeometry
  ) throws(BackendError) {
    for count in [g.inputCount, g.outputCount, g.weightCount] where count > Int(Int32.max) {
      throw tooLarge("a tensor of \(count) elements")
    }
    let inputs = g.inputChannels / g.groups, outputs = g.outputChannels / g.groups
    let area = g.outputHeight * g.outputWidth
    for group in 0..<g.groups {
      let shape = try self.shape(g, group)
      switch instruction {
      case .forward(let x, let weight, let out):
        try addProduct(
          prefix, prefix + "convolution", [at(weight), at(x)], out, m: outputs, n: g.batch * area,
          k: g.windowCount, wide: 4, isContiguous: false, shape)
      case .inputGradient(let outputGradient, let weight, let out):
        for phase in phases(g) {
          try addProduct(
            prefix, prefix + "convolution_input_gradient", [at(weight), at(outputGradient)], out,
            m: inputs, n: g.batch * phase.positions, k: outputs * phase.taps, wide: 4,
            isContiguous: false, shape + phase.arguments)
        }
      case .weightGradient(let outputGradient, let x, let out):
        try addProduct(
          prefix, prefix + "convolution_weight_gradient", [at(outputGradient), at(x)], out,
          m: outputs, n: g.windowCount, k: g.batch * area, wide: 4, isContiguous: g.groups == 1,
          shape)
      }
    }
  }

  private func shape(
    _ g: ConvolutionGeometry, _ group: Int
  ) throws(BackendError) -> [Launch.Argument] {
    let inputs = g.inputChannels / g.groups, outputs = g.outputChannels / g.groups
    var arguments: [Launch.Argument] = []
    for value in [
      g.inputChannels, group * inputs, inputs, g.outputChannels, group * outputs, g.height,
      g.width, g.outputHeight, g.outputWidth, g.kernelHeight, g.kernelWidth, g.stride, g.padding,
    ] {
      arguments.append(try int(value))
    }
    return arguments
  }

  /// The inputs at one place within a stride, and the taps of the windows that hold them.
  private struct Phase {
    var positions: Int
    var taps: Int
    var arguments: [Launch.Argument]
  }

  private func phases(_ g: ConvolutionGeometry) -> [Phase] {
    /// Per place: how many positions there are, their first tap, and how many taps.
    func side(_ extent: Int, _ kernel: Int) -> [(first: Int, count: Int, tap: Int, taps: Int)] {
      (0..<min(g.stride, extent)).map { first in
        let tap = (first + g.padding) % g.stride
        return (
          first, (extent - first - 1) / g.stride + 1, tap,
          tap < kernel ? (kernel - 1 - tap) / g.stride + 1 : 0
        )
      }
    }
    return side(g.height, g.kernelHeight).flatMap { h in
      side(g.width, g.kernelWidth).map { w in
        Phase(
          positions: h.count * w.count, taps: h.taps * w.taps,
          arguments: [
            h.first, w.first, h.count, w.count, h.tap, w.tap, h.taps, w.taps,
          ].map { .int(Int32($0)) })
      }
    }
  }
}
