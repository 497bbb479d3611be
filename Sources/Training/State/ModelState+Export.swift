public import AssaySpecification
internal import AssayWire

/// The model by itself, without what only training needs.
extension ModelState {
  /// A safetensors file of the model's tensors: parameters, statistics and frozen tensors, in order
  /// of name.
  ///
  /// Adapters are added to the weights beside which they stand, as W + factor·B·A in float64,
  /// rounded once, unless something else reads these. The merged model's outputs agree with the
  /// adapted one's up to rounding: the file is for use, and no claim could be about it.
  ///
  /// - Parameter weights: the file that the spec starts from, if it names one.
  /// - Throws: `TrainingError.weights` when it is not that file; `checkpoint` when the state is not
  ///   one of float32.
  public func exported(
    _ spec: Spec, weights: WeightsFile? = nil
  ) throws(TrainingError) -> [UInt8] {
    try spec.check(weights)
    guard layout == spec.stateLayout, layout.tensors.allSatisfy({ $0.elementType == .float32 })
    else { throw .checkpoint(reason: "only a state of this spec in float32 can be exported") }
    var values: [String: [Float]] = [:]
    for (index, tensor) in layout.tensors.enumerated() {
      values[tensor.name] = floats(ofTensor: index)
    }
    for tensor in spec.model.frozen {
      values[tensor.name] = try spec.initialFloats(of: tensor.name, weights)
    }
    var merged: Set<String> = []
    for adapter in spec.model.mergeableAdapters {
      if let sum = adapter.merged(values) { values[adapter.weight] = sum }
      merged.formUnion([adapter.first, adapter.second])
    }
    let tensors = spec.model.declared.filter { !merged.contains($0.name) }
      .map { TensorDescription(name: $0.name, elementType: .float32, shape: $0.shape) }
      .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    var bytes = Self.safetensorsHeader(metadata: ["format": .string("pt")], tensors)
    for tensor in tensors { bytes += Self.littleEndianBytes(values[tensor.name] ?? []) }
    return bytes
  }
}

extension LowRankAdapter {
  /// W + factor·B·A; nil unless all three are given.
  fileprivate func merged(_ values: [String: [Float]]) -> [Float]? {
    guard let base = values[weight], let a = values[first], let b = values[second] else {
      return nil
    }
    let (inputs, outputs) = (a.count / rank, b.count / rank)
    var sum = base
    for row in 0..<outputs {
      for column in 0..<inputs {
        var product = 0.0
        for place in 0..<rank {
          product += Double(b[row * rank + place]) * Double(a[place * inputs + column])
        }
        sum[row * inputs + column] = Float(
          Double(base[row * inputs + column]) + Double(factor) * product)
      }
    }
    return sum
  }
}
