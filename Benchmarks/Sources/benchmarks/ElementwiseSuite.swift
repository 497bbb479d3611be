internal import AssaySpecification
internal import AssayTensors
internal import Foundation
internal import Harness

/// Element-wise operators, reductions, losses and updates: bytes read and written each second,
/// beside a copy of memory (the first case). The tensors fit the second-level cache.
enum ElementwiseSuite {
  private static let rows = 256
  private static let columns = 256
  private static let count = rows * columns

  private struct Case {
    var name: String
    var instruction: Instruction
    var sizes: [Int]
    var labels: Set<Int> = []
    /// Elements read and written.
    var elements: Int
  }

  static func make() -> [Suite] {
    [1, 2].map(suite)
  }

  private static func suite(threads: Int) -> Suite {
    var suite = Suite(
      "elementwise \(threads) threads", unit: "GB/s",
      parameters: [("elements", "\(count)"), ("path", CPUBackend.availablePaths[0].rawValue)])
    let repetitions = 400
    let source = KernelRun.contents(count)
    var target = source
    suite.add("memory copy, 1 thread", work: Double(8 * count * repetitions) / 1e9) {
      for _ in 0..<repetitions {
        // SAFETY: both arrays have `count` elements.
        unsafe target.withUnsafeMutableBytes { target in
          unsafe source.withUnsafeBytes { source in unsafe target.copyMemory(from: source) }
        }
      }
    }
    for entry in cases {
      let run = KernelRun(
        entry.instruction, sizes: entry.sizes, labels: entry.labels, repetitions: repetitions,
        path: .best, threads: threads)
      suite.add(entry.name, work: Double(4 * entry.elements * repetitions) / 1e9) { run() }
    }
    return suite
  }

  private static func b(_ index: Int) -> BufferID { BufferID(index: index) }

  private static var cases: [Case] {
    var cases = [
      Case(
        name: "add", instruction: .add(x: b(0), y: b(1), out: b(2), count: count),
        sizes: [count, count, count], elements: 3 * count),
      Case(
        name: "add bias",
        instruction: .addBias(x: b(0), bias: b(1), out: b(2), rows: rows, columns: columns),
        sizes: [count, columns, count], elements: 2 * count),
      Case(
        name: "column sum",
        instruction: .columnSum(x: b(0), out: b(1), rows: rows, columns: columns),
        sizes: [count, columns], elements: count),
      Case(
        name: "softmax cross-entropy",
        instruction: .softmaxCrossEntropy(
          logits: b(0), labels: b(1), probabilities: b(2), losses: b(3), rows: rows,
          columns: columns),
        sizes: [count, rows, count, rows], labels: [1], elements: 2 * count),
    ]
    for function in UnaryFunction.allCases {
      cases.append(
        Case(
          name: function.rawValue, instruction: .unary(function, x: b(0), out: b(1), count: count),
          sizes: [count, count], elements: 2 * count))
      cases.append(
        Case(
          name: "gradient of \(function.rawValue)",
          instruction: .unaryGradient(
            function, x: b(0), y: b(1), outputGradient: b(2), out: b(3), count: count),
          sizes: [count, count, count, count], elements: 3 * count))
    }
    cases.append(
      Case(
        name: "sgd with momentum",
        instruction: .sgd(
          parameter: b(0), gradient: b(1), velocity: b(2), count: count, momentum: 0.9,
          weightDecay: 0, nesterov: false), sizes: [count, count, count], elements: 5 * count))
    cases.append(
      Case(
        name: "adam",
        instruction: .adam(
          parameter: b(0), gradient: b(1), firstMoment: b(2), secondMoment: b(3), count: count,
          beta1: 0.9, oneMinusBeta1: 0.1, beta2: 0.999, oneMinusBeta2: 0.001, epsilon: 1e-8,
          weightDecay: 0.01, decoupled: true), sizes: [count, count, count, count],
        elements: 7 * count))
    return cases
  }
}
