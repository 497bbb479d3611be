internal import AssaySpecification

extension RowInstruction {
  var written: [BufferID] {
    switch self {
    case .layerNorm(_, _, _, let out, let mean, let inverse, _): [out, mean, inverse]
    case .rmsNorm(_, _, let out, let inverse, _): [out, inverse]
    case .layerNormGradient(_, _, _, _, _, let out), .rmsNormGradient(_, _, _, _, let out),
      .weightGradient(_, _, _, _, let out), .softmax(_, let out), .softmaxGradient(_, _, let out):
      [out]
    }
  }

  func append(
    _ output: BufferID, _ element: Int, rows: Int, columns: Int, to program: inout ElementProgram
  ) {
    switch self {
    case .layerNorm, .rmsNorm:
      appendNorm(output, element, columns: columns, &program)
    case .layerNormGradient, .rmsNormGradient:
      appendNormGradient(element, columns: columns, &program)
    case .weightGradient(let x, let gradient, let mean, let inverse, _):
      _ = program.lanes(rows) { row, sum, s throws(DisputeError) in
        let place = row * columns + element
        var value = try s.input(x, place)
        if let mean { value -= try s.input(mean, row) }
        return ScalarFunctions.fma(
          try s.input(gradient, place), value * (try s.input(inverse, row)), sum)
      }
    case .softmax(let x, _):
      let softmax = SoftmaxTerms(x, row: element / columns, columns: columns, &program)
      softmax.appendProbability(element, &program)
    case .softmaxGradient(let y, let gradient, _):
      let first = element / columns * columns
      let mean = program.lanes(columns) { c, sum, s throws(DisputeError) in
        ScalarFunctions.fma(try s.input(y, first + c), try s.input(gradient, first + c), sum)
      }
      program.append { s throws(DisputeError) in
        try s.input(y, element) * (s.input(gradient, element) - s.float(mean))
      }
    }
  }

  private func appendNorm(
    _ output: BufferID, _ element: Int, columns: Int, _ program: inout ElementProgram
  ) {
    let fma = ScalarFunctions.fma
    let count = Float(columns)
    switch self {
    case .layerNorm(let x, let weight, let bias, let out, let mean, _, let epsilon):
      let row = output == out ? element / columns : element
      let sum = program.lanes(columns) { c, sum, s throws(DisputeError) in
        try sum + s.input(x, row * columns + c)
      }
      let center = program.append { s throws(DisputeError) in try s.float(sum) / count }
      if output == mean { return }
      let squares = program.lanes(columns) { c, sum, s throws(DisputeError) in
        let d = try s.input(x, row * columns + c) - s.float(center)
        return fma(d, d, sum)
      }
      let scale = program.append { s throws(DisputeError) in
        1 / (try s.float(squares) / count + epsilon).squareRoot()
      }
      guard output == out else { return }
      program.append { s throws(DisputeError) in
        fma(
          try (s.input(x, element) - s.float(center)) * s.float(scale),
          try s.input(weight, element % columns), try s.input(bias, element % columns))
      }
    case .rmsNorm(let x, let weight, let out, _, let epsilon):
      let row = output == out ? element / columns : element
      let squares = program.lanes(columns) { c, sum, s throws(DisputeError) in
        let value = try s.input(x, row * columns + c)
        return fma(value, value, sum)
      }
      let scale = program.append { s throws(DisputeError) in
        1 / (try s.float(squares) / count + epsilon).squareRoot()
      }
      guard output == out else { return }
      program.append { s throws(DisputeError) in
        try (s.input(x, element) * s.float(scale)) * s.input(weight, element % columns)
      }
    default: break
    }
  }

  private func appendNormGradient(
    _ element: Int, columns: Int, _ program: inout ElementProgram
  ) {
    let fma = ScalarFunctions.fma
    let (row, count) = (element / columns, Float(columns))
    switch self {
    case .layerNormGradient(let x, let gradient, let weight, let mean, let inverse, _):
      /// h at a place of the row.
      @Sendable func h(_ place: Int, _ s: Scalars) throws(DisputeError) -> Float {
        try (s.input(x, place) - s.input(mean, row)) * s.input(inverse, row)
      }
      /// g at a place of the row.
      @Sendable func g(_ place: Int, _ s: Scalars) throws(DisputeError) -> Float {
        try s.input(gradient, place) * s.input(weight, place % columns)
      }
      let a = program.lanes(columns) { c, sum, s throws(DisputeError) in
        try sum + g(row * columns + c, s)
      }
      let b = program.lanes(columns) { c, sum, s throws(DisputeError) in
        let place = row * columns + c
        return fma(try g(place, s), try h(place, s), sum)
      }
      program.append { s throws(DisputeError) in
        let slope = try fma(h(element, s), s.float(b), s.float(a)) / count
        return try s.input(inverse, row) * (g(element, s) - slope)
      }
    case .rmsNormGradient(let x, let gradient, let weight, let inverse, _):
      /// h and g at a place of the row.
      @Sendable func factors(
        _ place: Int, _ s: Scalars
      ) throws(DisputeError) -> (h: Float, g: Float) {
        (
          try s.input(x, place) * s.input(inverse, row),
          try s.input(gradient, place) * s.input(weight, place % columns)
        )
      }
      let b = program.lanes(columns) { c, sum, s throws(DisputeError) in
        let (h, g) = try factors(row * columns + c, s)
        return fma(g, h, sum)
      }
      program.append { s throws(DisputeError) in
        let (h, g) = try factors(element, s)
        return try s.input(inverse, row) * fma(-h, s.float(b) / count, g)
      }
    default: break
    }
  }
}
