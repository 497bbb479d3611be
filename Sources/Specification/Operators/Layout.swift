internal import AssayWire

/// The same numbers under another shape; the first extent, the batch, stays.
struct Reshape: Operator {
  static let name = "reshape"
  static let inputCount = 1
  static let isAlias = true

  /// The extents after the batch.
  let shape: [Int]

  init(attributes: inout JSONFields) throws(WireError) {
    shape = try attributes.integers("shape")
  }

  func output(of inputs: [TensorType]) throws(OperatorMisfit) -> TensorType {
    let x = inputs[0].shape
    let type = try TensorType.float32(Array(x.dimensions.prefix(1)) + shape)
    guard !x.dimensions.isEmpty, type.shape.elementCount == x.elementCount else {
      throw OperatorMisfit(reason: "reshape to [batch] and \(shape) does not fit \(x)")
    }
    return TensorType(elementType: inputs[0].elementType, shape: type.shape)
  }

  func forward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    program.alias(node.name, to: node.inputNames[0])
  }

  func backward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    program.pass(program.gradient(of: node.name), to: node.inputNames[0])
  }
}

/// The places from `first` on, `count` of them, of the last extent.
struct Slice: Operator {
  static let name = "slice"
  static let inputCount = 1

  let first: Int
  let count: Int

  init(attributes: inout JSONFields) throws(WireError) {
    first = try attributes.integer("first", in: 0...1 << 32)
    count = try attributes.integer("count", in: 1...1 << 32)
  }

  func output(of inputs: [TensorType]) throws(OperatorMisfit) -> TensorType {
    guard let columns = inputs[0].shape.dimensions.last, inputs[0].elementType == .float32,
      first + count <= columns
    else {
      throw OperatorMisfit(
        reason: "slice of \(count) from \(first) does not fit \(inputs[0].shape)")
    }
    return try .float32(inputs[0].shape.dimensions.dropLast() + [count])
  }

  func forward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    let (rows, columns) = node.inputTypes[0].shape.rowsAndColumns
    program.emit(
      .sequence(
        .copy(
          x: node.inputs[0], xOffset: first, xStrides: [columns, 1], out: node.output,
          outOffset: 0, outStrides: [count, 1], extents: [rows, count])))
  }

  func backward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    guard program.needsGradient(node.inputNames[0]) else { return }
    let (rows, columns) = node.inputTypes[0].shape.rowsAndColumns
    let gradient = program.gradient(of: node.name)
    let share = program.scratchGradient(node.inputNames[0], node.inputTypes[0].shape)
    program.emit(.sequence(.clear(out: share, count: rows * columns)))
    program.emit(
      .sequence(
        .copy(
          x: gradient, xOffset: 0, xStrides: [count, 1], out: share, outOffset: first,
          outStrides: [columns, 1], extents: [rows, count])))
    program.pass(share, to: node.inputNames[0])
  }
}

/// Two tensors side by side along the last extent.
struct Concatenate: Operator {
  static let name = "concatenate"
  static let inputCount = 2

  init(attributes: inout JSONFields) throws(WireError) {}

  func output(of inputs: [TensorType]) throws(OperatorMisfit) -> TensorType {
    let (x, y) = (inputs[0].shape.dimensions, inputs[1].shape.dimensions)
    guard inputs.allSatisfy({ $0.elementType == .float32 }), let last = x.last,
      let other = y.last, x.dropLast() == y.dropLast()
    else {
      throw OperatorMisfit(
        reason: "concatenate expects shapes that differ in the last extent only, found "
          + "\(inputs[0].shape) and \(inputs[1].shape)")
    }
    return try .float32(x.dropLast() + [last + other])
  }

  func forward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    let (rows, columns) = node.outputType.shape.rowsAndColumns
    for (input, place) in zip(node.inputs, places(node)) {
      program.emit(
        .sequence(
          .copy(
            x: input, xOffset: 0, xStrides: [place.count, 1], out: node.output,
            outOffset: place.first, outStrides: [columns, 1], extents: [rows, place.count])))
    }
  }

  func backward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    let (rows, columns) = node.outputType.shape.rowsAndColumns
    let gradient = program.gradient(of: node.name)
    for (name, place) in zip(node.inputNames, places(node)).reversed() {
      program.contribute(to: name) { out in
        .sequence(
          .copy(
            x: gradient, xOffset: place.first, xStrides: [columns, 1], out: out, outOffset: 0,
            outStrides: [place.count, 1], extents: [rows, place.count]))
      }
    }
  }

  private func places(_ node: LoweredNode) -> [(first: Int, count: Int)] {
    let counts = node.inputTypes.map { $0.shape.rowsAndColumns.columns }
    return [(0, counts[0]), (counts[0], counts[1])]
  }
}

/// The extents after the batch in another order: `order` [1, 0] turns [batch×a×b] into [batch×b×a].
struct Transpose: Operator {
  static let name = "transpose"
  static let inputCount = 1

  let order: [Int]

  init(attributes: inout JSONFields) throws(WireError) {
    order = try attributes.integers("order")
    guard order.sorted() == Array(order.indices) else {
      throw attributes.failure(
        "order", "expected the numbers from 0 to \(order.count - 1), each once, found \(order)")
    }
  }

  func output(of inputs: [TensorType]) throws(OperatorMisfit) -> TensorType {
    let x = inputs[0].shape.dimensions
    guard inputs[0].elementType == .float32, x.count == order.count + 1 else {
      throw OperatorMisfit(
        reason: "transpose of \(order.count) extents after the batch does not fit "
          + "\(inputs[0].shape)")
    }
    return try .float32([x[0]] + order.map { x[$0 + 1] })
  }

  func forward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    let extents = node.outputType.shape.dimensions
    program.emit(
      .sequence(
        .copy(
          x: node.inputs[0], xOffset: 0, xStrides: permutedStrides(node), out: node.output,
          outOffset: 0, outStrides: Self.strides(extents), extents: extents)))
  }

  func backward(_ node: LoweredNode, _ program: inout ProgramBuilder) {
    let extents = node.outputType.shape.dimensions
    let gradient = program.gradient(of: node.name)
    program.contribute(to: node.inputNames[0]) { out in
      .sequence(
        .copy(
          x: gradient, xOffset: 0, xStrides: Self.strides(extents), out: out, outOffset: 0,
          outStrides: permutedStrides(node), extents: extents))
    }
  }

  /// Strides of the input in the order of the output's extents.
  private func permutedStrides(_ node: LoweredNode) -> [Int] {
    let strides = Self.strides(node.inputTypes[0].shape.dimensions)
    return [strides[0]] + order.map { strides[$0 + 1] }
  }

  private static func strides(_ extents: [Int]) -> [Int] {
    var stride = 1
    return extents.reversed().map { extent in
      defer { stride *= extent }
      return stride
    }.reversed()
  }
}
