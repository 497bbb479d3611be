internal import AssaySpecification

extension ConvolutionInstruction {
  var written: [BufferID] {
    switch self {
    case .forward(_, _, let out), .inputGradient(_, _, let out), .weightGradient(_, _, let out):
      [out]
    }
  }

  func append(
    _ element: Int, _ g: ConvolutionGeometry, of numbers: Numbers,
    to program: inout ElementProgram
  ) {
    switch self {
    case .forward(let x, let weight, _): appendForward(x, weight, element, g, numbers, &program)
    case .inputGradient(let gradient, let weight, _):
      appendInputGradient(gradient, weight, element, g, numbers, &program)
    case .weightGradient(let gradient, let x, _):
      appendWeightGradient(gradient, x, element, g, numbers, &program)
    }
  }

  private func appendForward(
    _ x: BufferID, _ weight: BufferID, _ element: Int, _ g: ConvolutionGeometry,
    _ numbers: Numbers, _ program: inout ElementProgram
  ) {
    let positions = g.outputHeight * g.outputWidth
    let (n, rest) = element.quotientAndRemainder(dividingBy: g.outputChannels * positions)
    let (o, position) = rest.quotientAndRemainder(dividingBy: positions)
    let row = position / g.outputWidth * g.stride - g.padding
    let column = position % g.outputWidth * g.stride - g.padding
    let channel = n * g.inputChannels + o / g.outputsPerGroup * g.inputsPerGroup
    program.sum(g.windowCount, of: numbers) { k in
      let (a, i, j) = g.tap(k)
      return (
        Factor(x, g.input.place(channel + a, row + i, column + j)),
        Factor(weight, o * g.windowCount + k)
      )
    }
  }

  private func appendInputGradient(
    _ gradient: BufferID, _ weight: BufferID, _ element: Int, _ g: ConvolutionGeometry,
    _ numbers: Numbers, _ program: inout ElementProgram
  ) {
    let (plane, place) = element.quotientAndRemainder(dividingBy: g.height * g.width)
    let (n, a) = plane.quotientAndRemainder(dividingBy: g.inputChannels)
    let (h, w) = place.quotientAndRemainder(dividingBy: g.width)
    let group = a / g.inputsPerGroup
    // The taps that some window has at this place, were it large enough.
    var taps: [(i: Int, j: Int)] = []
    for i in 0..<g.kernelHeight where (h + g.padding - i) % g.stride == 0 {
      for j in 0..<g.kernelWidth where (w + g.padding - j) % g.stride == 0 { taps.append((i, j)) }
    }
    let found = taps
    program.sum(g.outputsPerGroup * found.count, of: numbers) { k in
      let (i, j) = found[k % found.count]
      let o = group * g.outputsPerGroup + k / found.count
      let dy = g.output.place(
        n * g.outputChannels + o, (h + g.padding - i) / g.stride,
        (w + g.padding - j) / g.stride)
      let tap = (a % g.inputsPerGroup * g.kernelHeight + i) * g.kernelWidth + j
      return (Factor(gradient, dy), Factor(weight, o * g.windowCount + tap))
    }
  }

  private func appendWeightGradient(
    _ gradient: BufferID, _ x: BufferID, _ element: Int, _ g: ConvolutionGeometry,
    _ numbers: Numbers, _ program: inout ElementProgram
  ) {
    let (o, k) = element.quotientAndRemainder(dividingBy: g.windowCount)
    let (a, i, j) = g.tap(k)
    let channel = o / g.outputsPerGroup * g.inputsPerGroup + a
    let positions = g.outputHeight * g.outputWidth
    program.sum(g.batch * positions, of: numbers) { k in
      let (n, position) = k.quotientAndRemainder(dividingBy: positions)
      let (r, c) = position.quotientAndRemainder(dividingBy: g.outputWidth)
      let element = g.input.place(
        n * g.inputChannels + channel, r * g.stride - g.padding + i,
        c * g.stride - g.padding + j)
      return (
        Factor(gradient, g.output.place(n * g.outputChannels + o, r, c)), Factor(x, element)
      )
    }
  }
}

extension PoolingInstruction {
  var written: [BufferID] {
    switch self {
    case .maximum(_, let out, let indices): [out, indices]
    case .maximumGradient(_, _, let out), .average(_, let out), .averageGradient(_, let out): [out]
    }
  }

  func append(
    _ output: BufferID, _ element: Int, _ g: ConvolutionGeometry, to program: inout ElementProgram
  ) {
    let isOutput =
      switch self {
      case .maximum, .average: true
      case .maximumGradient, .averageGradient: false
      }
    let extents = isOutput ? g.output : g.input
    let (plane, place) = element.quotientAndRemainder(dividingBy: extents.height * extents.width)
    let (row, column) = place.quotientAndRemainder(dividingBy: extents.width)
    let top = row * g.stride - g.padding
    let left = column * g.stride - g.padding
    let size = g.kernelHeight * g.kernelWidth
    let positions = g.outputHeight * g.outputWidth
    switch self {
    case .maximum(let x, let out, _):
      appendMaximum(x, plane: plane, top: top, left: left, g, &program)
      if output == out {
        let best = program.count - 1
        program.append { s throws(DisputeError) in
          try s.input(x, plane * g.height * g.width + s.integer(best, below: g.height * g.width))
        }
      }
    case .average(let x, _):
      let sum = program.chain(size) { k, sum, s throws(DisputeError) in
        let (_, i, j) = g.tap(k)
        guard let place = g.input.place(plane, top + i, left + j) else { return sum + 0 }
        return try sum + s.input(x, place)
      }
      program.append { s throws(DisputeError) in try s.float(sum) / Float(size) }
    case .maximumGradient(let gradient, let indices, _):
      _ = program.chain(positions) { y, sum, s throws(DisputeError) in
        let from = plane * positions + y
        return try s.integer(indices, from) == place ? sum + s.input(gradient, from) : sum
      }
    case .averageGradient(let gradient, _):
      _ = program.chain(positions) { y, sum, s throws(DisputeError) in
        let i = row - (y / g.outputWidth * g.stride - g.padding)
        let j = column - (y % g.outputWidth * g.stride - g.padding)
        guard (0..<g.kernelHeight).contains(i), (0..<g.kernelWidth).contains(j) else { return sum }
        return try sum + s.input(gradient, plane * positions + y) / Float(size)
      }
    }
  }

  /// The place of the largest element so far in its plane, tap by tap; −1 before the first.
  private func appendMaximum(
    _ x: BufferID, plane: Int, top: Int, left: Int, _ g: ConvolutionGeometry,
    _ program: inout ElementProgram
  ) {
    let first = program.count
    let base = plane * g.height * g.width
    program.append(g.kernelHeight * g.kernelWidth) {
      (k: Int, s: Scalars) throws(DisputeError) -> UInt64 in
      let best = k == 0 ? -1 : try s.integer(first + k - 1, below: g.height * g.width)
      let (_, i, j) = g.tap(k)
      let (row, column) = (top + i, left + j)
      guard (0..<g.height).contains(row), (0..<g.width).contains(column) else {
        return Scalars.bits(best)
      }
      let place = row * g.width + column
      guard best >= 0 else { return Scalars.bits(place) }
      let (old, new) = (try s.input(x, base + best), try s.input(x, base + place))
      return Scalars.bits(new > old || new.isNaN && !old.isNaN ? place : best)
    }
  }
}

extension ConvolutionGeometry {
  var inputsPerGroup: Int { inputChannels / groups }
  var outputsPerGroup: Int { outputChannels / groups }

  /// The planes on either side.
  var input: Plane { Plane(height: height, width: width) }
  var output: Plane { Plane(height: outputHeight, width: outputWidth) }

  /// Channel, row and column within a window.
  func tap(_ k: Int) -> (channel: Int, row: Int, column: Int) {
    let size = kernelHeight * kernelWidth
    return (k / size, k % size / kernelWidth, k % kernelWidth)
  }
}

/// Rows and columns of images.
struct Plane: Sendable {
  let height: Int
  let width: Int

  /// The place of element (row, column) of plane number `plane`; nil outside of it.
  func place(_ plane: Int, _ row: Int, _ column: Int) -> Int? {
    guard (0..<height).contains(row), (0..<width).contains(column) else { return nil }
    return (plane * height + row) * width + column
  }
}

extension Scalars {
  /// An earlier value that is a place in a plane, or −1. What both have committed to may be any.
  fileprivate func integer(_ index: Int, below count: Int) throws(DisputeError) -> Int {
    let place = try integer(index)
    guard (-1..<count).contains(place) else { throw .noSuchElement(index: place, count: count) }
    return place
  }
}
