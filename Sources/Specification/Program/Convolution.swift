/// The extents of a two-dimensional convolution or pooling over [batch, channels, height, width].
public struct ConvolutionGeometry: Hashable, Sendable {
  public let batch: Int
  public let inputChannels: Int
  public let height: Int
  public let width: Int
  public let outputChannels: Int
  public let kernelHeight: Int
  public let kernelWidth: Int
  /// Rows and columns from one window to the next.
  public let stride: Int
  /// Rows and columns of +0 on each side.
  public let padding: Int
  /// Channels are cut into so many groups that do not see one another.
  public let groups: Int

  /// Makes a geometry, or nil when a window does not fit, a number is not positive (padding may be
  /// 0 and must be less than the kernel), or channels do not divide into the groups.
  public init?(
    batch: Int, inputChannels: Int, height: Int, width: Int, outputChannels: Int,
    kernelHeight: Int, kernelWidth: Int, stride: Int, padding: Int, groups: Int
  ) {
    let positive = [
      batch, inputChannels, height, width, outputChannels, kernelHeight, kernelWidth, stride,
      groups,
    ]
    guard positive.allSatisfy({ $0 >= 1 && $0 <= 1 << 24 }), padding >= 0,
      padding < min(kernelHeight, kernelWidth), height + 2 * padding >= kernelHeight,
      width + 2 * padding >= kernelWidth, inputChannels % groups == 0,
      outputChannels % groups == 0
    else { return nil }
    self.batch = batch
    self.inputChannels = inputChannels
    self.height = height
    self.width = width
    self.outputChannels = outputChannels
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    self.stride = stride
    self.padding = padding
    self.groups = groups
  }

  public var outputHeight: Int { (height + 2 * padding - kernelHeight) / stride + 1 }
  public var outputWidth: Int { (width + 2 * padding - kernelWidth) / stride + 1 }

  /// Elements of the input, the output, the weight, and of one output channel's weight.
  public var inputCount: Int { batch * inputChannels * height * width }
  public var outputCount: Int { batch * outputChannels * outputHeight * outputWidth }
  public var weightCount: Int { outputChannels * windowCount }
  public var windowCount: Int { inputChannels / groups * kernelHeight * kernelWidth }
}

/// A convolution or one of its two gradients, as a matrix product in the order of
/// `Instruction.matmul`: blocks of 512 along K, each one fma chain from +0.
///
/// x is [batch, inputChannels, height, width], y [batch, outputChannels, outputHeight,
/// outputWidth],
/// weight [outputChannels, inputChannels / groups, kernelHeight, kernelWidth]. What lies in the
/// padding is +0 and takes part.
public enum ConvolutionInstruction: Hashable, Sendable {
  /// y[n,o,r,c] = Σ over k = (channel of o's group, i, j), in that order, of
  /// x[n, channel, r·stride − padding + i, c·stride − padding + j] · weight[o, channel, i, j].
  case forward(x: BufferID, weight: BufferID, out: BufferID)
  /// dx[n,a,h,w] = Σ over k = (output channel o of a's group, i, j), in that order, of those i and
  /// j
  /// for which both quotients are whole, of
  /// dy[n, o, (h + padding − i) / stride, (w + padding − j) / stride] · weight[o, a, i, j]; a
  /// quotient out of range stands for +0. Blocks of 512 count these terms only; none give +0.
  case inputGradient(outputGradient: BufferID, weight: BufferID, out: BufferID)
  /// dweight[o,a,i,j] = Σ over k = (n, r, c), in that order, of dy[n,o,r,c] · x[n, a, …] as above.
  case weightGradient(outputGradient: BufferID, x: BufferID, out: BufferID)
}

/// Pooling over the windows of a geometry whose input and output channels are the same.
public enum PoolingInstruction: Hashable, Sendable {
  /// out = the largest element of each window, the first of equals in order of (i, j); padding does
  /// not take part; a NaN is larger than all else, the first one wins. indices[…] = its place in
  /// its plane (row · width + column), int32.
  case maximum(x: BufferID, out: BufferID, indices: BufferID)
  /// dx = +0, then for each plane, in order of output positions: dx[index] += dy.
  case maximumGradient(outputGradient: BufferID, indices: BufferID, out: BufferID)
  /// out = (the chain of x over the window in order of (i, j), from +0, padding +0 takes part)
  /// / (kernelHeight · kernelWidth).
  case average(x: BufferID, out: BufferID)
  /// dx[h,w] = the chain from +0, over the windows that hold it in order of output positions, of
  /// dy / (kernelHeight · kernelWidth).
  case averageGradient(outputGradient: BufferID, out: BufferID)
}

/// Operations on [batch, channels, spatial] that are the same within a channel. Sums over a channel
/// are lane sums over (n, s) in that order: element n · spatial + s.
public enum ChannelInstruction: Hashable, Sendable {
  /// out = x + bias[channel].
  case addBias(x: BufferID, bias: BufferID, out: BufferID)
  /// out[channel] = the lane sum of x.
  case sum(x: BufferID, out: BufferID)
  /// Batch normalisation with the batch's statistics, M = batch · spatial: mean = lane sum / M;
  /// variance = (lane sum of d·d, each lane a chain of fma, d = x − mean) / M;
  /// inverse = 1 / √(variance + ε); out = fma((x − mean)·inverse, weight, bias);
  /// runningMean = fma(momentum, mean − runningMean, runningMean);
  /// runningVariance = fma(momentum, variance·u − runningVariance, runningVariance),
  /// u = Float(M) / Float(M − 1), or 1 where M = 1.
  case normalize(
    x: BufferID, weight: BufferID, bias: BufferID, runningMean: BufferID,
    runningVariance: BufferID, out: BufferID, mean: BufferID, inverse: BufferID,
    momentum: Float, epsilon: Float)
  /// Batch normalisation with given statistics: inverse = 1 / √(variance + ε), then as above.
  case normalizeWith(
    x: BufferID, weight: BufferID, bias: BufferID, mean: BufferID, variance: BufferID,
    out: BufferID, epsilon: Float)
  /// With h = (x − mean)·inverse: biasGradient = lane sum of dy; weightGradient = lane sum of dy·h,
  /// each lane a chain of fma(dy, h, lane); dx = (weight·inverse)·(dy − t),
  /// t = fma(h, weightGradient, biasGradient) / M. The sums are complete before dx is made.
  case normalizeGradient(
    x: BufferID, outputGradient: BufferID, weight: BufferID, mean: BufferID, inverse: BufferID,
    out: BufferID, weightGradient: BufferID, biasGradient: BufferID)
}

/// The extents of a `ChannelInstruction`.
public struct ChannelGeometry: Hashable, Sendable {
  public let batch: Int
  public let channels: Int
  public let spatial: Int

  /// Extents, each ≥ 1.
  public init(batch: Int, channels: Int, spatial: Int) {
    self.batch = batch
    self.channels = channels
    self.spatial = spatial
  }
}
