internal import AssaySpecification
internal import AssayTensors

extension LaunchPlan {
  mutating func add(
    _ instruction: IntegerInstruction, _ number: Launch.Argument
  ) throws(BackendError) {
    switch instruction {
    case .roundWeights(let weight, let type, let out, let count, let shift):
      try launch(
        "integer_round_\(type.bits)", elements: count,
        [at(weight), at(out), .long(count), int(shift), number])
    case .matmul(let a, let b, let out, let m, let n, let k, let transposeA, let transposeB):
      try addMatmul(
        "integer_", a, b, out, m: m, n: n, k: k, transposeA: transposeA, transposeB: transposeB)
    case .convolution(let instruction, let geometry):
      try addConvolution("integer_", instruction, geometry)
    case .activate(let x, let out, let count, let shift):
      try launch(
        "integer_activate", elements: count, [at(x), at(out), .long(count), int(shift), number])
    case .poolActivate(let x, let out, let planes, let height, let width, let shift):
      let count = planes * height * width
      try launch(
        "integer_pool_activate", elements: count,
        [at(x), at(out), .long(count), .long(width), int(shift), number])
    case .maskGradient(let gradient, let activation, let out, let count, let shift):
      try launch(
        "integer_mask_gradient", elements: count,
        [at(gradient), at(activation), at(out), .long(count), int(shift), number])
    case .spread(let x, let out, let planes, let height, let width):
      let count = 4 * planes * height * width
      try launch(
        "integer_spread", elements: count, [at(x), at(out), .long(count), .long(width)])
    case .loss(let logits, let labels, let gradient, let value, let rows, let loss):
      let missing = room(4 * rows)
      try launch(
        "integer_loss_rows", groups: [(rows + 63) / 64], items: 64,
        [
          at(logits), at(labels), .long(table(of: loss)), at(gradient), .long(missing), int(rows),
          int(loss.classCount), int(loss.shift), number,
        ])
      try launch(
        "integer_loss", groups: [1], items: 1, [.long(missing), at(value), int(rows)])
    case .update(let weight, let velocity, let gradient, let type, let count, let decayShift):
      try launch(
        "integer_update_\(type.bits)", elements: count,
        [
          at(weight), at(velocity ?? weight), at(gradient), .long(count),
          flag(velocity != nil), int(decayShift),
        ])
    }
  }
}

extension ElementType {
  fileprivate var bits: Int { 8 * byteCount }
}
