extension IntegerStep {
  /// The step of a graph: layers in a row, from `features` to a softmax cross-entropy.
  ///
  /// A layer is `linear` or `conv2d` in one group, then at most one `average-pool2d` of 2 × 2 after
  /// a convolution, then `relu`; the last is `linear` alone. `reshape` and `flatten` may stand
  /// between.
  ///
  /// - Throws: `SpecificationError.graph` or `value`, when the graph has another form, data are not
  ///   labelled bytes, or exponents and sizes are not such that every number fits.
  init(
    model: ModelGraph, data: DataDescription, settings: IntegerSettings, update: IntegerUpdate,
    rates: [IntegerRate], batch: Int
  ) throws(SpecificationError) {
    guard data.elementType == .uint8, case .label(let classes) = data.target,
      data.scale == DataDescription.Scale(), data.augmentation == nil
    else {
      throw .value(
        path: "data",
        reason: "integer numerics train on uint8 examples with labels, taken as they are: "
          + "divisor 1, mean 0, deviation 1, no augmentation")
    }
    guard settings.weights.count == model.parameters.count else {
      throw .value(
        path: "integer.weights",
        reason: "expected one entry for each of \(model.parameters.count) parameters, found "
          + "\(settings.weights.count)")
    }
    let stages = try IntegerStage.stages(of: model, types: model.types(batch: batch, data: data))
    let places = ExponentWalk(settings, update: update, rates: rates, batch: batch)
    var layers: [IntegerLayer] = []
    for index in stages.indices {
      layers.append(try places.layer(stages, index))
    }
    let last = try places.outputShift(stages[stages.count - 1], isFirst: stages.count == 1)
    batchSize = batch
    featureCount = data.exampleShape.elementCount
    self.layers = layers
    loss = IntegerLoss(
      classCount: classes, shift: last, probabilityBits: Self.probabilityBits,
      table: settings.table)
    self.update = update
    self.rates = rates
    try loss.check()
  }

  /// The step of a spec's parts; nil where they are not of integer numerics.
  static func step(
    _ model: ModelGraph, _ data: DataDescription, _ settings: IntegerSettings?,
    _ optimizer: Optimizer, _ schedule: Schedule, _ batch: Int
  ) throws(SpecificationError) -> IntegerStep? {
    guard let settings, case .integer(let update) = optimizer,
      case .steps(let rates) = schedule.kind
    else { return nil }
    return try IntegerStep(
      model: model, data: data, settings: settings, update: update, rates: rates, batch: batch)
  }

  /// P.
  static let probabilityBits = 7
}

extension IntegerLoss {
  /// No probability but the label's own can be 2^P, so that G has eight bits; S stays below 2^22,
  /// so that the division's operands have 31.
  fileprivate func check() throws(SpecificationError) {
    guard largestSum < 1 << 22 else {
      throw .value(
        path: "integer.table",
        reason: "the sum of \(classCount) entries can reach \(largestSum), "
          + "more than 2^22; use fewer classes or smaller entries")
    }
    let largest = table.max() ?? 0
    let least = largest + table[128]
    let probability = (largest << (probabilityBits + 1) + least) / (2 * least)
    guard probability < 1 << probabilityBits else {
      throw .value(
        path: "integer.table",
        reason: "entry \(largest) is too large beside entry 128, "
          + "\(table[128]): a wrong class could get the probability 1")
    }
  }
}

/// The nodes of a layer.
private struct IntegerStage {
  var node: String
  var weight: String
  var product: IntegerLayer.Product
  var pools: Bool
  var isRounded: Bool

  /// Cuts a graph into its layers.
  static func stages(
    of model: ModelGraph, types: [String: TensorType]
  ) throws(SpecificationError) -> [IntegerStage] {
    var stages: [IntegerStage] = []
    var last = ModelGraph.features
    for node in model.nodes {
      guard node.inputs[0] == last else {
        throw .graph(
          node: node.name,
          reason: "integer numerics take layers in a row: expected \"\(last)\" as input, found "
            + "\"\(node.inputs[0])\"")
      }
      last = node.name
      let isOpen = stages.last.map { !$0.isRounded } ?? false
      switch node.operation {
      case is Flatten, is Reshape:
        guard !isOpen else { throw misplaced(node, "after a relu or at the beginning") }
      case is Linear, is Conv2D:
        guard !isOpen else { throw misplaced(node, "after a relu or at the beginning") }
        stages.append(try product(node, model, types))
      case let pool as AveragePool2D:
        guard isOpen, let stage = stages.last, !stage.pools else {
          throw misplaced(node, "once, between a convolution and its relu")
        }
        try checkPool(pool, node, stage.product)
        stages[stages.count - 1].pools = true
      case is ReLU:
        guard isOpen else { throw misplaced(node, "after a product") }
        stages[stages.count - 1].isRounded = true
      case let loss as SoftmaxCrossEntropy:
        guard loss.labelling == Labelling() else {
          throw .graph(
            node: node.name, reason: "integer numerics neither smooth labels nor ignore any")
        }
        guard isOpen, let stage = stages.last, case .linear = stage.product,
          node.inputs[0] == model.prediction, node.inputs[1] == ModelGraph.targets
        else { throw misplaced(node, "over a linear layer that is the prediction") }
      default:
        throw .graph(
          node: node.name,
          reason: "\(type(of: node.operation).name) has no integer form; there are flatten, "
            + "reshape, linear, conv2d, average-pool2d, relu and softmax-cross-entropy")
      }
    }
    return stages
  }

  private static func misplaced(_ node: ModelGraph.Node, _ place: String) -> SpecificationError {
    .graph(
      node: node.name,
      reason: "in integer numerics \(type(of: node.operation).name) stands \(place)")
  }

  private static func product(
    _ node: ModelGraph.Node, _ model: ModelGraph, _ types: [String: TensorType]
  ) throws(SpecificationError) -> IntegerStage {
    let weight = node.inputs[1]
    guard model.parameters.contains(where: { $0.name == weight }),
      model.nodes.count(where: { $0.inputs.contains(weight) }) == 1
    else { throw .graph(node: node.name, reason: "expected a parameter that no other node reads") }
    let inputs = node.inputs.compactMap { types[$0] }
    if let convolution = node.operation as? Conv2D {
      guard let geometry = convolution.geometry(inputs), geometry.groups == 1 else {
        throw .graph(node: node.name, reason: "integer numerics convolve in one group")
      }
      return IntegerStage(
        node: node.name, weight: weight, product: .convolution(geometry), pools: false,
        isRounded: false)
    }
    guard inputs[0].shape.dimensions.count == 2 else {
      throw .graph(
        node: node.name, reason: "expected [batch × inputs], found \(inputs[0].shape); flatten it")
    }
    let (outputs, width) = inputs[1].shape.rowsAndColumns
    return IntegerStage(
      node: node.name, weight: weight, product: .linear(inputs: width, outputs: outputs),
      pools: false, isRounded: false)
  }

  private static func checkPool(
    _ pool: AveragePool2D, _ node: ModelGraph.Node, _ product: IntegerLayer.Product
  ) throws(SpecificationError) {
    let window = pool.window
    guard case .convolution(let geometry) = product, window.kernel == 2, window.stride == 2,
      window.padding == 0, geometry.outputHeight % 2 == 0, geometry.outputWidth % 2 == 0
    else {
      throw .graph(
        node: node.name,
        reason: "integer numerics pool a convolution of even height and width by kernel 2, "
          + "stride 2, padding 0")
    }
  }
}

/// Turns exponents into shifts.
private struct ExponentWalk {
  let settings: IntegerSettings
  let update: IntegerUpdate
  let rates: [IntegerRate]
  let batch: Int

  init(_ settings: IntegerSettings, update: IntegerUpdate, rates: [IntegerRate], batch: Int) {
    self.settings = settings
    self.update = update
    self.rates = rates
    self.batch = batch
  }

  private func weight(
    _ stage: IntegerStage
  ) throws(SpecificationError) -> IntegerSettings.Weight {
    guard let weight = settings.weights.first(where: { $0.name == stage.weight }) else {
      throw .value(path: "integer.weights", reason: "there is no entry for \"\(stage.weight)\"")
    }
    return weight
  }

  private func shift(
    to target: Int, from exponent: Int, _ stage: IntegerStage, _ what: String
  ) throws(SpecificationError) -> Int {
    let shift = target - exponent
    guard (0...IntegerSettings.largestShift).contains(shift) else {
      throw .graph(
        node: stage.node,
        reason: "its \(what) has the exponent \(exponent) and is rounded to \(target): expected 0 "
          + "to \(IntegerSettings.largestShift) bits to round by, found \(shift)")
    }
    return shift
  }

  /// e_z, after pooling.
  private func productExponent(
    _ stage: IntegerStage, isFirst: Bool
  ) throws(SpecificationError) -> Int {
    (isFirst ? settings.inputExponent : settings.activationExponent)
      + (try weight(stage)).exponent - (stage.pools ? 2 : 0)
  }

  /// What the last layer's differences are rounded by.
  func outputShift(
    _ stage: IntegerStage, isFirst: Bool
  ) throws(SpecificationError) -> Int {
    try shift(
      to: IntegerStep.logitExponent, from: productExponent(stage, isFirst: isFirst), stage,
      "output")
  }

  func layer(
    _ stages: [IntegerStage], _ index: Int
  ) throws(SpecificationError) -> IntegerLayer {
    let stage = stages[index]
    let weight = try weight(stage)
    let (isFirst, isLast) = (index == 0, index == stages.count - 1)
    let forward =
      isLast
      ? try outputShift(stage, isFirst: isFirst)
      : try shift(
        to: settings.activationExponent, from: productExponent(stage, isFirst: isFirst), stage,
        "output")
    // Copying a pooled gradient to four places divides it by four.
    let arriving =
      isLast ? -IntegerStep.probabilityBits : settings.gradientExponent - (stage.pools ? 2 : 0)
    let gradient =
      isFirst
      ? nil
      : try shift(
        to: settings.gradientExponent, from: arriving + weight.exponent, stage,
        "input's gradient")
    do throws(OperatorMisfit) {
      return IntegerLayer(
        weightName: stage.weight,
        velocityName: update == .sgd
          ? nil : Optimizer.stateName(slot: "velocity", parameter: stage.weight),
        product: stage.product, elementType: weight.elementType, poolsOutput: stage.pools,
        weightFractionBits: weight.fractionBits, forwardShift: isLast ? nil : forward,
        gradientShift: gradient,
        bounds: try IntegerBounds(
          stage.product, batch: batch, pools: stage.pools, isFirst: isFirst, isLast: isLast,
          forwardShift: forward, gradientShift: gradient, fractionBits: weight.fractionBits,
          element: weight.elementType, update: update, rate: rates.map(\.rate).max() ?? 0))
    } catch {
      throw .graph(node: stage.node, reason: error.reason)
    }
  }
}
