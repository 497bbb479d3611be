import AssaySpecification
import AssayTensors
import AssayTestSupport
import Testing

/// A convolution and its gradients against sums in double precision that share no code with them:
/// ⟨dy, conv(x, w)⟩ is linear in x and in w, so that its gradients are its differences, exactly.
@Suite struct ConvolutionGradientTests {
  private func draw(_ count: Int, _ generator: inout SeededGenerator) -> [Float] {
    (0..<count).map { _ in generator.signedUnit() }
  }

  /// Σ dy·y over every output and every tap, one product at a time.
  private func inner(
    _ g: ConvolutionGeometry, x: [Double], weight: [Double], dy: [Double]
  ) -> Double {
    var total = 0.0
    visit(g) { x0, weight0, y0 in total += x[x0] * weight[weight0] * dy[y0] }
    return total
  }

  /// Calls with the places of every product of an input, a weight and an output.
  private func visit(_ g: ConvolutionGeometry, _ body: (Int, Int, Int) -> Void) {
    let inputs = g.inputChannels / g.groups, outputs = g.outputChannels / g.groups
    for n in 0..<g.batch {
      for h in 0..<g.height {
        for w in 0..<g.width {
          for c in 0..<g.inputChannels {
            for i in 0..<g.kernelHeight {
              for j in 0..<g.kernelWidth {
                let row = h + g.padding - i, column = w + g.padding - j
                guard row >= 0, column >= 0, row % g.stride == 0, column % g.stride == 0,
                  row / g.stride < g.outputHeight, column / g.stride < g.outputWidth
                else { continue }
                for o in c / inputs * outputs..<(c / inputs + 1) * outputs {
                  body(
                    ((n * g.inputChannels + c) * g.height + h) * g.width + w,
                    ((o * inputs + c % inputs) * g.kernelHeight + i) * g.kernelWidth + j,
                    ((n * g.outputChannels + o) * g.outputHeight + row / g.stride) * g.outputWidth
                      + column / g.stride)
                }
              }
            }
          }
        }
      }
    }
  }

  @Test(arguments: [1, 2, 4, 5, 6, 7, 10, 12, 13, 14, 17, 21, 22])
  func allThreeAreDerivativesOfOneSum(place: Int) throws {
    let geometry = ConvolutionTests.geometries[place]
    var generator = SeededGenerator(seed: UInt64(place))
    let x = draw(geometry.inputCount, &generator)
    let weight = draw(geometry.weightCount, &generator)
    let dy = draw(geometry.outputCount, &generator)
    var expected = [
      [Double](repeating: 0, count: dy.count), [Double](repeating: 0, count: x.count),
      [Double](repeating: 0, count: weight.count),
    ]
    visit(geometry) { x0, weight0, y0 in
      expected[0][y0] += Double(x[x0]) * Double(weight[weight0])
      expected[1][x0] += Double(dy[y0]) * Double(weight[weight0])
      expected[2][weight0] += Double(dy[y0]) * Double(x[x0])
    }
    let inputs = [[x, weight], [dy, weight], [dy, x]]
    for (index, instruction) in ConvolutionTests.instructions(geometry).enumerated() {
      let contents = (inputs[index] + [expected[index].map { _ in 0 }]).map {
        $0.map(\.bitPattern)
      }
      let found = try result(of: instruction, from: contents, on: CPUBackend())[2]
      for (bits, value) in zip(found, expected[index]) {
        #expect(abs(Double(Float(bitPattern: bits)) - value) < 2e-5 * max(1, abs(value)))
      }
    }
    // The sums above are themselves the differences of the inner product.
    let doubles = (x.map(Double.init), weight.map(Double.init), dy.map(Double.init))
    let base = inner(geometry, x: doubles.0, weight: doubles.1, dy: doubles.2)
    for element in [0, x.count / 2, x.count - 1] {
      var moved = doubles.0
      moved[element] += 1
      let slope = inner(geometry, x: moved, weight: doubles.1, dy: doubles.2) - base
      #expect(abs(slope - expected[1][element]) < 1e-9)
    }
    for element in [0, weight.count / 2, weight.count - 1] {
      var moved = doubles.1
      moved[element] += 1
      let slope = inner(geometry, x: doubles.0, weight: moved, dy: doubles.2) - base
      #expect(abs(slope - expected[2][element]) < 1e-9)
    }
  }
}
