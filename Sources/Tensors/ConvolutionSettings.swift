internal import AssaySpecification
internal import CAssayTensorKernels

extension assay_convolution {
  /// The kernels' form of a geometry.
  init(_ geometry: ConvolutionGeometry) {
    self.init(
      batch: Int64(geometry.batch), input_channels: Int64(geometry.inputChannels),
      height: Int64(geometry.height), width: Int64(geometry.width),
      output_channels: Int64(geometry.outputChannels),
      kernel_height: Int64(geometry.kernelHeight), kernel_width: Int64(geometry.kernelWidth),
      stride: Int64(geometry.stride), padding: Int64(geometry.padding),
      groups: Int64(geometry.groups))
  }
}

extension assay_channels {
  /// The kernels' form of a geometry.
  init(_ geometry: ChannelGeometry) {
    self.init(
      batch: Int64(geometry.batch), channels: Int64(geometry.channels),
      spatial: Int64(geometry.spatial))
  }
}

extension ConvolutionInstruction {
  /// The kernels' number of this product.
  var kernelKind: Int32 {
    switch self {
    case .forward: Int32(ASSAY_CONVOLUTION_FORWARD)
    case .inputGradient: Int32(ASSAY_CONVOLUTION_INPUT_GRADIENT)
    case .weightGradient: Int32(ASSAY_CONVOLUTION_WEIGHT_GRADIENT)
    }
  }
}
