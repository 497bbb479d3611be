internal import AssaySpecification

extension ChannelInstruction {
  var written: [BufferID] {
    switch self {
    case .addBias(_, _, let out), .sum(_, let out), .normalizeWith(_, _, _, _, _, let out, _):
      [out]
    case .normalize(
      _, _, _, let runningMean, let runningVariance, let out, let mean, let inverse, _, _):
      [runningMean, runningVariance, out, mean, inverse]
    case .normalizeGradient(_, _, _, _, _, let out, let weightGradient, let biasGradient):
      [out, weightGradient, biasGradient]
    }
  }

  func append(
    _ output: BufferID, _ element: Int, _ g: ChannelGeometry, to program: inout ElementProgram
  ) {
    let fma = ScalarFunctions.fma
    switch self {
    case .addBias(let x, let bias, _):
      program.append { s throws(DisputeError) in
        try s.input(x, element) + s.input(bias, g.channel(of: element))
      }
    case .sum(let x, _):
      _ = Self.sum(of: x, channel: element, g, &program)
    case .normalize(
      let x, let weight, let bias, let runningMean, let runningVariance, let out, let mean, _,
      let momentum, let epsilon):
      let channel = output == out ? g.channel(of: element) : element
      let moments = Moments(x, channel: channel, epsilon: epsilon, g, &program)
      program.append { s throws(DisputeError) in
        let center = try s.float(moments.mean)
        if output == mean { return center }
        if output == runningMean {
          let old = try s.input(runningMean, channel)
          return fma(momentum, center - old, old)
        }
        if output == runningVariance {
          let old = try s.input(runningVariance, channel)
          return fma(momentum, try s.float(moments.variance) * g.unbiased - old, old)
        }
        let inverse = try s.float(moments.inverse)
        guard output == out else { return inverse }
        return fma(
          (try s.input(x, element) - center) * inverse, try s.input(weight, channel),
          try s.input(bias, channel))
      }
    case .normalizeWith(
      let x, let weight, let bias, let mean, let variance, _, let epsilon):
      let channel = g.channel(of: element)
      program.append { s throws(DisputeError) in
        let inverse = 1 / (try s.input(variance, channel) + epsilon).squareRoot()
        return fma(
          (try s.input(x, element) - s.input(mean, channel)) * inverse,
          try s.input(weight, channel), try s.input(bias, channel))
      }
    case .normalizeGradient(
      let x, let gradient, let weight, let mean, let inverse, let out, let weightGradient, _):
      let channel = output == out ? g.channel(of: element) : element
      let biasSum =
        output == weightGradient
        ? .zero : Self.sum(of: gradient, channel: channel, g, &program)
      if output != out, output != weightGradient { return }
      let weightSum = program.lanes(g.count) { i, sum, s throws(DisputeError) in
        let place = g.place(i, channel: channel)
        let h = try (s.input(x, place) - s.input(mean, channel)) * s.input(inverse, channel)
        return fma(try s.input(gradient, place), h, sum)
      }
      guard output == out else { return }
      program.append { s throws(DisputeError) in
        let factor = try s.input(inverse, channel)
        let h = try (s.input(x, element) - s.input(mean, channel)) * factor
        let t = try fma(h, s.float(weightSum), s.float(biasSum)) / Float(g.count)
        return try (s.input(weight, channel) * factor) * (s.input(gradient, element) - t)
      }
    }
  }

  /// The lane sum of a channel.
  fileprivate static func sum(
    of x: BufferID, channel: Int, _ g: ChannelGeometry, _ program: inout ElementProgram
  ) -> ElementProgram.Term {
    program.lanes(g.count) { i, sum, s throws(DisputeError) in
      try sum + s.input(x, g.place(i, channel: channel))
    }
  }
}

/// The mean and variance of a channel, and 1 / √(variance + ε): places of values.
private struct Moments {
  let mean: Int
  let variance: Int
  let inverse: Int

  init(
    _ x: BufferID, channel: Int, epsilon: Float, _ g: ChannelGeometry,
    _ program: inout ElementProgram
  ) {
    let sum = ChannelInstruction.sum(of: x, channel: channel, g, &program)
    let mean = program.append { s throws(DisputeError) in try s.float(sum) / Float(g.count) }
    let squares = program.lanes(g.count) { i, sum, s throws(DisputeError) in
      let d = try s.input(x, g.place(i, channel: channel)) - s.float(mean)
      return ScalarFunctions.fma(d, d, sum)
    }
    let variance = program.append { s throws(DisputeError) in
      try s.float(squares) / Float(g.count)
    }
    self.mean = mean
    self.variance = variance
    inverse = program.append { s throws(DisputeError) in
      1 / (try s.float(variance) + epsilon).squareRoot()
    }
  }
}

extension ChannelGeometry {
  /// Elements of a channel.
  var count: Int { batch * spatial }

  /// What makes the variance of a sample unbiased.
  var unbiased: Float { count == 1 ? 1 : Float(count) / Float(count - 1) }

  func channel(of element: Int) -> Int { element / spatial % channels }

  /// The place of element `i` of a channel.
  func place(_ i: Int, channel: Int) -> Int {
    (i / spatial * channels + channel) * spatial + i % spatial
  }
}
