internal import AssaySpecification
internal import CAssayTensorKernels

extension ReferenceKernels {
  func run(
    _ instruction: RowInstruction, rows: Int, columns: Int, on buffers: HostBuffers
  ) -> Int32 { Int32(ASSAY_ERROR_KIND) }

  func run(
    _ instruction: AttentionInstruction, _ geometry: AttentionGeometry, on buffers: HostBuffers
  ) -> Int32 { Int32(ASSAY_ERROR_KIND) }

  func run(
    _ instruction: SequenceInstruction, _ scalars: StepScalars, on buffers: HostBuffers
  ) -> Int32 { Int32(ASSAY_ERROR_KIND) }

  func run(_ instruction: UpdateInstruction, on buffers: HostBuffers) -> Int32 {
    Int32(ASSAY_ERROR_KIND)
  }
}
