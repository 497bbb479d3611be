/// The largest magnitudes that a layer's exact numbers can have, whatever the data and the state:
/// the proof that int32 products and sums, and the state's element type, never overflow.
///
/// With operands of 7 bits and a sign, K terms of a product of the forward pass make
/// |Z| ≤ 127 · 127 · K, those of a gradient 128 · 127 a term. A step only goes on when every
/// rs(W, k) lies in [−2^15, 2^15), so |W| ≤ 2^(15+k) + 2^(k−1) before it, and after it at most the
/// largest change more. V ← V − rs(V, s) + c·D keeps |V| ≤ 2^s · c·|D| + 2^(s−1): from
/// |V − rs(V, s)| ≤ ((2^s − 1)·|V| + 2^(s−1)) / 2^s.
public struct IntegerBounds: Hashable, Sendable {
  /// |Z|, or the sum of four where the layer pools; what is rounded is at most twice as large in
  /// the last layer, where two are subtracted.
  public let product: Int
  /// |dX|; nil for the first layer.
  public let inputGradient: Int?
  /// |D|.
  public let weightGradient: Int
  /// |W| of any state, at a step's beginning or end.
  public let weight: Int
  /// |V| of any state; nil without momentum.
  public let velocity: Int?
}

extension IntegerBounds {
  /// The most that an int32 holds.
  static let limit = 1 << 31 - 1

  /// Bounds of a layer, or why its numbers do not fit.
  ///
  /// - Parameters:
  ///   - rounding: half of the forward rounding's unit, 2^(shift−1); 0 for a shift of 0.
  ///   - rate: the largest c(t).
  init(
    _ product: IntegerLayer.Product, batch: Int, pools: Bool, isFirst: Bool, isLast: Bool,
    forwardShift: Int, gradientShift: Int?, fractionBits: Int, element: ElementType,
    update: IntegerUpdate, rate: Int
  ) throws(OperatorMisfit) {
    // Extents are below 2^33 and counts of a whole step below 2^34: nothing here overflows.
    let terms: (forward: Int, backward: Int, weight: Int)
    switch product {
    case .linear(let inputs, let outputs):
      terms = (inputs, outputs, batch)
    case .convolution(let geometry):
      terms = (
        geometry.windowCount,
        geometry.outputChannels * geometry.kernelHeight * geometry.kernelWidth,
        batch * geometry.outputHeight * geometry.outputWidth
      )
    }
    let forward = 127 * 127 * (pools ? 4 : 1) * terms.forward
    try Self.require(
      (isLast ? 2 : 1) * forward + Self.half(forwardShift),
      "the sums of \(terms.forward) products" + (pools ? ", four together" : ""))
    let backward = 128 * 127 * terms.backward
    if let gradientShift {
      try Self.require(
        backward + Self.half(gradientShift), "its input's gradient, \(terms.backward) products")
    }
    let gradient = 128 * 127 * terms.weight
    try Self.require(gradient, "its weight's gradient, \(terms.weight) products")
    self.product = forward
    inputGradient = isFirst ? nil : backward
    weightGradient = gradient
    let change = rate * gradient
    switch update {
    case .sgd: velocity = nil
    case .momentum(let shift): velocity = change << shift + 1 << (shift - 1)
    }
    weight = 1 << (15 + fractionBits) + Self.half(fractionBits) + (velocity ?? change)
    guard element == .int64 || weight <= Self.limit else {
      throw OperatorMisfit(
        reason: "its weights can reach \(weight), which int32 does not hold; make \"element\" "
          + "\"int64\"")
    }
  }

  private static func half(_ shift: Int) -> Int { shift == 0 ? 0 : 1 << (shift - 1) }

  private static func require(_ bound: Int, _ what: String) throws(OperatorMisfit) {
    guard bound <= limit else {
      throw OperatorMisfit(
        reason: "\(what), can reach \(bound), which int32 does not hold; use a smaller layer or "
          + "batch")
    }
  }
}
