internal import AssaySpecification
internal import AssayTensors

extension LaunchPlan {
  mutating func add(
    _ instruction: RowInstruction, _ rows: Int, _ columns: Int
  ) throws(BackendError) {
    let width = Launch.Argument.long(columns)
    switch instruction {
    case .layerNorm(let x, let weight, let bias, let out, let mean, let inverse, let epsilon):
      try launch(
        "layer_norm", sums: rows,
        [
          at(x), at(weight), at(bias), at(out), at(mean), at(inverse), width, .float(epsilon),
        ])
    case .layerNormGradient(
      let x, let outputGradient, let weight, let mean, let inverse, let out):
      try launch(
        "layer_norm_gradient", sums: rows,
        [at(x), at(outputGradient), at(weight), at(mean), at(inverse), at(out), width])
    case .rmsNorm(let x, let weight, let out, let inverse, let epsilon):
      try launch(
        "rms_norm", sums: rows,
        [at(x), at(weight), at(out), at(inverse), width, .float(epsilon)])
    case .rmsNormGradient(let x, let outputGradient, let weight, let inverse, let out):
      try launch(
        "rms_norm_gradient", sums: rows,
        [at(x), at(outputGradient), at(weight), at(inverse), at(out), width])
    case .weightGradient(let x, let outputGradient, let mean, let inverse, let out):
      try launch(
        "norm_weight_gradient", groups: [(columns + 3) / 4], items: 256,
        [
          at(x), at(outputGradient), at(mean ?? inverse), at(inverse), at(out), .long(rows),
          width, flag(mean != nil),
        ])
    case .softmax(let x, let out):
      try launch("softmax", sums: rows, [at(x), at(out), width])
    case .softmaxGradient(let y, let outputGradient, let out):
      try launch("softmax_gradient", sums: rows, [at(y), at(outputGradient), at(out), width])
    }
  }

  mutating func add(
    _ instruction: AttentionInstruction, _ g: AttentionGeometry
  ) throws(BackendError) {
    let tiles = (g.positions + 63) / 64, columnTiles = (g.headWidth + 63) / 64
    let heads = g.batch * g.heads
    let extents: [Launch.Argument] = [
      try int(g.positions), try int(g.heads), try int(g.headWidth), flag(g.isCausal),
      .float(g.scale),
    ]
    switch instruction {
    case .forward(let query, let key, let value, let out, let maximum, let sum):
      try launch(
        "attention_statistics", groups: [tiles, heads], items: 256,
        place(query) + place(key) + [at(maximum), at(sum)] + extents)
      // The gradient and the means are not looked at.
      try launch(
        "attention_output", groups: [tiles, heads, columnTiles], items: 256,
        place(query) + place(key) + place(value) + place(value)
          + [at(maximum), at(sum), at(sum)] + place(out) + extents)
    case .gradient(
      let query, let key, let value, let outputGradient, let maximum, let sum,
      let queryGradient, let keyGradient, let valueGradient):
      let means = Launch.Argument.long(room(4 * heads * g.positions))
      let operands = place(query) + place(key) + place(value) + place(outputGradient)
      let statistics = [at(maximum), at(sum), means]
      try launch(
        "attention_means", groups: [tiles, heads], items: 256, operands + statistics + extents)
      for (kernel, result) in [
        ("query", queryGradient), ("key", keyGradient), ("value", valueGradient),
      ] {
        try launch(
          "attention_\(kernel)_gradient", groups: [tiles, heads, columnTiles], items: 256,
          operands + statistics + place(result) + extents)
      }
    }
  }

  private func place(_ operand: AttentionOperand) -> [Launch.Argument] {
    [.long(offsets[operand.buffer.index] + 4 * operand.offset), .long(operand.rowStride)]
  }

  mutating func add(
    _ instruction: SequenceInstruction, _ number: Launch.Argument
  ) throws(BackendError) {
    switch instruction {
    case .embed(let table, let ids, let out, let rows, let vocabulary, let columns):
      try launch(
        "embed", elements: rows * columns,
        [
          at(table), at(ids), at(out), .long(rows * columns), .long(vocabulary), .long(columns),
          number,
        ])
    case .embedGradient(
      let ids, let outputGradient, let out, let rows, let vocabulary, let columns):
      try launch("clear", elements: vocabulary * columns, [at(out), .long(vocabulary * columns)])
      try launch(
        "embed_gradient", sums: rows,
        [
          at(ids), at(outputGradient), at(out), .long(rows), .long(vocabulary), .long(columns),
          number,
        ])
    case .addPeriodic(let x, let y, let out, let rows, let period, let columns):
      try launch(
        "add_periodic", elements: rows * columns,
        [at(x), at(y), at(out), .long(rows * columns), .long(period * columns)])
    case .sumPeriodic(let x, let out, let rows, let period, let columns):
      // Each column of `period` rows side by side, of which the last may be cut off.
      try launch(
        "column_sum", groups: [(period * columns + 3) / 4], items: 256,
        [at(x), at(out), .long(rows * columns), .long(period * columns)])
    case .rotate(
      let x, let cosines, let sines, let out, let rows, let period, let heads, let headWidth,
      let isInverse):
      let pairs = rows * heads * headWidth / 2
      try launch(
        "rotate_positions", elements: pairs,
        [
          at(x), at(cosines), at(sines), at(out), .long(pairs), .long(heads),
          .long(headWidth / 2), .long(period), flag(isInverse),
        ])
    case .dropout(let x, let out, let count, let seed, let node, let threshold, let scale):
      try launch(
        "dropout", elements: count,
        [
          at(x), at(out), .long(count), .int(Int32(truncatingIfNeeded: seed)),
          .int(Int32(truncatingIfNeeded: seed >> 32)), .int(Int32(bitPattern: node)),
          .int(Int32(bitPattern: threshold)), .float(scale),
        ])
    case .copy(
      let x, let xOffset, let xStrides, let out, let outOffset, let outStrides, let extents):
      func eight(_ values: [Int], _ unused: Int) -> [Launch.Argument] {
        ([Int](repeating: unused, count: 8 - values.count) + values).map { .long($0) }
      }
      let count = extents.reduce(1, *)
      try launch(
        "copy", elements: count,
        [
          .long(offsets[x.index] + 4 * xOffset), .long(offsets[out.index] + 4 * outOffset),
          .long(count),
        ] + eight(extents, 1) + eight(xStrides, 0) + eight(outStrides, 0))
    case .clear(let out, let count):
      try launch("clear", elements: count, [at(out), .long(count)])
    }
  }
}
