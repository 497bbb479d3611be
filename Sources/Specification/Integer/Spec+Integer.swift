extension Spec {
  /// That optimiser, schedule, initialisers and options are those of the spec's numerics, and that
  /// an integer step is certified.
  func checkNumerics() throws(SpecificationError) {
    let isInteger = numerics == .integer
    guard proof == nil || isInteger else {
      throw .value(
        path: "proof", reason: "only \"integer\" numerics can be proved; leave it out")
    }
    try checkProof()
    var (hasUpdate, hasRates) = (false, false)
    if case .integer = optimizer { hasUpdate = true }
    if case .steps = schedule.kind { hasRates = true }
    guard hasUpdate == isInteger else {
      throw .value(
        path: "optimizer.kind",
        reason: isInteger
          ? "integer numerics have \"integer-sgd\" and \"integer-momentum\""
          : "float32 numerics have \"sgd\", \"adam\" and \"adamw\"")
    }
    guard hasRates == isInteger else {
      throw .value(
        path: "schedule.kind",
        reason: isInteger
          ? "integer numerics have \"steps\"" : "float32 numerics have \"constant\" and \"cosine\"")
    }
    guard !isInteger || model.frozen.isEmpty else {
      throw .value(path: "model.frozen", reason: "integer numerics have no frozen tensors")
    }
    for parameter in model.declared {
      var isDrawnWhole = false
      if case .integers = parameter.initializer { isDrawnWhole = true }
      guard isDrawnWhole == isInteger else {
        throw .value(
          path: "model.parameters",
          reason: "\"\(parameter.name)\" must start "
            + (isInteger ? "as \"integers\" in integer numerics" : "as float32 values do"))
      }
    }
    guard !isInteger || update.isEmpty else {
      throw .value(path: "update", reason: "integer numerics have no such options; leave it out")
    }
    for layer in integerStep?.layers ?? [] { try checkStart(of: layer) }
  }

  /// The first weights lie where the first step expects them.
  private func checkStart(of layer: IntegerLayer) throws(SpecificationError) {
    let parameter = model.parameters.first { $0.name == layer.weightName }
    guard case .integers(let bound)? = parameter?.initializer else { return }
    guard bound < 1 << (15 + layer.weightFractionBits) else {
      throw .value(
        path: "model.parameters",
        reason: "\"\(layer.weightName)\" starts within ±\(bound), which a rounding by "
          + "\(layer.weightFractionBits) bits does not bring into 16 bits")
    }
  }

  /// What a parameter, and what the optimiser keeps for it, are stored as.
  func elementType(of parameter: ModelGraph.Parameter) -> ElementType {
    integer?.weights.first { $0.name == parameter.name }?.elementType ?? .float32
  }

  /// One of `initialIntegers`, by its place in the tensor.
  public func initialInteger(of name: String, element: Int) -> Int64? {
    if let index = model.parameters.firstIndex(where: { $0.name == name }) {
      return model.parameters[index].initializer.integer(
        at: element, parameter: index, seed: seed)
    }
    return stateLayout.tensors.contains { $0.name == name } ? 0 : nil
  }

  /// The first values of the state's tensor `name` of an integer spec: drawn for a parameter, zeros
  /// for a velocity. Nil when the state has no such tensor.
  public func initialIntegers(of name: String) -> [Int64]? {
    if let index = model.parameters.firstIndex(where: { $0.name == name }) {
      let parameter = model.parameters[index]
      return parameter.initializer.integers(
        count: parameter.shape.elementCount, parameter: index, seed: seed)
    }
    guard let tensor = stateLayout.tensors.first(where: { $0.name == name }) else { return nil }
    return [Int64](repeating: 0, count: tensor.shape.elementCount)
  }
}
