internal import AssaySpecification
internal import AssayTensors

extension LaunchPlan {
  mutating func add(
    _ instruction: PoolingInstruction, _ g: ConvolutionGeometry, _ number: Launch.Argument
  ) throws(BackendError) {
    for count in [g.inputCount, g.outputCount] where count > Int(Int32.max) {
      throw tooLarge("a tensor of \(count) elements")
    }
    var window: [Launch.Argument] = []
    for value in [
      g.height, g.width, g.outputHeight, g.outputWidth, g.kernelHeight, g.kernelWidth, g.stride,
      g.padding,
    ] {
      window.append(try int(value))
    }
    switch instruction {
    case .maximum(let x, let out, let indices):
      try launch(
        "max_pool", elements: g.outputCount,
        [at(x), at(out), at(indices), .long(g.outputCount)] + window)
    case .maximumGradient(let outputGradient, let indices, let out):
      try launch(
        "max_pool_gradient", sums: g.batch * g.inputChannels,
        [
          at(outputGradient), at(indices), at(out), int(g.height * g.width),
          int(g.outputHeight * g.outputWidth), number,
        ])
    case .average(let x, let out):
      try launch(
        "average_pool", elements: g.outputCount,
        [at(x), at(out), .long(g.outputCount)] + window)
    case .averageGradient(let outputGradient, let out):
      try launch(
        "average_pool_gradient", elements: g.inputCount,
        [at(outputGradient), at(out), .long(g.inputCount)] + window)
    }
  }

  mutating func add(
    _ instruction: ChannelInstruction, _ g: ChannelGeometry
  ) throws(BackendError) {
    let all = g.batch * g.channels * g.spatial, count = g.batch * g.spatial
    let extents: [Launch.Argument] = [.long(g.channels), .long(g.spatial)]
    switch instruction {
    case .addBias(let x, let bias, let out):
      try launch(
        "channel_add_bias", elements: all, [at(x), at(bias), at(out), .long(all)] + extents)
    case .sum(let x, let out):
      try launch("channel_sum", sums: g.channels, [at(x), at(out), .long(count)] + extents)
    case .normalize(
      let x, let weight, let bias, let runningMean, let runningVariance, let out, let mean,
      let inverse, let momentum, let epsilon):
      try launch(
        "channel_normalize", sums: g.channels,
        [
          at(x), at(weight), at(bias), at(runningMean), at(runningVariance), at(out), at(mean),
          at(inverse), .long(count),
        ] + extents
          + [
            .float(momentum), .float(epsilon),
            .float(count == 1 ? 1 : Float(count) / Float(count - 1)),
          ])
    case .normalizeWith(let x, let weight, let bias, let mean, let variance, let out, let epsilon):
      try launch(
        "channel_normalize_with", elements: all,
        [at(x), at(weight), at(bias), at(mean), at(variance), at(out), .long(all)] + extents
          + [.float(epsilon)])
    case .normalizeGradient(
      let x, let outputGradient, let weight, let mean, let inverse, let out,
      let weightGradient, let biasGradient):
      try launch(
        "channel_normalize_gradient", sums: g.channels,
        [
          at(x), at(outputGradient), at(weight), at(mean), at(inverse), at(out),
          at(weightGradient), at(biasGradient), .long(count),
        ] + extents)
    }
  }
}
