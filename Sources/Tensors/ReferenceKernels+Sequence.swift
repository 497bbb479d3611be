internal import AssaySpecification
internal import CAssayTensorKernels

extension ReferenceKernels {
  func run(
    _ instruction: SequenceInstruction, _ scalars: StepScalars, on buffers: HostBuffers
  ) -> Int32 {
    switch instruction {
    case .embed(let table, let ids, let out, let rows, let vocabulary, let columns):
      // SAFETY: the check of the program found every buffer as large as the instruction says.
      unsafe assay_embed_reference(
        buffers.floats(table), buffers.labels(ids), buffers.floats(out), Int64(rows),
        Int64(vocabulary), Int64(columns))
    case .embedGradient(
      let ids, let outputGradient, let out, let rows, let vocabulary, let columns):
      // SAFETY: as above.
      unsafe assay_embed_gradient_reference(
        buffers.labels(ids), buffers.floats(outputGradient), buffers.floats(out), Int64(rows),
        Int64(vocabulary), Int64(columns))
    case .addPeriodic(let x, let y, let out, let rows, let period, let columns):
      // SAFETY: as above.
      unsafe assay_add_periodic_reference(
        buffers.floats(x), buffers.floats(y), buffers.floats(out), Int64(rows), Int64(period),
        Int64(columns))
    case .sumPeriodic(let x, let out, let rows, let period, let columns):
      // SAFETY: as above.
      unsafe assay_sum_periodic_reference(
        buffers.floats(x), buffers.floats(out), Int64(rows), Int64(period), Int64(columns))
    case .rotate(
      let x, let cosines, let sines, let out, let rows, let period, let heads, let headWidth,
      let isInverse):
      // SAFETY: as above.
      unsafe assay_rotate_reference(
        buffers.floats(x), buffers.floats(cosines), buffers.floats(sines), buffers.floats(out),
        Int64(rows), Int64(period), Int64(heads), Int64(headWidth), isInverse ? 1 : 0)
    case .dropout(let x, let out, let count, _, _, _, _):
      // SAFETY: as above.
      unsafe assay_dropout_reference(
        buffers.floats(x), buffers.floats(out), Int64(count), assay_dropout(instruction, scalars))
    case .copy(let x, let xOffset, _, let out, let outOffset, _, _):
      // SAFETY: as above.
      unsafe assay_copy_reference(
        buffers.floats(x) + xOffset, buffers.floats(out) + outOffset,
        assay_copy_shape(instruction))
    case .clear(let out, let count):
      // SAFETY: as above.
      unsafe assay_clear_reference(
        buffers.floats(out), Int64(count))
    }
  }

  func run(
    _ instruction: UpdateInstruction, _ scalars: StepScalars, on buffers: HostBuffers
  ) -> Int32 {
    switch instruction {
    case .clipScale(let gradients, let counts, let out, let limit):
      // SAFETY: as above; an array passed as a pointer lives as long as the call.
      unsafe assay_clip_scale_reference(
        gradients.map { unsafe UnsafePointer(buffers.floats($0)) },
        counts.map(Int64.init), Int64(counts.count), buffers.floats(out), limit)
    case .scale(let x, let scale, let out, let count):
      // SAFETY: as above.
      unsafe assay_scale_reference(
        buffers.floats(x), buffers.floats(scale), buffers.floats(out), Int64(count))
    case .accumulate(let x, let out, let count):
      // SAFETY: as above.
      unsafe scalars.microBatch == 0
        ? assay_copy_reference(
          buffers.floats(x), buffers.floats(out), assay_copy_shape(count: count))
        : assay_add_reference(
          buffers.floats(out), buffers.floats(x), buffers.floats(out), Int64(count))
    case .movingAverage(let parameter, let average, let count, let rate):
      // SAFETY: as above.
      unsafe assay_moving_average_reference(
        buffers.floats(parameter), buffers.floats(average), Int64(count), rate)
    }
  }
}
