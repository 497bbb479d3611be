internal import AssaySpecification

extension SequenceInstruction {
  var written: [BufferID] {
    switch self {
    case .embed(_, _, let out, _, _, _), .embedGradient(_, _, let out, _, _, _),
      .addPeriodic(_, _, let out, _, _, _), .sumPeriodic(_, let out, _, _, _),
      .rotate(_, _, _, let out, _, _, _, _, _), .dropout(_, let out, _, _, _, _, _),
      .copy(_, _, _, let out, _, _, _), .clear(let out, _):
      [out]
    }
  }

  func append(
    _ output: BufferID, _ element: Int, _ step: StepScalars, to program: inout ElementProgram
  ) {
    switch self {
    case .embed(let table, let ids, _, _, let vocabulary, let columns):
      program.append { s throws(DisputeError) in
        let id = try s.integer(ids, element / columns)
        guard (0..<vocabulary).contains(id) else {
          throw .noSuchElement(index: id, count: vocabulary)
        }
        return try s.input(table, id * columns + element % columns)
      }
    case .embedGradient(let ids, let gradient, _, let rows, _, let columns):
      let (id, column) = element.quotientAndRemainder(dividingBy: columns)
      _ = program.chain(rows) { row, sum, s throws(DisputeError) in
        try s.integer(ids, row) == id ? sum + s.input(gradient, row * columns + column) : sum
      }
    case .addPeriodic(let x, let y, _, _, let period, let columns):
      let place = element / columns % period * columns + element % columns
      program.append { s throws(DisputeError) in try s.input(x, element) + s.input(y, place) }
    case .sumPeriodic(let x, _, let rows, let period, let columns):
      let place = element / columns
      let count = place < rows ? (rows - place + period - 1) / period : 0
      _ = program.lanes(count) { i, sum, s throws(DisputeError) in
        try sum + s.input(x, i * period * columns + element)
      }
    case .rotate(
      let x, let cosines, let sines, _, _, let period, let heads, let width, let isInverse):
      let (row, place) = element.quotientAndRemainder(dividingBy: heads * width)
      let (i, half) = (place % width, width / 2)
      let angle = row % period * half + i % half
      program.append { s throws(DisputeError) in
        let sine = try s.input(sines, angle)
        let (cosine, signed) = (try s.input(cosines, angle), isInverse ? -sine : sine)
        if i < half {
          let product = try s.input(x, element + half) * signed
          return ScalarFunctions.fma(try s.input(x, element), cosine, -product)
        }
        return ScalarFunctions.fma(
          try s.input(x, element), cosine, try s.input(x, element - half) * signed)
      }
    case .dropout(let x, _, let count, let seed, let node, let threshold, let scale):
      let place = UInt64(element + count * step.microBatch)
      let block = Philox4x32(seed: seed).block(
        purpose: .dropout, step: step.step, index: UInt64(node) << 32 | place / 4)
      let words = [block.0, block.1, block.2, block.3]
      let isKept = words[Int(place % 4)] >= threshold
      program.append { s throws(DisputeError) in isKept ? try s.input(x, element) * scale : 0 }
    case .copy(let x, let xOffset, let xStrides, let out, let offset, let strides, let extents):
      if let indices = Self.indices(of: element - offset, strides, extents) {
        let source = zip(indices, xStrides).reduce(xOffset) { $0 + $1.0 * $1.1 }
        program.appendUnchanged(x, source)
      } else {
        program.appendUnchanged(out, element)
      }
    case .clear: program.append { _ throws(DisputeError) in 0 }
    }
  }

  /// Which element of the extents lies at a distance; nil where none does. No two do, so each
  /// stride steps over all that smaller ones reach.
  private static func indices(of distance: Int, _ strides: [Int], _ extents: [Int]) -> [Int]? {
    guard distance >= 0 else { return nil }
    var indices = [Int](repeating: 0, count: extents.count)
    var rest = distance
    for dimension in extents.indices.sorted(by: { strides[$0] > strides[$1] })
    where extents[dimension] > 1 {
      indices[dimension] = rest / strides[dimension]
      guard indices[dimension] < extents[dimension] else { return nil }
      rest %= strides[dimension]
    }
    return rest == 0 ? indices : nil
  }
}

extension UpdateInstruction {
  var written: [BufferID] {
    switch self {
    case .clipScale(_, _, let out, _), .scale(_, _, let out, _), .accumulate(_, let out, _):
      [out]
    case .movingAverage(_, let average, _, _): [average]
    }
  }

  func append(
    _ output: BufferID, _ element: Int, _ step: StepScalars, to program: inout ElementProgram
  ) {
    switch self {
    case .clipScale(let gradients, let counts, _, let limit):
      let norms = zip(gradients, counts).map { gradient, count in
        program.lanes(count) { i, sum, s throws(DisputeError) in
          let g = try s.input(gradient, i)
          return ScalarFunctions.fma(g, g, sum)
        }
      }
      let sum = program.chain(norms.count) { i, sum, s throws(DisputeError) in
        try sum + s.float(norms[i])
      }
      program.append { s throws(DisputeError) in
        let norm = try s.float(sum).squareRoot()
        return norm.isNaN ? norm : norm > limit ? limit / norm : 1
      }
    case .scale(let x, let scale, _, _):
      program.append { s throws(DisputeError) in try s.input(x, element) * s.input(scale, 0) }
    case .accumulate(let x, let out, _):
      program.append { s throws(DisputeError) in
        let term = try s.input(x, element)
        return step.microBatch == 0 ? term : try s.input(out, element) + term
      }
    case .movingAverage(let parameter, let average, _, let rate):
      program.append { s throws(DisputeError) in
        let old = try s.input(average, element)
        return ScalarFunctions.fma(rate, try s.input(parameter, element) - old, old)
      }
    }
  }
}
