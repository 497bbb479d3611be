import AssaySpecification
import AssayTensors
import AssayTestSupport
import Foundation
import Testing

/// Gradients against finite differences of the same function in double precision: the same bits
/// everywhere would be worth nothing if they were the wrong ones.
@Suite struct GradientTests {
  /// (f(x + h) − f(x − h)) / 2h, whose error is about h².
  private func difference(_ x: Double, _ function: (Double) -> Double) -> Double {
    let h = 1e-5
    return (function(x + h) - function(x - h)) / (2 * h)
  }

  @Test(arguments: [
    (UnaryFunction.relu, KernelFunction.relu), (.tanh, .tanh), (.gelu, .gelu),
    (.geluErf, .geluErf), (.sigmoid, .sigmoid), (.silu, .silu),
  ])
  func unaryGradientsAreDerivatives(unary: UnaryFunction, kernel: KernelFunction) throws {
    let x = stride(from: Float(-11), through: 11, by: 0.013).map { $0 }
    let gradient = x.indices.map { Float($0 % 7) - 3 }
    let instruction = Instruction.unaryGradient(
      unary, x: b(0), y: b(1), outputGradient: b(2), out: b(3), count: x.count)
    let y = apply(kernel, to: x, path: nil)
    let contents = [x, y, gradient, x].map { $0.map(\.bitPattern) }
    let out = try result(of: instruction, from: contents, on: CPUBackend())[3]
    for index in x.indices {
      let slope = difference(Double(x[index]), kernel.double)
      let expected = Double(gradient[index]) * slope
      let found = Double(Float(bitPattern: out[index]))
      #expect(abs(found - expected) < 3e-6 * max(1, abs(expected)), "at \(x[index])")
    }
  }

  /// The mean loss of a batch, straight from its definition.
  private func crossEntropy(_ logits: [Double], _ labels: [Int], _ columns: Int) -> Double {
    let losses = labels.indices.map { row in
      let x = logits[row * columns..<(row + 1) * columns]
      return Foundation.log(x.reduce(0) { $0 + Foundation.exp($1) })
        - x[row * columns + labels[row]]
    }
    return losses.reduce(0, +) / Double(labels.count)
  }

  @Test func softmaxCrossEntropyAndItsGradientAreThoseOfTheFormula() throws {
    let (rows, columns) = (6, 11)
    var draw = SeededGenerator()
    let logits = (0..<rows * columns).map { _ in 4 * draw.signedUnit() }
    let labels = (0..<rows).map { _ in Int(draw.next() % UInt64(columns)) }
    let zeros = [UInt32](repeating: 0, count: rows * columns)
    let bits = logits.map(\.bitPattern)
    let labelBits = labels.map { UInt32($0) }
    let forward = try result(
      of: .softmaxCrossEntropy(
        logits: b(0), labels: b(1), probabilities: b(2), losses: b(3), rows: rows,
        columns: columns),
      from: [bits, labelBits, zeros, [UInt32](repeating: 0, count: rows)], on: CPUBackend())
    let losses = forward[3].map { Double(Float(bitPattern: $0)) }
    let exact = logits.map(Double.init)
    let mean = losses.reduce(0, +) / Double(rows)
    #expect(abs(mean - crossEntropy(exact, labels, columns)) < 1e-6)

    let gradient = try result(
      of: .softmaxCrossEntropyGradient(
        probabilities: b(0), labels: b(1), out: b(2), rows: rows, columns: columns,
        divisor: .fixed(rows)),
      from: [forward[2], labelBits, zeros], on: CPUBackend())[2]
    for index in exact.indices {
      let expected = difference(exact[index]) { value in
        var changed = exact
        changed[index] = value
        return crossEntropy(changed, labels, columns)
      }
      #expect(abs(Double(Float(bitPattern: gradient[index])) - expected) < 1e-7, "at \(index)")
    }
  }

  @Test func squaredErrorAndItsGradientAreThoseOfTheFormula() throws {
    let (rows, columns) = (5, 70)
    var draw = SeededGenerator()
    let prediction = (0..<rows * columns).map { _ in draw.signedUnit() }
    let target = (0..<rows * columns).map { _ in draw.signedUnit() }
    let bits = [prediction, target].map { $0.map(\.bitPattern) }
    let losses = try result(
      of: .squaredError(
        prediction: b(0), target: b(1), losses: b(2), rows: rows, columns: columns),
      from: bits + [[UInt32](repeating: 0, count: rows)], on: CPUBackend())[2]
    let mean = losses.reduce(0) { $0 + Double(Float(bitPattern: $1)) } / Double(rows)
    let squares = zip(prediction, target).map { pow(Double($0) - Double($1), 2) }
    #expect(abs(mean - squares.reduce(0, +) / Double(rows * columns)) < 1e-6)

    let gradient = try result(
      of: .squaredErrorGradient(
        prediction: b(0), target: b(1), out: b(2), rows: rows, columns: columns,
        divisor: .fixed(rows * columns)),
      from: bits + [bits[0]], on: CPUBackend())[2]
    for index in gradient.indices {
      let count = Double(rows * columns)
      let expected = difference(Double(prediction[index])) { value in
        pow(value - Double(target[index]), 2) / count
      }
      #expect(abs(Double(Float(bitPattern: gradient[index])) - expected) < 1e-9, "at \(index)")
    }
  }

  /// Adam's first step moves every parameter by the learning rate against its gradient's sign.
  @Test func theFirstStepOfAdamHasTheLengthOfTheLearningRate() throws {
    let gradient: [Float] = [3, -0.2, 1e-3, -700]
    let zeros = [Float](repeating: 0, count: 4)
    let instruction = Instruction.adam(
      parameter: b(0), gradient: b(1), firstMoment: b(2), secondMoment: b(3), count: 4,
      beta1: 0.9, oneMinusBeta1: 0.1, beta2: 0.999, oneMinusBeta2: 0.001, epsilon: 1e-12,
      weightDecay: 0, decoupled: false)
    let scalars = StepScalars(
      learningRate: 0.25, firstMomentCorrection: 0.1,
      secondMomentCorrectionRoot: Float(0.001).squareRoot())
    let found = try result(
      of: instruction, from: [zeros, gradient, zeros, zeros].map { $0.map(\.bitPattern) },
      on: CPUBackend(), scalars: scalars)[0].map { Float(bitPattern: $0) }
    for (step, slope) in zip(found, gradient) {
      #expect(abs(step + (slope > 0 ? 0.25 : -0.25)) < 1e-6)
    }
  }
}
