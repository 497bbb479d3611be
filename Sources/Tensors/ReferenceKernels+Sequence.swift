internal import AssaySpecification
internal import CAssayTensorKernels

extension ReferenceKernels {
  func run(
    _ instruction: SequenceInstruction, _ scalars: StepScalars, on buffers: HostBuffers
  ) -> Int32 {
    switch instruction {
    case .embed(let table, let ids, let out, let rows, let vocabulary, let columns):
      // SAFETY: the check of the program found every buffer as large as the instruction says.
      unsafe kernels.embed(
        buffers.floats(table), buffers.labels(ids), buffers.floats(out), Int64(rows),
        Int64(vocabulary), Int64(columns))
    case .embedGradient(
      let ids, let outputGradient, let out, let rows, let vocabulary, let columns):
      // SAFETY: as above.
      unsafe kernels.embed_gradient(
        buffers.labels(ids), buffers.floats(outputGradient), buffers.floats(out), Int64(rows),
        Int64(vocabulary), Int64(columns))
    case .addPeriodic(let x, let y, let out, let rows, let period, let columns):
      // SAFETY: as above.
      unsafe kernels.add_periodic(
        buffers.floats(x), buffers.floats(y), buffers.floats(out), Int64(rows), Int64(period),
        Int64(columns))
    case .sumPeriodic(let x, let out, let rows, let period, let columns):
      // SAFETY: as above.
      unsafe kernels.sum_periodic(
        buffers.floats(x), buffers.floats(out), Int64(rows), Int64(period), Int64(columns))
    case .rotate(
      let x, let cosines, let sines, let out, let rows, let period, let heads, let headWidth,
      let isInverse):
      // SAFETY: as above.
      unsafe kernels.rotate(
        buffers.floats(x), buffers.floats(cosines), buffers.floats(sines), buffers.floats(out),
        Int64(rows), Int64(period), Int64(heads), Int64(headWidth), isInverse ? 1 : 0)
    case .dropout(let x, let out, let count, _, _, _, _):
      // SAFETY: as above.
      unsafe kernels.dropout(
        buffers.floats(x), buffers.floats(out), Int64(count), assay_dropout(instruction, scalars))
    case .copy(let x, let xOffset, _, let out, let outOffset, _, _):
      // SAFETY: as above.
      unsafe kernels.copy(
        buffers.floats(x) + xOffset, buffers.floats(out) + outOffset,
        assay_copy_shape(instruction))
    case .clear(let out, let count):
      // SAFETY: as above.
      unsafe kernels.clear(
        buffers.floats(out), Int64(count))
    }
  }

  func run(
    _ instruction: UpdateInstruction, _ scalars: StepScalars, on buffers: HostBuffers
  ) -> Int32 {
    switch instruction {
    case .clipScale(let gradients, let counts, let out, let limit):
      // SAFETY: as above; an array passed as a pointer lives as long as the call.
      unsafe kernels.clip_scale(
        gradients.map { unsafe UnsafePointer(buffers.floats($0)) },
        counts.map(Int64.init), Int64(counts.count), buffers.floats(out), limit)
    case .scale(let x, let scale, let out, let count):
      // SAFETY: as above.
      unsafe kernels.scale(
        buffers.floats(x), buffers.floats(scale), buffers.floats(out), Int64(count))
    case .accumulate(let x, let out, let count):
      // SAFETY: as above.
      unsafe scalars.microBatch == 0
        ? kernels.copy(
          buffers.floats(x), buffers.floats(out), assay_copy_shape(count: count))
        : kernels.add(
          buffers.floats(out), buffers.floats(x), buffers.floats(out), Int64(count))
    case .movingAverage(let parameter, let average, let count, let rate):
      // SAFETY: as above.
      unsafe kernels.moving_average(
        buffers.floats(parameter), buffers.floats(average), Int64(count), rate)
    }
  }
}
