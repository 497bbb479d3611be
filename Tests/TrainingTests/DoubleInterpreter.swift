import AssaySpecification
import Foundation

/// Executes the forward instructions of a program in double precision, as a textbook would: what
/// gradients are checked against.
struct DoubleInterpreter {
  var values: [BufferID: [Double]] = [:]
  /// Rows whose label is not ignored.
  var countedRows = 1

  mutating func run(_ program: StepProgram) {
    for instruction in program.instructions { execute(instruction) }
  }

  func value(_ buffer: BufferID) -> [Double] { values[buffer] ?? [] }

  private mutating func execute(_ instruction: Instruction) {
    switch instruction {
    case .matmul(let a, let b, let out, let m, let n, let k, let transposeA, let transposeB):
      let (left, right) = (value(a), value(b))
      var result = [Double](repeating: 0, count: m * n)
      for i in 0..<m {
        for j in 0..<n {
          for l in 0..<k {
            result[i * n + j] +=
              left[transposeA ? l * m + i : i * k + l] * right[transposeB ? j * k + l : l * n + j]
          }
        }
      }
      values[out] = result
    case .addBias(let x, let bias, let out, _, let columns):
      let shift = value(bias)
      values[out] = value(x).enumerated().map { $1 + shift[$0 % columns] }
    case .unary(let function, let x, let out, _):
      values[out] = value(x).map { x in
        switch function {
        case .relu: max(x, 0)
        case .tanh: Foundation.tanh(x)
        case .gelu:
          0.5 * x * (1 + Foundation.tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
        case .geluErf: 0.5 * x * (1 + erf(x / 2.0.squareRoot()))
        case .sigmoid: 1 / (1 + exp(-x))
        case .silu: x / (1 + exp(-x))
        }
      }
    case .update(.scale(let x, let scale, let out, _)):
      let factor = value(scale)[0]
      values[out] = value(x).map { $0 * factor }
    case .add(let x, let y, let out, _):
      values[out] = zip(value(x), value(y)).map(+)
    case .softmaxCrossEntropy(
      let logits, let labels, _, let losses, let rows, let columns, let labelling):
      let (scores, targets) = (value(logits), value(labels))
      values[losses] = (0..<rows).map { row in
        let part = scores[row * columns..<(row + 1) * columns]
        let largest = part.max() ?? 0
        let sum = part.reduce(0) { $0 + exp($1 - largest) }
        guard targets[row] != labelling.ignored.map(Double.init) else { return 0 }
        let sharp = log(sum) - (part[row * columns + Int(targets[row])] - largest)
        let even = log(sum) - (part.reduce(0, +) / Double(columns) - largest)
        return sharp + Double(labelling.smoothing) * (even - sharp)
      }
    case .squaredError(let prediction, let target, let losses, let rows, let columns):
      let (found, wanted) = (value(prediction), value(target))
      values[losses] = (0..<rows).map { row in
        (row * columns..<(row + 1) * columns).reduce(0) {
          $0 + (found[$1] - wanted[$1]) * (found[$1] - wanted[$1])
        } / Double(columns)
      }
    case .mean(let x, let out, let count, let divisor):
      // What a divisor other than the count stands for is for whoever sets `countedRows` to say.
      let number = if case .countedRows = divisor { countedRows } else { count }
      values[out] = [value(x).reduce(0, +) / Double(number)]
    default:
      preconditionFailure("\(instruction) is not part of a forward pass")
    }
  }
}
