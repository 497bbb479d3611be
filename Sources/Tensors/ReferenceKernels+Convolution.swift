internal import AssaySpecification
internal import CAssayTensorKernels

extension ReferenceKernels {
  func run(
    _ instruction: ConvolutionInstruction, _ geometry: ConvolutionGeometry,
    on buffers: HostBuffers
  ) -> Int32 { Int32(ASSAY_ERROR_KIND) }

  func run(
    _ instruction: PoolingInstruction, _ geometry: ConvolutionGeometry, on buffers: HostBuffers
  ) -> Int32 { Int32(ASSAY_ERROR_KIND) }

  func run(
    _ instruction: ChannelInstruction, _ geometry: ChannelGeometry, on buffers: HostBuffers
  ) -> Int32 { Int32(ASSAY_ERROR_KIND) }
}
