internal import AssaySpecification
internal import CAssayTensorKernels

extension TunedKernels {
  /// Bytes of workspace, or -1 for extents that are refused.
  func workspaceByteCount(
    for instruction: ConvolutionInstruction, _ geometry: ConvolutionGeometry
  ) -> Int64 {
    var shape = assay_convolution(geometry)
    // SAFETY: the shape is read during the call only.
    return unsafe assay_convolution_workspace(path, threads, instruction.kernelKind, &shape)
  }

  func run(
    _ instruction: ConvolutionInstruction, _ geometry: ConvolutionGeometry,
    on buffers: HostBuffers
  ) -> Int32 {
    var shape = assay_convolution(geometry)
    switch instruction {
    case .forward(let x, let weight, let out):
      // SAFETY: here and below: the check of the program found every buffer as large as the
      // instruction's extents, of its element type, and apart from others where it must be.
      return unsafe assay_convolution(
        path, threads, &shape, buffers.floats(x), buffers.floats(weight), buffers.floats(out),
        buffers.workspace, Int64(buffers.workspaceByteCount))
    case .inputGradient(let outputGradient, let weight, let out):
      // SAFETY: as above.
      return unsafe assay_convolution_input_gradient(
        path, threads, &shape, buffers.floats(outputGradient), buffers.floats(weight),
        buffers.floats(out), buffers.workspace, Int64(buffers.workspaceByteCount))
    case .weightGradient(let outputGradient, let x, let out):
      // SAFETY: as above.
      return unsafe assay_convolution_weight_gradient(
        path, threads, &shape, buffers.floats(outputGradient), buffers.floats(x),
        buffers.floats(out), buffers.workspace, Int64(buffers.workspaceByteCount))
    }
  }

  func run(
    _ instruction: PoolingInstruction, _ geometry: ConvolutionGeometry, on buffers: HostBuffers
  ) -> Int32 {
    var shape = assay_convolution(geometry)
    switch instruction {
    case .maximum(let x, let out, let indices):
      // SAFETY: as above.
      return unsafe assay_max_pool(
        path, threads, &shape, buffers.floats(x), buffers.floats(out), buffers.labels(indices))
    case .maximumGradient(let outputGradient, let indices, let out):
      // SAFETY: as above.
      return unsafe assay_max_pool_gradient(
        path, threads, &shape, buffers.floats(outputGradient), buffers.labels(indices),
        buffers.floats(out))
    case .average(let x, let out):
      // SAFETY: as above.
      return unsafe assay_average_pool(
        path, threads, &shape, buffers.floats(x), buffers.floats(out))
    case .averageGradient(let outputGradient, let out):
      // SAFETY: as above.
      return unsafe assay_average_pool_gradient(
        path, threads, &shape, buffers.floats(outputGradient), buffers.floats(out))
    }
  }

  /// - Parameter rectifies: whether what `normalize` writes is rectified.
  func run(
    _ instruction: ChannelInstruction, _ geometry: ChannelGeometry, rectifies: Bool = false,
    on buffers: HostBuffers
  ) -> Int32 {
    var shape = assay_channels(geometry)
    switch instruction {
    case .addBias(let x, let bias, let out):
      // SAFETY: as above.
      return unsafe assay_channel_add_bias(
        path, threads, &shape, buffers.floats(x), buffers.floats(bias), buffers.floats(out))
    case .sum(let x, let out):
      // SAFETY: as above.
      return unsafe assay_channel_sum(
        path, threads, &shape, buffers.floats(x), buffers.floats(out))
    case .normalize(
      let x, let weight, let bias, let runningMean, let runningVariance, let out, let mean,
      let inverse, let momentum, let epsilon):
      // SAFETY: as above.
      return unsafe assay_channel_normalize(
        path, threads, &shape, buffers.floats(x), buffers.floats(weight), buffers.floats(bias),
        buffers.floats(runningMean), buffers.floats(runningVariance), buffers.floats(out),
        buffers.floats(mean), buffers.floats(inverse), momentum, epsilon, rectifies ? 1 : 0)
    case .normalizeWith(
      let x, let weight, let bias, let mean, let variance, let out, let epsilon):
      // SAFETY: as above.
      return unsafe assay_channel_normalize_with(
        path, threads, &shape, buffers.floats(x), buffers.floats(weight), buffers.floats(bias),
        buffers.floats(mean), buffers.floats(variance), buffers.floats(out), epsilon)
    case .normalizeGradient(
      let x, let outputGradient, let weight, let mean, let inverse, let out, let weightGradient,
      let biasGradient):
      // SAFETY: as above.
      return unsafe assay_channel_normalize_gradient(
        path, threads, &shape, buffers.floats(x), buffers.floats(outputGradient),
        buffers.floats(weight), buffers.floats(mean), buffers.floats(inverse),
        buffers.floats(out), buffers.floats(weightGradient), buffers.floats(biasGradient), nil)
    }
  }

  func run(_ gradient: RectifiedGradient, on buffers: HostBuffers) -> Int32? {
    guard
      case .normalizeGradient(
        let x, _, let weight, let mean, let inverse, let out, let weightGradient,
        let biasGradient) = gradient.norm
    else { return nil }
    var shape = assay_channels(gradient.shape)
    // SAFETY: as above, and the pass's instructions do not write over each other's buffers.
    var rectified = unsafe assay_rectified(
      addend: gradient.addend.map(buffers.floats), output: buffers.floats(gradient.output),
      out: buffers.floats(gradient.out))
    // SAFETY: as above.
    return unsafe assay_channel_normalize_gradient(
      path, threads, &shape, buffers.floats(x), buffers.floats(gradient.given),
      buffers.floats(weight), buffers.floats(mean), buffers.floats(inverse), buffers.floats(out),
      buffers.floats(weightGradient), buffers.floats(biasGradient), &rectified)
  }
}
