import AssaySpecification
import AssayTensors
import AssayTestSupport
import Foundation
import Testing

/// Gradients of norms, softmax and attention against finite differences in double precision, and
/// what lookups, dropout and clipping mean.
@Suite struct SequenceGradientTests {
  private typealias Vector = [Double]

  private func random(_ count: Int, _ draw: inout SeededGenerator) -> [Float] {
    (0..<count).map { _ in draw.signedUnit() }
  }

  /// The outputs of an instruction whose buffers start with these numbers, or zeros.
  private func run(_ instruction: Instruction, _ buffers: [Int: [Float]]) throws -> [[Float]] {
    let program = try instruction.program()
    let contents = program.buffers.enumerated().map { index, buffer in
      let given = buffers[index] ?? []
      return (given + [Float](repeating: 0, count: buffer.shape.elementCount - given.count))
        .map(\.bitPattern)
    }
    return try result(of: instruction, from: contents, on: CPUBackend())
      .map { $0.map { Float(bitPattern: $0) } }
  }

  /// Expects `found` to be the slope of Σ gradient·function(x) at `x`.
  private func expectSlope(
    _ found: [Float], of function: (Vector) -> Vector, at x: [Float], along gradient: [Float],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let point = x.map(Double.init)
    func loss(_ x: Vector) -> Double {
      zip(function(x), gradient).reduce(0) { $0 + $1.0 * Double($1.1) }
    }
    let h = 1e-5
    for index in x.indices {
      var above = point
      above[index] += h
      var below = point
      below[index] -= h
      let slope = (loss(above) - loss(below)) / (2 * h)
      #expect(
        abs(Double(found[index]) - slope) < 4e-6 * max(1, abs(slope)), "element \(index)",
        sourceLocation: sourceLocation)
    }
  }

  private func eachRow(_ x: Vector, _ columns: Int, _ body: (Vector) -> Vector) -> Vector {
    stride(from: 0, to: x.count, by: columns).flatMap { body(Array(x[$0..<$0 + columns])) }
  }

  @Test func layerNormAndItsGradientsAreThoseOfTheFormula() throws {
    let (rows, columns, epsilon) = (3, 70, Float(1e-3))
    var draw = SeededGenerator()
    let x = random(rows * columns, &draw)
    let weight = random(columns, &draw)
    let bias = random(columns, &draw)
    let gradient = random(rows * columns, &draw)
    func norm(_ x: Vector, _ weight: Vector) -> Vector {
      eachRow(x, columns) { row in
        let mean = row.reduce(0, +) / Double(columns)
        let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(columns)
        return row.indices.map {
          (row[$0] - mean) / (variance + Double(epsilon)).squareRoot() * weight[$0]
            + Double(bias[$0])
        }
      }
    }
    let forward = try run(
      .row(
        .layerNorm(
          x: b(0), weight: b(1), bias: b(2), out: b(3), mean: b(4), inverse: b(5),
          epsilon: epsilon), rows: rows, columns: columns), [0: x, 1: weight, 2: bias])
    let exact = norm(x.map(Double.init), weight.map(Double.init))
    for (found, expected) in zip(forward[3], exact) {
      #expect(abs(Double(found) - expected) < 3e-6)
    }
    let dx = try run(
      .row(
        .layerNormGradient(
          x: b(0), outputGradient: b(1), weight: b(2), mean: b(3), inverse: b(4), out: b(5)),
        rows: rows, columns: columns),
      [0: x, 1: gradient, 2: weight, 3: forward[4], 4: forward[5]])[5]
    expectSlope(dx, of: { norm($0, weight.map(Double.init)) }, at: x, along: gradient)
    let dw = try run(
      .row(
        .weightGradient(x: b(0), outputGradient: b(1), mean: b(2), inverse: b(3), out: b(4)),
        rows: rows, columns: columns), [0: x, 1: gradient, 2: forward[4], 3: forward[5]])[4]
    expectSlope(dw, of: { norm(x.map(Double.init), $0) }, at: weight, along: gradient)
  }

  @Test func rmsNormAndItsGradientsAreThoseOfTheFormula() throws {
    let (rows, columns, epsilon) = (4, 33, Float(1e-3))
    var draw = SeededGenerator()
    let x = random(rows * columns, &draw)
    let weight = random(columns, &draw)
    let gradient = random(rows * columns, &draw)
    func norm(_ x: Vector, _ weight: Vector) -> Vector {
      eachRow(x, columns) { row in
        let square = row.reduce(0) { $0 + $1 * $1 } / Double(columns)
        return row.indices.map {
          row[$0] / (square + Double(epsilon)).squareRoot() * weight[$0]
        }
      }
    }
    let forward = try run(
      .row(
        .rmsNorm(x: b(0), weight: b(1), out: b(2), inverse: b(3), epsilon: epsilon), rows: rows,
        columns: columns), [0: x, 1: weight])
    let exact = norm(x.map(Double.init), weight.map(Double.init))
    for (found, expected) in zip(forward[2], exact) {
      #expect(abs(Double(found) - expected) < 3e-6)
    }
    let dx = try run(
      .row(
        .rmsNormGradient(
          x: b(0), outputGradient: b(1), weight: b(2), inverse: b(3), out: b(4)), rows: rows,
        columns: columns), [0: x, 1: gradient, 2: weight, 3: forward[3]])[4]
    expectSlope(dx, of: { norm($0, weight.map(Double.init)) }, at: x, along: gradient)
    let dw = try run(
      .row(
        .weightGradient(x: b(0), outputGradient: b(1), mean: nil, inverse: b(2), out: b(3)),
        rows: rows, columns: columns), [0: x, 1: gradient, 2: forward[3]])[3]
    expectSlope(dw, of: { norm(x.map(Double.init), $0) }, at: weight, along: gradient)
  }

  @Test func softmaxAndItsGradientAreThoseOfTheFormula() throws {
    let (rows, columns) = (3, 21)
    var draw = SeededGenerator()
    let x = random(rows * columns, &draw)
    let gradient = random(rows * columns, &draw)
    func softmax(_ x: Vector) -> Vector {
      eachRow(x, columns) { row in
        let sum = row.reduce(0) { $0 + Foundation.exp($1) }
        return row.map { Foundation.exp($0) / sum }
      }
    }
    let y = try run(.row(.softmax(x: b(0), out: b(1)), rows: rows, columns: columns), [0: x])[1]
    for (found, expected) in zip(y, softmax(x.map(Double.init))) {
      #expect(abs(Double(found) - expected) < 1e-7)
    }
    let dx = try run(
      .row(
        .softmaxGradient(y: b(0), outputGradient: b(1), out: b(2)), rows: rows, columns: columns),
      [0: y, 1: gradient])[2]
    expectSlope(dx, of: softmax, at: x, along: gradient)
  }

  /// One head after another, straight from the formula: x is query, key and value side by side.
  private func attention(_ x: Vector, _ geometry: AttentionGeometry) -> Vector {
    let width = geometry.headWidth * geometry.heads
    var out = Vector(repeating: 0, count: geometry.batch * geometry.positions * width)
    for batch in 0..<geometry.batch {
      for head in 0..<geometry.heads {
        func at(_ part: Int, _ t: Int, _ d: Int) -> Int {
          ((batch * geometry.positions + t) * 3 + part) * width + head * geometry.headWidth + d
        }
        for t in 0..<geometry.positions {
          let seen = geometry.isCausal ? t + 1 : geometry.positions
          let weights = (0..<seen).map { j in
            let dot = (0..<geometry.headWidth).reduce(0) { $0 + x[at(0, t, $1)] * x[at(1, j, $1)] }
            return Foundation.exp(dot / Double(geometry.headWidth).squareRoot())
          }
          let sum = weights.reduce(0, +)
          for d in 0..<geometry.headWidth {
            out[(batch * geometry.positions + t) * width + head * geometry.headWidth + d] =
              (0..<seen).reduce(0) { $0 + weights[$1] / sum * x[at(2, $1, d)] }
          }
        }
      }
    }
    return out
  }

  @Test(arguments: [true, false])
  func attentionAndItsGradientsAreThoseOfTheFormula(isCausal: Bool) throws {
    let geometry = AttentionGeometry(
      batch: 2, positions: 9, heads: 2, headWidth: 5, isCausal: isCausal)
    let width = 10
    var draw = SeededGenerator()
    let x = random(2 * 9 * 3 * width, &draw)
    let gradient = random(2 * 9 * width, &draw)
    let instructions = AttentionTests.all(2, 9, 2, 5, isCausal: isCausal)
    let forward = try run(instructions[1], [0: x])
    for (found, expected) in zip(forward[1], attention(x.map(Double.init), geometry)) {
      #expect(abs(Double(found) - expected) < 1e-6)
    }
    let dx = try run(
      instructions[3], [0: x, 1: gradient, 2: forward[2], 3: forward[3]])[4]
    expectSlope(dx, of: { attention($0, geometry) }, at: x, along: gradient)
  }

  @Test func dropoutDrawsTheWordsOfPhilox() throws {
    let (count, node, threshold) = (1000, UInt32(0x00ab_cdef), UInt32(0x4000_0000))
    let scalars = StepScalars(step: 0x1_2345_6789_abcd, learningRate: 0)
    let instruction = Instruction.sequence(
      .dropout(
        x: b(0), out: b(1), count: count, seed: 0xfeed_5eed_0bad_cafe, node: node,
        threshold: threshold, scale: 2))
    let ones = [UInt32](repeating: Float(1).bitPattern, count: count)
    let generator = Philox4x32(seed: 0xfeed_5eed_0bad_cafe)
    for path in CPUBackend.availablePaths {
      let found = try result(
        of: instruction, from: [ones, ones], on: CPUBackend(path: path), scalars: scalars)[1]
      for index in 0..<count {
        let block = generator.block(
          purpose: .dropout, step: scalars.step, index: UInt64(node) << 32 + UInt64(index / 4))
        let word = [block.0, block.1, block.2, block.3][index % 4]
        #expect(Float(bitPattern: found[index]) == (word >= threshold ? 2 : 0))
      }
    }
  }

  @Test func aGradientBeyondTheLimitIsScaledToIt() throws {
    let gradients: [Int: [Float]] = [0: [3, 0], 1: [0, 4, 0]]
    func scale(_ limit: Float, _ gradients: [Int: [Float]]) throws -> Float {
      try run(
        .update(.clipScale(gradients: [b(0), b(1)], counts: [2, 3], out: b(2), limit: limit)),
        gradients)[2][0]
    }
    #expect(try scale(5, gradients) == 1)
    #expect(try scale(2.5, gradients) == 0.5)
    #expect(try scale(1, [0: [.nan]]).bitPattern == 0x7fc0_0000)
    #expect(try scale(1, [0: [.infinity]]) == 0)
  }

  @Test func aRotationIsUndoneByItsInverse() throws {
    let (rows, period, heads, headWidth) = (6, 3, 2, 8)
    var draw = SeededGenerator()
    let x = random(rows * heads * headWidth, &draw)
    let angles = (0..<period * headWidth / 2).map { _ in 3 * draw.signedUnit() }
    func rotate(_ x: [Float], isInverse: Bool) throws -> [Float] {
      try run(
        .sequence(
          .rotate(
            x: b(0), cosines: b(1), sines: b(2), out: b(3), rows: rows, period: period,
            heads: heads, headWidth: headWidth, isInverse: isInverse)),
        [0: x, 1: angles.map { Foundation.cos($0) }, 2: angles.map { Foundation.sin($0) }])[3]
    }
    let turned = try rotate(x, isInverse: false)
    #expect(turned != x)
    for (found, expected) in zip(try rotate(turned, isInverse: true), x) {
      #expect(abs(found - expected) < 1e-6)
    }
  }
}
