internal import AssaySpecification
internal import AssayTensors

/// Every number that one integer step went through, as the engine's own kernels computed it: what a
/// witness is made from. Names are those of `IntegerStep`; tensors are row-major, a batch's
/// examples in its order.
public struct IntegerStepTrace: Hashable, Sendable {
  /// The numbers of one layer.
  public struct Layer: Hashable, Sendable {
    /// W and V before the step; no V without momentum.
    public let weight: [Int64]
    public let velocity: [Int64]?
    /// W8.
    public let roundedWeight: [Int8]
    /// Z: the sum of each 2 × 2 block where the layer pools.
    public let product: [Int32]
    /// A; nil for the last layer.
    public let activation: [Int8]?
    /// dX of the layer's input, before it is rounded and masked; nil for the first layer.
    public let inputGradient: [Int32]?
    /// G of the layer's output: the loss's for the last layer, else rounded, masked and saturated;
    /// before it is copied to four places where the layer pools.
    public let gradient: [Int8]
  }

  /// From 1.
  public let step: UInt64
  /// The examples of the batch, by their indices.
  public let examples: [Int]
  /// X[0].
  public let features: [Int8]
  public let labels: [Int32]
  /// First to last.
  public let layers: [Layer]
  private let definition: IntegerStep

  /// q of layer `index`'s output, before saturation: A = sat(q, 0, 127), M = [q > 0]; nil for the
  /// last layer.
  public func quotients(ofLayer index: Int) -> [Int64]? {
    definition.layers[index].forwardShift.map { shift in
      layers[index].product.map { IntegerStep.rounded(Int64($0), shift: shift) }
    }
  }

  /// The rounded gradient of layer `index`'s input before it is masked and saturated; nil for the
  /// first layer.
  public func gradientQuotients(ofLayer index: Int) -> [Int64]? {
    guard let shift = definition.layers[index].gradientShift else { return nil }
    return layers[index].inputGradient?.map { IntegerStep.rounded(Int64($0), shift: shift) }
  }

  /// The loss of one row of logits.
  public struct LossRow: Hashable, Sendable {
    /// rs(Z_j − Z_y) before saturation.
    public let quotients: [Int64]
    /// E and S.
    public let exponentials: [Int64]
    public let sum: Int64
    /// p.
    public let probabilities: [Int64]
  }

  /// The loss of each row of the batch.
  public func lossRows() -> [LossRow] {
    let loss = definition.loss
    let logits = layers[layers.count - 1].product
    return labels.indices.map { row in
      let z = logits[row * loss.classCount..<(row + 1) * loss.classCount].map { Int64($0) }
      let anchor = z[Int(labels[row])]
      let quotients = z.map { IntegerStep.rounded($0 - anchor, shift: loss.shift) }
      let exponentials = quotients.map { Int64(loss.table[Int(min(max($0, -128), 127)) + 128]) }
      let sum = exponentials.reduce(0, +)
      return LossRow(
        quotients: quotients, exponentials: exponentials, sum: sum,
        probabilities: exponentials.map { (($0 << (loss.probabilityBits + 1)) + sum) / (2 * sum) })
    }
  }
}

extension IntegerStepTrace {
  /// Reads what a run of the traced program has left in its buffers.
  ///
  /// - Parameter before: the state that the step began with.
  init(
    _ definition: IntegerStep, before: ModelState, examples: [Int], _ program: StepProgram,
    _ executor: any StepExecutor
  ) throws(BackendError) {
    let places = Dictionary(
      program.buffers.enumerated().map { ($1.name, BufferID(index: $0)) },
      uniquingKeysWith: { first, _ in first })
    func numbers<Number: FixedWidthInteger & BitwiseCopyable>(
      _ name: String, as type: Number.Type
    ) throws(BackendError) -> [Number] {
      guard let buffer = places[name] else { return [] }
      return try executor.withContents(of: buffer) { $0.numbers(as: type) }
    }
    func state(_ name: String) -> [Int64] {
      guard let index = before.layout.tensors.firstIndex(where: { $0.name == name }) else {
        return []
      }
      return before.integers(ofTensor: index)
    }
    step = before.step + 1
    self.examples = examples
    features = try executor.withContents(of: program.features) { $0.numbers(as: Int8.self) }
    labels = try executor.withContents(of: program.targets) { $0.numbers(as: Int32.self) }
    layers = try definition.layers.map { layer throws(BackendError) in
      let name = layer.weightName
      let product = try numbers("product/\(name)", as: Int32.self)
      return Layer(
        weight: state(name), velocity: layer.velocityName.map(state),
        roundedWeight: try numbers("rounded/\(name)", as: Int8.self),
        product: layer.poolsOutput ? layer.pooled(product) : product,
        activation: layer.forwardShift == nil
          ? nil : try numbers("activation/\(name)", as: Int8.self),
        inputGradient: layer.gradientShift == nil
          ? nil : try numbers("input-gradient/\(name)", as: Int32.self),
        gradient: try numbers("gradient/\(name)", as: Int8.self))
    }
    self.definition = definition
  }
}

extension IntegerLayer {
  /// The sums of the 2 × 2 blocks of a convolution's planes.
  fileprivate func pooled(_ z: [Int32]) -> [Int32] {
    guard case .convolution(let geometry) = product else { return z }
    let width = geometry.outputWidth
    return (0..<z.count / 4).map { place in
      // Rows of all planes follow one another, and their number in each is even.
      let (row, column) = place.quotientAndRemainder(dividingBy: width / 2)
      let first = 2 * row * width + 2 * column
      return z[first] + z[first + 1] + z[first + width] + z[first + width + 1]
    }
  }
}

extension RawSpan {
  /// The span's whole numbers.
  fileprivate func numbers<Number: FixedWidthInteger & BitwiseCopyable>(
    as type: Number.Type
  ) -> [Number] {
    let size = MemoryLayout<Number>.size
    return (0..<byteCount / size).map { place in
      // SAFETY: the number lies within the span, and any bits are one.
      unsafe unsafeLoadUnaligned(fromByteOffset: place * size, as: type)
    }
  }
}
